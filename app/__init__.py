"""The composition root: builds the house, wires it, starts it."""
