"""Keyset pages: a cursor says where the last page ended, so that deep pages cost what the first one did."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from kernel.errors import Invalid

T = TypeVar("T")
U = TypeVar("U")
MOST = 200


class BadCursor(Invalid):
    """A cursor that we did not make, or made for another list."""

    code = "paging.bad_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor is not one of ours. Ask for the first page again.")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor of what follows (None at its end)."""

    items: Sequence[T]
    next: str | None = None

    def map(self, turn: Callable[[T], U]) -> "Page[U]":
        """Return the same page with each item turned."""
        return Page([turn(item) for item in self.items], self.next)


def page_of(found: Sequence[T], limit: int, key: Callable[[T], Sequence[int]]) -> Page[T]:
    """Make a page of what was found with one row more than `limit` asked for; `key` gives the keyset of an item."""
    items = found[:limit]
    return Page(items, cursor(key(items[-1])) if len(found) > limit else None)


def cursor(key: Sequence[int]) -> str:
    """Return an opaque cursor for a keyset of integers."""
    return base64.urlsafe_b64encode(orjson.dumps([str(part) for part in key])).decode().rstrip("=")


def keyset(made: str | None, size: int) -> tuple[int, ...] | None:
    """Return the keyset in a cursor, or None without one.

    Raises:
        BadCursor: it does not hold `size` 64-bit integers.
    """
    if not made:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(made.encode() + b"=" * (-len(made) % 4)))
        numbers = tuple(int(part) for part in parts)
    except (binascii.Error, ValueError, TypeError, UnicodeEncodeError) as bad:
        raise BadCursor from bad
    if len(numbers) != size or any(abs(number) >= 1 << 63 for number in numbers):
        raise BadCursor
    return numbers
