"""A served desk: on SQLite for most tests, on each database for those of storage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.clock import MovedClock
from tests.api.desk import Desk, opened
from tests.support.databases import SqliteFiles


@pytest.fixture
async def desk(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Desk]:
    """A desk on SQLite: what is asked here is the edge's own."""
    async with opened(sqlite_files.fresh(tmp_path), tmp_path / "var", clock) as served:
        yield served


@pytest.fixture
async def stored_desk(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Desk]:
    """A desk on each database in turn."""
    async with opened(database_url, tmp_path / "var", clock) as served:
        yield served
