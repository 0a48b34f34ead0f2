"""All SQL of identity resolution."""
