"""Rows by the hundred thousand, straight into the tables, past every verb: what a bench reads must not take hours to write."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import asyncpg
from sqlalchemy.engine import make_url

from bench.size import dsn

Row = tuple[object, ...]
_COUNTED = ("cases",)


class Bulk(Protocol):
    """Where rows go. Foreign keys are not looked at; triggers of ours run."""

    async def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Write rows into a table."""

    async def execute(self, sql: str) -> None:
        """Run a statement without values."""

    async def all(self, sql: str) -> list[Row]:
        """Return the rows of a question."""


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)

    async def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    async def all(self, sql: str) -> list[Row]:
        return self._connection.execute(sql).fetchall()


class _Postgres:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        # Only where triggers of ours count do triggers run: those of foreign keys would ask a question for each of a million rows.
        await self._connection.execute(f"SET session_replication_role = {'origin' if table in _COUNTED else 'replica'}")
        await self._connection.copy_records_to_table(table, records=rows, columns=list(columns), timeout=600)

    async def execute(self, sql: str) -> None:
        await self._connection.execute(f"SET session_replication_role = origin; {sql}", timeout=600)

    async def all(self, sql: str) -> list[Row]:
        return [tuple(row) for row in await self._connection.fetch(sql, timeout=600)]


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Bulk]:
    """Yield a way into a migrated database; afterwards everything is kept, indexed, and PostgreSQL knows its statistics, as it would by itself after a while."""
    if make_url(url).get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        try:
            for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN IMMEDIATE")
            yield _Sqlite(connection)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return
    server = await asyncpg.connect(dsn(url))
    try:
        await server.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        indexes = await _without_indexes(server)
        yield _Postgres(server)
        for made in indexes:
            await server.execute(made, timeout=600)
        await server.execute("VACUUM ANALYZE", timeout=600)
        await server.execute("CHECKPOINT", timeout=600)
    finally:
        await server.close()


async def _without_indexes(server: asyncpg.Connection) -> list[str]:
    """Drop what only serves reading and return how to make it again: an index over all rows is built faster than it grows."""
    found = await server.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'ix_%'")
    for name, _ in found:
        await server.execute(f'DROP INDEX "{name}"')
    return [re.sub(r"\s+", " ", made) for _, made in found]
