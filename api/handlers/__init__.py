"""One module per resource: each handler asks a verb and shows its answer."""
