"""The product from the outside, as its users and vendors meet it."""
