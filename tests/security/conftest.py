"""What these tests ask for: the served desk of the API's tests."""

from tests.api.conftest import desk, stored_desk

__all__ = ["desk", "stored_desk"]
