"""What is asked of the migrations."""
