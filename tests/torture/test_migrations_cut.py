"""Migrations over rows and through SIGKILL: up from every revision there is, whole or not at all, and nothing that was there is lost."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, select, text
from sqlalchemy.engine import make_url

from cases import service as cases
from cases.values import Actor, CaseStatus
from kernel.clock import MovedClock
from kernel.db import Database
from migrations import run
from tests.support import house, rows, torture
from tests.support.databases import PostgresDatabases
from tests.torture.holds import broken
from tests.torture.process import Nursery

pytestmark = pytest.mark.torture

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory.from_config(run._config()).walk_revisions()))]
# What is reckoned from other rows, and looked at by `broken`.
_RECKONED = {"alembic_version", "case_counts"}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where databases come from: `empty` makes one that was never migrated, `copied` one that is like another."""

    empty: Callable[[], Awaitable[str]]
    copied: Callable[[str], Awaitable[str]]


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    """Either kind of database, without a table in it."""
    made: list[str] = []
    if request.param == "sqlite":

        async def empty() -> str:
            made.append(f"sqlite+aiosqlite:///{tmp_path / f'{len(made)}.db'}")
            return made[-1]

        async def copied(url: str) -> str:
            copyfile(str(make_url(url).database), str(make_url(await empty()).database))
            return made[-1]

        yield Ground(empty, copied)
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")

    async def create(template: str) -> str:
        made.append(databases.server.database(f"{make_url(databases.url).database}_{len(made)}"))
        await databases._execute(databases.server.url, f'CREATE DATABASE "{make_url(made[-1]).database}" TEMPLATE "{template}"')
        return made[-1]

    yield Ground(lambda: create("template0"), lambda url: create(str(make_url(url).database)))
    for url in made:
        await databases.drop(url)


async def furnished(url: str, folder: Path, clock: MovedClock) -> None:
    """Put a desk with a past into a migrated database, by the verbs of the product."""
    async with house.built(url, folder, clock) as estate:
        async with estate.house.factory() as uow:
            agent_id = await rows.agent(uow)
            team_id = await rows.team(uow, agent_id)
        inbox = await estate.house.directory.create(channel="sms", name="Texts", address="+15005550006", settings=house.SMS, team_id=team_id)
        case_ids = []
        for n in range(12):
            taken = await estate.intake.take(house.said(inbox.id, f"Where is lamp {n}?", sender=f"+4477009000{n % 8:02}"))
            case_ids.append(taken.case_id)
            clock.advance(hours=5)
        async with estate.house.factory() as uow:
            await cases.set_status(uow, case_ids[0] or 0, Actor(agent_id=agent_id), CaseStatus.RESOLVED)
            await cases.assign(uow, case_ids[1] or 0, Actor(agent_id=agent_id), agent_id)


def _read(connection: Connection) -> dict[str, list[dict[str, object]]]:
    metadata = MetaData()
    metadata.reflect(connection)
    named = [table for table in metadata.sorted_tables if not table.name.startswith("search_index") and table.name not in _RECKONED]
    return {table.name: _rows(connection, table) for table in named}


def _rows(connection: Connection, table: Table) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]


async def contents(url: str) -> dict[str, list[dict[str, object]]]:
    """Return every row of every table."""
    database = Database(url)
    try:
        async with database.connect() as connection:
            return await connection.run_sync(_read)
    finally:
        await database.close()


def is_kept(before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]) -> bool:
    """Say whether what was there is there: each row, with the same values in the columns that both revisions have."""
    for name, old in before.items():
        if name in after and old:
            columns = old[0].keys() & (after[name][0].keys() if after[name] else old[0].keys())
            if [{c: row[c] for c in columns} for row in old] != [{c: row[c] for c in columns} for row in after[name]]:
                return False
    return any(before.values())


@pytest.mark.parametrize("revision", REVISIONS[:-1])
async def test_comes_up_from_an_earlier_revision_with_all_its_rows(ground: Ground, tmp_path: Path, clock: MovedClock, revision: str) -> None:
    url = await ground.empty()
    await run.upgrade(url)
    await furnished(url, tmp_path / "var", clock)
    await run.downgrade(url, revision)
    before = await contents(url)
    assert await run.upgrade(url) == run.head()
    assert await run.check(url) == []
    assert is_kept(before, await contents(url))
    # No payloads: this desk's messages came by no vendor.
    assert set(await broken(url, tmp_path / "var" / "blobs")) <= {"a message without what it was made of"}


async def where(url: str) -> tuple[str | None, int]:
    """Return the revision of a database and how many tables it has, once whoever was at work in it is gone."""
    database = Database(url)
    tables = "SELECT count(*) FROM sqlite_master" if database.is_sqlite else "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    busy = "SELECT 0" if database.is_sqlite else "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    try:
        async with asyncio.timeout(20), database.connect() as connection:
            while (await connection.execute(text(busy))).scalar_one():
                await asyncio.sleep(0.02)
            count = int((await connection.execute(text(tables))).scalar_one())
    finally:
        await database.close()
    return await run.current(url), count


@pytest.mark.parametrize("begun_at", [pytest.param(None, id="from empty"), pytest.param(REVISIONS[0], id="from the first revision")])
async def test_is_the_old_version_or_the_new_one_when_it_is_killed(
    ground: Ground, tmp_path: Path, clock: MovedClock, nursery: Nursery, begun_at: str | None
) -> None:
    old = await ground.empty()
    if begun_at is not None:
        await run.upgrade(old)
        await furnished(old, tmp_path / "var", clock)
        await run.downgrade(old, begun_at)
    before, rows_before = await where(old), await contents(old)

    async def migrate(url: str, after: float | None) -> float:
        """Run `kindred migrate`, and kill it after so long; return how long it lived."""
        began = asyncio.get_running_loop().time()
        pid = await nursery.order(run=["migrate"], environment={"KINDRED_DATABASE_URL": url}, log=str(tmp_path / "log"), folder=str(tmp_path))
        if after is not None:
            await asyncio.sleep(after)
            nursery.signal(pid, signal.SIGKILL)
        assert await nursery.order(bury=pid) in {0, -signal.SIGKILL}
        return asyncio.get_running_loop().time() - began

    whole = await ground.copied(old)
    takes = await migrate(whole, None)
    after = await where(whole)
    assert after[0] == run.head()

    dice, found = torture.dice("migration", begun_at), Counter[str]()
    for _ in range(torture.size(1, 20)):
        url = await ground.copied(old)
        await migrate(url, dice.uniform(0.1, 1.0) * takes)
        stands = await where(url)
        assert stands in (before, after)
        found["the new version" if stands == after else "the old version"] += 1
        assert is_kept(rows_before, await contents(url)) or not any(rows_before.values())
        await migrate(url, None)
        assert await where(url) == after
        assert await run.check(url) == []
        assert is_kept(rows_before, await contents(url)) or not any(rows_before.values())
    sys.stdout.write(f"\nmigration of {takes:.1f} s {'from empty' if begun_at is None else 'from ' + begun_at}, killed: {dict(found)}\n")
