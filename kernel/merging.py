"""One ordered list out of many ranges of an index: each range gives its first rows, and the first of all are taken, however much lies outside the page."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

# SQLite takes 500 parts of a compound.
_PARTS = 400


async def merged(session: AsyncSession, ranges: Sequence[str], parameters: Mapping[str, object], limit: int, *, is_descending: bool = True) -> list[int]:
    """Return the ids of the first `limit` rows of some ranges together.

    Each range is a SELECT of (id, what is sorted by) in the same order, with `LIMIT :most`; two rows that sort alike come in the order of their ids.
    """
    rows: list[tuple[int, int]] = []
    for begin in range(0, len(ranges), _PARTS):
        found = await session.execute(_together(tuple(ranges[begin : begin + _PARTS])), {**parameters, "most": limit})
        rows += [(row[1], row[0]) for row in found]
    return [row_id for _, row_id in sorted(rows, reverse=is_descending)[:limit]]


@lru_cache(maxsize=256)
def _together(ranges: tuple[str, ...]) -> TextClause:
    # As many rows as ranges times the limit at most: cheaper sorted here than by a second sort over all of them in the database.
    return text(" UNION ALL ".join(f"SELECT * FROM ({one}) AS r{at}" for at, one in enumerate(ranges)))  # noqa: S608 - what was given is bound
