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


async def test_what_only_writes_goes_ahead_of_the_next_trip_in_its_order(connection: OneTripConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    connection.ahead("INSERT INTO words (id, word) VALUES (?, ?)", [(1, "one"), (2, "two")])
    connection.ahead("UPDATE words SET word = ? WHERE id = ?", [("zwei", 2)])
    await cursor.execute("SELECT word FROM words ORDER BY id")
    assert await cursor.fetchall() == [("one",), ("zwei",)]
    await connection.close()


async def test_what_goes_ahead_is_kept_by_the_commit_and_forgotten_by_a_rollback(connection: OneTripConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    for end in (connection.commit, connection.rollback):
        await cursor.execute("BEGIN IMMEDIATE")
        connection.ahead("INSERT INTO words (word) VALUES (?)", [(end.__name__,)])
        await end()
    await cursor.execute("SELECT word FROM words")
    assert await cursor.fetchall() == [("commit",)]
    await connection.close()


async def test_what_is_refused_ahead_is_raised_by_the_commit_which_keeps_nothing(connection: OneTripConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    await cursor.execute("BEGIN IMMEDIATE")
    connection.ahead("INSERT INTO words (id) VALUES (?)", [(1,), (1,)])
    with pytest.raises(sqlite3.IntegrityError):
        await connection.commit()
    await connection.rollback()
    await cursor.execute("SELECT count(*) FROM words")
    assert await cursor.fetchall() == [(0,)]
    await connection.close()


async def test_the_connection_begins_anew_after_a_commit_that_failed(connection: OneTripConnection) -> None:
    """Nobody rolls it back: SQLAlchemy takes such a transaction for ended."""
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    await cursor.execute("BEGIN IMMEDIATE")
    connection.ahead("INSERT INTO words (id) VALUES (?)", [(1,), (1,)])
    with pytest.raises(sqlite3.IntegrityError):
        await connection.commit()
    await cursor.execute("BEGIN IMMEDIATE")
    connection.ahead("INSERT INTO words (id) VALUES (?)", [(1,)])
    await connection.commit()
    await cursor.execute("SELECT count(*) FROM words")
    assert await cursor.fetchall() == [(1,)]
    await connection.close()


async def test_what_only_reads_begins_with_its_first_statement_and_sees_one_state(tmp_path: Path) -> None:
    writer, reader = (OneTripConnection(tmp_path / "two.db", isolation_level=None) for _ in range(2))
    await writer
    await reader
    writing, reading = writer.cursor(), reader.cursor()
    await writing.execute("PRAGMA journal_mode=WAL")
    await writing.execute("CREATE TABLE words (word TEXT)")
    seen = []
    for word in ("one", "two"):
        reader.begin_reading()
        for added in (f"{word} again", None):
            await reading.execute("SELECT count(*) FROM words")
            seen.append((await reading.fetchall())[0][0])
            if added is not None:
                await writing.execute("INSERT INTO words VALUES (?)", (added,))
        await reader.rollback()
    # Nothing was asked: nothing has begun, and nothing has to end.
    reader.begin_reading()
    await reader.rollback()
    assert seen == [0, 0, 1, 1]
    await reading.execute("SELECT 1")
    assert not reader.in_transaction
    await writer.close()
    await reader.close()
