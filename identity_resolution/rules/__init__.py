"""The decisions of identity resolution: pure functions over values, nothing stored and nothing asked."""
