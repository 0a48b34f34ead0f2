"""SQLite's connection: one trip a statement, and all that SQLAlchemy asks of it."""

import sqlite3
from pathlib import Path

import pytest

from kernel.sqlite import OneTripConnection


@pytest.fixture
async def connection(tmp_path: Path) -> OneTripConnection:
    connection = OneTripConnection(tmp_path / "one.db", isolation_level=None)
    await connection
    return connection


async def test_a_statement_brings_its_rows_its_columns_and_its_count(connection: OneTripConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    await cursor.executemany("INSERT INTO words (word) VALUES (?)", [("one",), ("two",)])
    assert cursor.rowcount == 2
    await cursor.execute("SELECT id, word FROM words WHERE word > ? ORDER BY id", ("a",))
    assert ([column[0] for column in cursor.description], await cursor.fetchall()) == (["id", "word"], [(1, "one"), (2, "two")])
    await cursor.execute("INSERT INTO words (word) VALUES ('three')")
    assert (cursor.description, cursor.lastrowid, await cursor.fetchall()) == (None, 3, [])
    await connection.close()


async def test_a_refusal_is_the_drivers_own_and_the_connection_lives_on(connection: OneTripConnection) -> None:
    cursor = connection.cursor()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await cursor.execute("SELECT * FROM absent")
    await cursor.execute("SELECT 1")
    assert await cursor.fetchall() == [(1,)]
    await connection.close()
