"""Tests of the decisions about cases."""
