"""The chat on a web site, carried by our own widget."""
