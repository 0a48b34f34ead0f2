"""SQLite's connection as SQLAlchemy uses it here: each statement is one trip to the connection's thread, not four; and the file that it must not outlive."""

import errno
import os
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

import aiosqlite

_Outcome = tuple[Any, list[Any], int, int | None]
_Ahead = Sequence[tuple[str, Sequence[Any] | None]]


class Place:
    """Where a database's file lies.

    A connection outlives its file: it would write on into one that nobody finds again, and a new connection would begin an empty one.
    """

    def __init__(self, path: str | None) -> None:
        """None where there is no file: in memory."""
        self._path = path
        self._file: tuple[int, int] | None = None

    def note(self) -> None:
        """Take the file that lies there for ours, unless we have one."""
        if self._path is not None and self._file is None:
            self._file = self._there(self._path)

    def check(self) -> None:
        """See that our file lies there, if we have one.

        Raises:
            FileNotFoundError: it is gone, or another one lies there.
        """
        if self._path is not None and self._file is not None and self._file != self._there(self._path):
            raise FileNotFoundError(errno.ENOENT, "the database's file was taken away and another one lies there")

    @staticmethod
    def _there(path: str) -> tuple[int, int]:
        found = os.stat(path)
        return found.st_dev, found.st_ino


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors execute and fetch in one go.

    A trip costs about 60 µs (two locks, two wake-ups); opening a cursor, executing, fetching and closing one by one made four of them.
    What only writes rows makes none: it goes ahead of the next trip, and what it raises is raised there, at the latest by the commit.
    """

    def __init__(self, *place: Any, **options: Any) -> None:
        """Take what `sqlite3.connect` takes."""
        super().__init__(partial(sqlite3.connect, *place, **options), iter_chunk_size=64)
        # A connection that nobody closed does not keep the process alive.
        self._thread.daemon = True
        self._ahead: list[tuple[str, Sequence[Any] | None]] = []
        self._only_reads = False

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]  # what SQLAlchemy asks of a cursor, without the rest
        """Return a cursor; nothing is asked of the thread yet."""
        return OneTripCursor(self)

    def ahead(self, statement: str, parameters: Sequence[Any]) -> None:
        """Let a statement be executed for each set of parameters before whatever is asked next; a rollback forgets it."""
        self._ahead.append((statement, parameters))

    def begin_reading(self) -> None:
        """Begin a transaction that only reads, with its first statement; nobody waits for its end."""
        self._only_reads = True
        self._ahead.append(("BEGIN", None))

    async def run(self, statement: str, parameters: Any, is_many: bool) -> _Outcome:
        """Execute and fetch all; return (description, rows, row count, last row id)."""
        return await self._execute(_run, self._conn, self._taken(), statement, parameters, is_many)  # type: ignore[no-any-return, no-untyped-call]

    async def commit(self) -> None:
        """Keep what was written, and what goes ahead."""
        await self._execute(_commit, self._conn, self._taken())  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """Forget what was written, and what was to go ahead."""
        has_begun = ("BEGIN", None) not in self._ahead
        self._ahead.clear()
        if not self._only_reads:
            await super().rollback()
        elif has_begun:
            # The thread does one thing after the other: whoever has the connection next begins behind this.
            self._tx.put_nowait((None, self._conn.rollback))

    def _taken(self) -> _Ahead:
        taken, self._ahead = self._ahead, []
        return taken


class OneTripCursor:
    """What SQLAlchemy's adapter asks of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "OneTripCursor":
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        """Execute a statement and keep its rows."""
        await self._keep(statement, parameters, is_many=False)

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> None:
        """Execute a statement for each set of parameters."""
        await self._keep(statement, parameters, is_many=True)

    async def _keep(self, statement: str, parameters: Any, is_many: bool) -> None:
        self.description, self._rows, self.rowcount, self.lastrowid = await self._connection.run(statement, parameters, is_many)

    async def fetchall(self) -> list[Any]:
        """Return the rows that came with the statement."""
        return self._rows

    async def close(self) -> None:
        """Nothing is open."""


def _execute(cursor: sqlite3.Cursor, statement: str, sets: Sequence[Any] | None) -> None:
    if sets is None:
        cursor.execute(statement)
    else:
        cursor.executemany(statement, sets)


def _commit(connection: sqlite3.Connection, ahead: _Ahead) -> None:
    try:
        for statement, parameters in ahead:
            _execute(connection.cursor(), statement, parameters)
        if connection.in_transaction:
            connection.execute("COMMIT").close()
    except sqlite3.Error:
        # SQLAlchemy takes a transaction for ended whose commit failed, and whoever has the connection next could begin none.
        if connection.in_transaction:
            connection.execute("ROLLBACK").close()
        raise


def _run(connection: sqlite3.Connection, ahead: _Ahead, statement: str, parameters: Any, is_many: bool) -> _Outcome:
    cursor = connection.cursor()
    try:
        for earlier, sets in ahead:
            _execute(cursor, earlier, sets)
        if is_many:
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, parameters)
        return cursor.description, cursor.fetchall() if cursor.description else [], cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()
