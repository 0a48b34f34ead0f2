"""The demo desk: what a newcomer finds in an empty house, written through its own doors with a moved clock."""
