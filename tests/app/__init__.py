"""What is asked of the composition root: the command line, the demo desk, the house as a whole."""
