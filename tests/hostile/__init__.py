"""Hostile input from the network: what cannot be read, what is too much, who is too slow, and who says nothing at all."""
