"""What these tests ask for: a nursery of servers, and a way to tell figures where they can be seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inbox.conftest import desk, estate
from tests.support.databases import PostgresDatabases, SqliteFiles
from tests.torture.process import Nursery

__all__ = ["desk", "estate"]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Forks servers for all these tests."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles, tmp_path: Path) -> str:
    """An empty, migrated SQLite database."""
    return sqlite_files.fresh(tmp_path)


@pytest.fixture
async def postgresql_url(postgres_databases: PostgresDatabases) -> str:
    """An empty, migrated PostgreSQL database."""
    return await postgres_databases.emptied()
