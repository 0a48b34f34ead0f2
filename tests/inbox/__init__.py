"""What is asked of the hub."""
