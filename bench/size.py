"""How large a run of the benches is, and the fresh databases that it measures on."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from migrations.run import upgrade
from tests.support.postgres import NoPostgres, Server, durable

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One run: small (all benches end within ten minutes) or full (the sizes that were promised). `folder` lies on the disk that is measured."""

    folder: Path
    is_full: bool = False
    postgres: Server | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def databases(self) -> tuple[str, ...]:
        """The kinds of database that are measured."""
        return (SQLITE,) if self.postgres is None else (SQLITE, POSTGRESQL)

    def pick(self, small: int, full: int) -> int:
        """Return the amount that goes with the size."""
        return full if self.is_full else small

    def subfolder(self) -> Path:
        """Return a new, empty folder."""
        made = self.folder / f"part{next(self._numbers)}"
        made.mkdir()
        return made

    async def fresh(self, database: str) -> str:
        """Return the URL of a new, migrated, empty database of a kind; it goes with the run."""
        if database == SQLITE:
            url = f"sqlite+aiosqlite:///{self.subfolder() / 'kindred.db'}"
        else:
            url = await self._created()
        await upgrade(url)
        return url

    async def _created(self) -> str:
        if self.postgres is None:
            raise NoPostgres("this run measures SQLite only")
        name = f"bench_{os.getpid()}_{next(self._numbers)}"
        connection = await asyncpg.connect(dsn(self.postgres.url))
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.postgres.database(name)


def dsn(url: str) -> str:
    """Return a database's URL as asyncpg wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def sized(*, is_full: bool, only_sqlite: bool, place: Path | None = None) -> Iterator[Size]:
    """Yield a size with a folder of its own under `place` (the system's place for such without one), and a durable PostgreSQL unless only SQLite is asked for.

    Raises:
        NoPostgres: none can be had.
    """
    with tempfile.TemporaryDirectory(prefix="kindred-bench-", dir=place) as folder:
        yield Size(folder=Path(folder), is_full=is_full, postgres=None if only_sqlite else durable())
