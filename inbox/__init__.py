"""The hub: composes channels and domains into one way in, one timeline and one way out."""
