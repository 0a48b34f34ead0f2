"""The decisions about cases: pure functions over values."""
