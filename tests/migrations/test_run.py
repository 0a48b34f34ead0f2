"""Upgrading, checking and going back: on both databases, in one transaction, once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.db import Database
from kernel.errors import StorageUnavailable
from migrations import run, standing
from migrations.metadata import METADATA
from tests.support.databases import PostgresDatabases


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that was never migrated."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    url = f"{databases.url.replace('?', '_empty?')}"
    await databases.create(url)
    yield url
    await databases.drop(url)


async def tables(url: str) -> set[str]:
    """Return the tables of a database, without what SQLite keeps for itself."""
    database = Database(url)
    names = "SELECT name FROM sqlite_master WHERE type = 'table'" if database.is_sqlite else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    async with database.connect() as connection:
        found = {str(name) for (name,) in await connection.execute(text(names))}
    await database.close()
    return {name for name in found if not name.startswith("sqlite_")}


async def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements in one writing transaction; return the rows of the last."""
    database = Database(url)
    rows: list[tuple[object, ...]] = []
    try:
        async with database.writer.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
                rows = [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await database.close()
    return rows


class TestUpgrade:
    async def test_builds_what_the_models_say(self, empty_url: str) -> None:
        assert await run.current(empty_url) is None
        assert await run.upgrade(empty_url) == run.head()
        assert await run.check(empty_url) == []
        assert set(METADATA.tables) <= await tables(empty_url)
        assert await run.current(empty_url) == run.head()

    async def test_finds_nothing_to_do_the_second_time(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        before = await tables(empty_url)
        assert await run.upgrade(empty_url) == run.head()
        assert await tables(empty_url) == before

    async def test_is_done_once_when_processes_start_together(self, empty_url: str) -> None:
        assert await asyncio.gather(*(run.upgrade(empty_url) for _ in range(3))) == [run.head()] * 3
        assert await run.check(empty_url) == []

    async def test_leaves_the_database_as_it_was_when_it_fails(self, empty_url: str) -> None:
        """The last table stands already, so that all before it have been made when it fails."""
        last = METADATA.sorted_tables[-1].name
        await execute(empty_url, f"CREATE TABLE {last} (id INTEGER)")
        with pytest.raises(DBAPIError):
            await run.upgrade(empty_url)
        assert await tables(empty_url) == {last}

    async def test_refuses_a_database_that_a_newer_version_made(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        await execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(run.UnknownRevision):
            await run.upgrade(empty_url)


class TestDowngrade:
    async def test_leaves_nothing(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        await run.downgrade(empty_url, "base")
        assert await tables(empty_url) == {"alembic_version"}
        assert await run.current(empty_url) is None

    async def test_can_be_gone_up_again(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        await run.downgrade(empty_url, "base")
        await run.upgrade(empty_url)
        assert await run.check(empty_url) == []


class TestCheck:
    async def test_says_what_differs(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        await execute(empty_url, "ALTER TABLE teams ADD COLUMN colour TEXT")
        [difference] = await run.check(empty_url)
        assert "colour" in difference


class TestIsCurrent:
    async def test_is_true_only_at_the_newest_revision(self, empty_url: str) -> None:
        database = Database(empty_url)
        try:
            assert not await standing.is_current(database)
            await run.upgrade(empty_url)
            assert await standing.is_current(database)
        finally:
            await database.close()

    @pytest.mark.postgresql
    async def test_refuses_to_guess_when_the_database_is_gone(self, tmp_path: Path) -> None:
        database = Database(f"postgresql+asyncpg://kindred@/nothing?host={tmp_path}")
        with pytest.raises(StorageUnavailable):
            await standing.is_current(database)
        await database.close()


class TestSearch:
    """What the models cannot say: the full-text index follows its table."""

    FOUND: ClassVar = {
        True: "SELECT d.id FROM search_index i JOIN search_documents d ON d.id = i.rowid WHERE search_index MATCH '{word}' ORDER BY d.id",
        False: "SELECT id FROM search_documents WHERE tsv @@ plainto_tsquery('simple', '{word}') ORDER BY id",
    }

    async def found(self, url: str, word: str) -> list[object]:
        return [row[0] for row in await execute(url, self.FOUND["sqlite" in url].format(word=word))]

    async def test_follows_what_is_written_changed_and_taken_away(self, database_url: str) -> None:
        await execute(
            database_url, *(f"INSERT INTO search_documents (id, inbox_id, customer_id, body) VALUES ({i}, 1, 1, 'parcel number {i}')" for i in (7, 8))
        )
        assert await self.found(database_url, "parcel") == [7, 8]
        await execute(database_url, "UPDATE search_documents SET body = 'invoice' WHERE id = 7")
        assert (await self.found(database_url, "parcel"), await self.found(database_url, "invoice")) == ([8], [7])
        await execute(database_url, "DELETE FROM search_documents WHERE id = 8")
        assert await self.found(database_url, "parcel") == []


@pytest.mark.postgresql
class TestCaseNumbers:
    async def test_begin_at_1001(self, postgres_databases: PostgresDatabases) -> None:
        url = await postgres_databases.emptied()
        assert await execute(url, "SELECT nextval('case_numbers')") == [(1001,)]


class TestWhatCustomersAreFoundBy:
    async def test_is_there_for_those_who_came_before_it(self, empty_url: str) -> None:
        await run.upgrade(empty_url)
        columns = "id, root_id, name, folded_name, is_named, stage, satisfaction, attributes, consent, created_at, last_seen_at"
        held = "id, customer_id, kind, value, normalised, trust, is_sender, first_seen_at, last_seen_at"
        await execute(
            empty_url,
            f"INSERT INTO customers ({columns}) VALUES (7, 7, 'Zoë Łuk', 'zoe łuk', true, 'lead', 'indifferent', '{{}}', '{{}}', 0, 0)",
            f"INSERT INTO identities ({held}) VALUES (8, 7, 'email', 'Z@x.example', 'Z@x.example', 'verified', true, 0, 0)",
            f"INSERT INTO identities ({held}) VALUES (10, 7, 'phone', '+44 7700', '+447700', 'verified', true, 0, 0)",
            f"INSERT INTO identities ({held}) VALUES (9, 7, 'chat', 'f00', 'f00', 'verified', true, 0, 0)",
        )
        await run.downgrade(empty_url, "0005")
        await run.upgrade(empty_url)
        assert await execute(empty_url, "SELECT term, customer_id FROM customer_terms ORDER BY term") == [
            (term, 7) for term in ("+447700", "7700", "z@x.example", "zoe", "łuk")
        ]
