"""The first rows of many ranges together: the same as of one list, however they are shared out."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.merging import merged
from kernel.uow import UnitOfWorkFactory

Rows = Sequence[tuple[int, int]]  # (id, what is sorted by)


def range_of(rows: Rows, way: str) -> str:
    """Return a range that holds these rows, as a query."""
    if not rows:
        return "SELECT 0 AS id, 0 AS at WHERE 1 = 0 LIMIT :most"
    values = ", ".join(f"({row_id}, {at})" for row_id, at in rows)
    return f"SELECT column1 AS id, column2 AS at FROM (VALUES {values}) AS v ORDER BY 2 {way}, 1 {way} LIMIT :most"


class TestMerged:
    @pytest.mark.parametrize("is_descending", [True, False], ids=["newest first", "oldest first"])
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(parts=st.lists(st.lists(st.integers(0, 60), max_size=40), min_size=1, max_size=12), limit=st.integers(1, 25))
    async def test_is_what_sorting_everything_gives(
        self, unit_of_work: UnitOfWorkFactory, is_descending: bool, parts: Sequence[Sequence[int]], limit: int
    ) -> None:
        ranges = [[(number * 100 + part, at) for number, at in enumerate(ats)] for part, ats in enumerate(parts)]
        way = "DESC" if is_descending else "ASC"
        async with unit_of_work.reading() as uow:
            found = await merged(uow.session, [range_of(rows, way) for rows in ranges], {}, limit, is_descending=is_descending)
        everything = sorted(((at, row_id) for rows in ranges for row_id, at in rows), reverse=is_descending)
        assert found == [row_id for _, row_id in everything][:limit]
