"""Every adapter by itself, and the contract that all of them keep."""
