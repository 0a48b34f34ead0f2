"""The SMS adapter."""
