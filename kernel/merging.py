"""One ordered list out of many ranges of an index: each range gives its first rows, and the first of all are taken, however much lies outside the page."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

# SQLite takes 500 parts of a compound.
_PARTS = 400
# So many ranges or more are asked for a share first, so many times what each would hold if all held the same.
_SHARED, _MARGIN = 4, 3

_Row = tuple[int, int]  # (what is sorted by, id)


async def merged(session: AsyncSession, ranges: Sequence[str], parameters: Mapping[str, object], limit: int, *, is_descending: bool = True) -> list[int]:
    """Return the ids of the first `limit` rows of some ranges together.

    Each range is a SELECT of (id, what is sorted by) in the same order, with `LIMIT :most`; two rows that sort alike come in the order of their ids.
    Each is asked for its share first, with a margin; only those that may hold more of the first rows are asked again, for all that could be wanted.
    """
    share = limit if len(ranges) < _SHARED else min(limit, limit * _MARGIN // len(ranges) + 1)
    found = await _first(session, ranges, parameters, share)
    if share < limit:
        known = sorted((row for rows in found.values() for row in rows), reverse=is_descending)[:limit]
        more = [at for at, rows in found.items() if len(rows) == share and (len(known) < limit or _is_before(rows[-1], known[-1], is_descending))]
        again = await _first(session, [ranges[at] for at in more], parameters, limit) if more else {}
        found |= {more[at]: rows for at, rows in again.items()}
    return [row_id for _, row_id in sorted((row for rows in found.values() for row in rows), reverse=is_descending)[:limit]]


async def _first(session: AsyncSession, ranges: Sequence[str], parameters: Mapping[str, object], most: int) -> dict[int, list[_Row]]:
    """Return the first rows of each range, by its place; nothing of an empty one."""
    found: dict[int, list[_Row]] = {}
    for begin in range(0, len(ranges), _PARTS):
        for row_id, key, at in await session.execute(_together(tuple(ranges[begin : begin + _PARTS])), {**parameters, "most": most}):
            found.setdefault(begin + at, []).append((key, row_id))
    return found


def _is_before(one: _Row, other: _Row, is_descending: bool) -> bool:
    return one > other if is_descending else one < other


@lru_cache(maxsize=256)
def _together(ranges: tuple[str, ...]) -> TextClause:
    # As many rows as ranges times the limit at most: cheaper sorted here than by a second sort over all of them in the database.
    return text(" UNION ALL ".join(f"SELECT r{at}.*, {at} FROM ({one}) AS r{at}" for at, one in enumerate(ranges)))  # noqa: S608 - what was given is bound
