"""Decisions of the hub that need nothing but values."""
