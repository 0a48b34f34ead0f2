"""What we already know: articles that answer."""
