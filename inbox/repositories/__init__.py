"""All SQL of the hub, one file a purpose."""
