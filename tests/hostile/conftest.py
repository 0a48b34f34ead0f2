"""A desk under siege in another process, and one in this."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kernel.clock import MovedClock
from tests.api.desk import Desk, opened
from tests.hostile.besieged import Besieged, besieged
from tests.support.databases import SqliteFiles


@pytest.fixture
async def desk(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Desk]:
    """A desk on SQLite: what is asked here is the edge's own."""
    async with opened(sqlite_files.fresh(tmp_path), tmp_path / "var", clock) as served:
        yield served


@pytest.fixture(scope="module")
def fortress(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """A desk in another process, as patient as it is in earnest, with few files to open."""
    folder = tmp_path_factory.mktemp("fortress")
    with besieged(sqlite_files.fresh(folder), folder / "var", files=1_000) as served:
        yield served
