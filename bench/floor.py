"""The floor of intake: the rows that it wrote, inserted by the bare driver, many messages to a commit or one."""

import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import asyncpg
from sqlalchemy.engine import make_url

from bench.postmaster import postgres_clock
from bench.report import percentile
from bench.size import dsn
from migrations.metadata import METADATA

Row = tuple[object, ...]
Part = Mapping[str, Sequence[Row]]
# What stands there before the first message; what a trigger writes.
_BEFORE = ("agents", "teams", "team_members", "inboxes")
_BY_TRIGGER = ("case_counts",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of a database by table, parents before children, each with its columns' names."""

    columns: dict[str, tuple[str, ...]]
    rows: dict[str, list[Row]]

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        return {table: len(rows) for table, rows in self.rows.items()}

    def column(self, table: str, name: str) -> list[object]:
        """Return one column of a table."""
        at = self.columns[table].index(name)
        return [row[at] for row in self.rows[table]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """What inserting cost: seconds of each commit, how many messages there were, and processor seconds of ours and of PostgreSQL."""

    took: Sequence[float]
    messages: int
    worked: float
    database_worked: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / sum(self.took)

    @property
    def median(self) -> float:
        """The seconds of a commit."""
        return percentile(self.took, 0.5)


class _Driver(Protocol):
    async def select(self, sql: str) -> list[Row]:
        """Return the rows of a question."""

    async def insert(self, part: Part, statements: Mapping[str, str]) -> None:
        """Insert rows in one transaction."""


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def select(self, sql: str) -> list[Row]:
        return self._connection.execute(sql).fetchall()

    async def insert(self, part: Part, statements: Mapping[str, str]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for table, rows in part.items():
            self._connection.executemany(statements[table], rows)
        self._connection.execute("COMMIT")


class _Postgres:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def select(self, sql: str) -> list[Row]:
        return [tuple(row) for row in await self._connection.fetch(sql)]

    async def insert(self, part: Part, statements: Mapping[str, str]) -> None:
        async with self._connection.transaction():
            for table, rows in part.items():
                await self._connection.executemany(statements[table], rows)


async def rows_of(url: str) -> Rows:
    """Return all that stands in a database."""
    columns = {table.name: tuple(table.columns.keys()) for table in METADATA.sorted_tables if table.name not in _BY_TRIGGER}
    rows = {}
    async with _connected(url) as driver:
        for table, names in columns.items():
            key = ", ".join(column.name for column in METADATA.tables[table].primary_key)
            rows[table] = await driver.select(f"SELECT {', '.join(names)} FROM {table} ORDER BY {key}")
    return Rows(columns=columns, rows=rows)


async def stand_before(rows: Rows, url: str) -> None:
    """Write what stood there before the first message into a migrated, empty database."""
    async with _connected(url) as driver:
        await driver.insert({table: rows.rows[table] for table in _BEFORE}, _statements(rows, url))


async def inserted(rows: Rows, url: str, *, each: int, most: int, warm: int) -> Bare:
    """Insert rows into a migrated, empty database, so many messages' worth to a commit; the first `warm` commits are not counted, at most `most` are."""
    await stand_before(rows, url)
    statements = _statements(rows, url)
    clock = None if _is_sqlite(url) else await postgres_clock(url)
    parts = _parts(rows, each)[: warm + most]
    took, worked, database_worked = [], 0.0, 0.0
    async with _connected(url) as driver:
        for number, part in enumerate(parts):
            if number == warm:
                worked, database_worked = -time.process_time(), -clock() if clock else 0
            began = time.perf_counter()
            await driver.insert(part, statements)
            took.append(time.perf_counter() - began)
        # Before the connection ends: of a process that is just ending nobody knows what it has used.
        worked, database_worked = worked + time.process_time(), database_worked + (clock() if clock else 0)
    return Bare(took=took[warm:], messages=sum(len(part.get("messages", ())) for part in parts[warm:]), worked=worked, database_worked=database_worked)


def _parts(rows: Rows, each: int) -> list[dict[str, list[Row]]]:
    """Cut all rows into parts of so many messages: each table in as many pieces, but no row comes later than the first that refers to it."""
    count = -(-len(rows.rows["messages"]) // each)
    turns = {table: [at * count // len(found) for at in range(len(found))] for table, found in rows.rows.items() if table not in _BEFORE}
    for table in reversed(turns):
        for column in METADATA.tables[table].columns:
            for key in column.foreign_keys:
                _no_later(rows, turns, (table, column.name), (key.column.table.name, key.column.name))
    parts: list[dict[str, list[Row]]] = [{} for _ in range(count)]
    for table, turn in turns.items():
        for row, at in zip(rows.rows[table], turn, strict=True):
            parts[at].setdefault(table, []).append(row)
    return parts


def _no_later(rows: Rows, turns: dict[str, list[int]], child: tuple[str, str], parent: tuple[str, str]) -> None:
    if parent[0] not in turns:
        return
    places = {key: at for at, key in enumerate(rows.column(*parent))}
    for turn, key in zip(turns[child[0]], rows.column(*child), strict=True):
        if key is not None:
            place = places[key]
            turns[parent[0]][place] = min(turns[parent[0]][place], turn)


def _statements(rows: Rows, url: str) -> dict[str, str]:
    def values(count: int) -> str:
        return ", ".join("?" if _is_sqlite(url) else f"${at}" for at in range(1, count + 1))

    return {table: f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values(len(names))})" for table, names in rows.columns.items()}


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[_Driver]:
    """Yield the bare driver, with what the house asks of it too: every commit is on the disk, every reference is checked."""
    if not _is_sqlite(url):
        server = await asyncpg.connect(dsn(url))
        try:
            yield _Postgres(server)
        finally:
            await server.close()
        return
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        yield _Sqlite(connection)
    finally:
        connection.close()
