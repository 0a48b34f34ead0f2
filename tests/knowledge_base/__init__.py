"""What we already know."""
