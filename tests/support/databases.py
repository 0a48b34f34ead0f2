"""A fresh, migrated database for each test, cheaply: a copied file on SQLite, emptied tables on PostgreSQL."""

import asyncio
import os
import shutil
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlalchemy.engine import make_url

from migrations.metadata import METADATA
from migrations.run import upgrade
from tests.support.postgres import Server, locked, shared

T = TypeVar("T")


def now(work: Coroutine[object, object, T]) -> T:
    """Run something asynchronous to its end from where no loop runs, on a loop and a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, run_folder: Path) -> None:
        self._template = run_folder / "template.db"
        with locked(run_folder / "template.lock"):
            if not self._template.exists():
                now(upgrade(f"sqlite+aiosqlite:///{self._template}"))

    def fresh(self, folder: Path) -> str:
        """Return the URL of an empty, migrated database in a folder."""
        shutil.copyfile(self._template, folder / "kindred.db")
        return f"sqlite+aiosqlite:///{folder / 'kindred.db'}"


class PostgresDatabases:
    """One migrated database for this worker process, emptied for each test.

    Raises:
        NoPostgres: there is no server to be had.
    """

    def __init__(self, run_folder: Path, worker: str) -> None:
        self.server: Server = shared(run_folder)
        self.url = self.server.database(f"kindred_{worker}_{os.getpid()}")
        # Children before those they lean on.
        self._empty = ";".join(f'DELETE FROM "{table.name}"' for table in reversed(METADATA.sorted_tables)) + ";ALTER SEQUENCE case_numbers RESTART"
        now(self.create(self.url))
        now(upgrade(self.url))

    async def create(self, url: str) -> None:
        """Create an empty database."""
        await self._execute(self.server.url, f'CREATE DATABASE "{make_url(url).database}"')

    async def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        await self._execute(self.server.url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    async def emptied(self) -> str:
        """Return the URL of this worker's database, with nothing in its tables."""
        await self._execute(self.url, f"SET lock_timeout = '10s'; {self._empty}")
        return self.url

    def forget(self) -> None:
        """Drop this worker's database: the server may be somebody's own."""
        now(self.drop(self.url))

    async def _execute(self, url: str, sql: str) -> None:
        connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
