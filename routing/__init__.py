"""Who should take it: every decision is a value with its reason."""
