"""What is asked of the house as a whole: its directions, its habits, its names and its documentation."""
