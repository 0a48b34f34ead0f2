"""The same message three times at once, on every channel and across processes: it is there once, and all three are answered alike."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support import torture
from tests.torture.books import CHANNELS, Books, Letter
from tests.torture.holds import broken
from tests.torture.process import Nursery
from tests.torture.town import Town, built
from tests.torture.vendors import Vendors

pytestmark = pytest.mark.torture

_COPIES = 3
_PATIENCE = 120  # seconds: longer than any limit of visitors looks back


async def sent_at_once(town: Town) -> None:
    """Send letters three times at the same time, each copy to a server by chance; want each to be there once."""
    dice, books = torture.dice("at once", len(town.servers)), Books()
    await town.open()
    async with ClientSession() as http:
        vendors = Vendors(town, http, dice)
        for turn in range(torture.size(1, 60)):
            letters = [books.new(channel, 100 * turn + n) for channel in CHANNELS for n in range(3)]
            copies = [(letter, dice.choice(town.servers)) for letter in letters for _ in range(_COPIES)]
            dice.shuffle(copies)
            heard = await asyncio.gather(*(vendors.post(letter, server) for letter, server in copies))
            for (letter, _), is_heard in zip(copies, heard, strict=True):
                letter.is_heard = letter.is_heard or is_heard
            # Of a visitor's first hellos one counts; every other copy is answered as the first was.
            assert [letter.channel for (letter, _), is_heard in zip(copies, heard, strict=True) if not is_heard and letter.channel != "chat"] == []
        await _come_again(vendors, town, [letter for letter in books.letters if not letter.is_heard])
    # One address writes for sixty visitors here, so that some are told to come later; nobody hears anything else.
    assert vendors.answers.keys() <= {"chat 429"}
    balance = await books.balance(town.settings.database_url)
    assert [balance.count(channel)["acknowledged"] for channel in CHANNELS] == [len(books.letters) // len(CHANNELS)] * len(CHANNELS)
    assert balance.is_even
    assert await broken(town.settings.database_url, town.blobs) == {}


async def _come_again(vendors: Vendors, town: Town, unheard: list[Letter]) -> None:
    async with asyncio.timeout(_PATIENCE):
        for letter in unheard:
            while not await vendors.post(letter, town.servers[0]):
                await asyncio.sleep(0.5)
            letter.is_heard = True


@pytest.mark.sqlite
async def test_in_one_process(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with built(sqlite_url, tmp_path, nursery) as town:
        await sent_at_once(town)


@pytest.mark.postgresql
async def test_across_two_processes(postgresql_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with built(postgresql_url, tmp_path, nursery, servers=2) as town:
        await sent_at_once(town)
