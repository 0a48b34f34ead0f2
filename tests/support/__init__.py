"""Fakes and stand-ins of our own, named for what they do."""
