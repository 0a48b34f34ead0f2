"""SIGKILL at random moments of a load on all channels: what was acknowledged is there once, nothing is there twice, and nothing half."""

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.support import torture
from tests.torture.books import CHANNELS, Balance, Books
from tests.torture.holds import broken
from tests.torture.load import Load
from tests.torture.process import Nursery
from tests.torture.town import Town, built
from tests.torture.vendors import LATER, Vendors

pytestmark = pytest.mark.torture

_LONGEST_LIFE = 1.5  # seconds under load
_KILLED_AT_START = 0.1  # of the rounds: before the server serves, or as it begins to


async def tortured(town: Town, rounds: int, *of_what: object) -> tuple[Balance, dict[str, int]]:
    """Kill one of the town's servers in each round of a load and start it again; return the books, and what servers answered besides yes."""
    dice = torture.dice(*of_what)
    books = Books()
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        load = Load(Vendors(town, http, dice), books, dice, town.servers)
        await town.open()
        async with load.going():
            for _ in range(rounds):
                victim = dice.choice(town.servers)
                await asyncio.sleep(dice.uniform(0.05, _LONGEST_LIFE))
                await victim.end()
                await victim.start()
                if dice.random() < _KILLED_AT_START:
                    await asyncio.sleep(dice.uniform(0, 0.5))
                    await victim.end()
                    await victim.start()
                await victim.ready()
        await load.finish()
        for server in town.servers:
            await server.end()
    return await books.balance(town.settings.database_url), load.vendors.answers


async def kept(town: Town, rounds: int, title: str) -> None:
    """Run the rounds, tell the figures, and want the books to be even and the database to be whole."""
    balance, answers = await tortured(town, rounds, title)
    sys.stdout.write(balance.table(f"{title}: {rounds} kill rounds, SEED={torture.seed()}"))
    sys.stdout.write(f"besides yes, senders heard: {dict(sorted(answers.items()))}\n")
    assert all(balance.count(channel)["acknowledged"] for channel in CHANNELS)
    assert balance.is_even
    assert await broken(town.settings.database_url, town.blobs) == {}
    # Dying and coming back is no excuse for a mistake of ours.
    assert {what.split()[1] for what in answers if what.split()[1].isdigit()} <= LATER


@pytest.mark.sqlite
async def test_one_process_on_sqlite(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with built(sqlite_url, tmp_path, nursery) as town:
        await kept(town, torture.size(3, 200), "one process on SQLite")


@pytest.mark.postgresql
async def test_one_process_on_postgresql(postgresql_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with built(postgresql_url, tmp_path, nursery) as town:
        await kept(town, torture.size(1, 50), "one process on PostgreSQL")


@pytest.mark.postgresql
async def test_two_processes_on_postgresql(postgresql_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with built(postgresql_url, tmp_path, nursery, servers=2) as town:
        await kept(town, torture.size(1, 30), "two processes on PostgreSQL")
