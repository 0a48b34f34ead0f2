"""A database that is locked, full or gone, and a folder that takes no files: everybody is told to come again, nothing is lost, and it goes on by itself."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import event
from sqlalchemy.engine import make_url

from app.server import Serving, opened
from kernel.db import Database
from tests.support import torture
from tests.support.databases import PostgresDatabases, SqliteFiles
from tests.torture.books import CHANNELS, Books, Letter
from tests.torture.cluster import Cluster
from tests.torture.holds import broken
from tests.torture.load import Load
from tests.torture.process import Nursery
from tests.torture.town import Town, built
from tests.torture.vendors import LATER, Vendors

pytestmark = pytest.mark.torture

_PATIENCE_MS = 100
_BALLAST = b"x" * 65_536


@dataclass(kw_only=True)
class Post:
    """Senders on all channels before a server in this very process, and what they heard."""

    town: Town
    serving: Serving
    vendors: Vendors
    books: Books = field(default_factory=Books)

    async def send(self, each: int) -> list[Letter]:
        """Let every channel write some letters, all at once; return those that were not acknowledged."""
        letters = [self.books.new(channel, 1000 * each + n) for n in range(each) for channel in CHANNELS]
        return await self.send_again(letters)

    async def send_again(self, letters: list[Letter]) -> list[Letter]:
        """Let letters be written again; return those that were not acknowledged even now."""
        heard = await asyncio.gather(*(self.vendors.post(letter, self.town.servers[0]) for letter in letters))
        for letter, is_heard in zip(letters, heard, strict=True):
            letter.is_heard = letter.is_heard or is_heard
        return [letter for letter in letters if not letter.is_heard]

    def heard(self) -> dict[str, set[str]]:
        """Return what each channel said besides yes, and forget it."""
        said = {channel: {what.split()[1] for what in self.vendors.answers if what.split()[0] == channel} for channel in CHANNELS}
        self.vendors.answers.clear()
        return said

    async def is_whole(self) -> bool:
        """Say whether all that was acknowledged is there once, and the database holds."""
        balance = await self.books.balance(self.town.settings.database_url)
        return balance.is_even and await broken(self.town.settings.database_url, self.town.blobs) == {}


@asynccontextmanager
async def posting(database_url: str, folder: Path, nursery: Nursery) -> AsyncIterator[Post]:
    """Serve in this process, so that the database's patience can be made short; one letter has come on every channel."""
    async with built(database_url, folder, nursery) as town, ClientSession() as http:
        [server] = town.servers
        ports = {"port": server.port, "smtp_listen_port": server.smtp_port, "lmtp_listen_port": server.lmtp_port}
        async with opened(town.settings.model_copy(update=ports)) as serving:
            post = Post(town=town, serving=serving, vendors=Vendors(town, http, torture.dice("gone")))
            assert await post.send(1) == []
            yield post


async def pragma(database: Database, words: str) -> None:
    """Say something to every connection that writes from now on."""

    def say(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA {words}").close()

    event.listen(database.writer.sync_engine, "connect", say)
    await database.writer.dispose()


NOT_NOW = {"sms": {"503"}, "telegram": {"503"}, "email": {"451"}}


def all_said_later(heard: dict[str, set[str]]) -> bool:
    """Say whether every channel was told to come again, in its own words."""
    return {channel: heard[channel] for channel in NOT_NOW} == NOT_NOW and heard["chat"] <= {"503", "1013"} and bool(heard["chat"])


@pytest.mark.sqlite
async def test_locked_by_another_process(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with posting(sqlite_url, tmp_path, nursery) as post:
        await pragma(post.serving.estate.database, f"busy_timeout={_PATIENCE_MS}")
        with sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await post.send(2)
            assert len(refused) == 2 * len(CHANNELS)
            assert all_said_later(post.heard())
            other.execute("ROLLBACK")
        other.close()
        assert await post.send_again(refused) == []
        assert await post.send(2) == []
        assert await post.is_whole()


@pytest.mark.sqlite
async def test_a_file_that_is_taken_away(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with posting(sqlite_url, tmp_path, nursery) as post:
        file = Path(str(make_url(sqlite_url).database))
        aside = file.rename(tmp_path / "aside.db")
        refused = await post.send(2)
        assert len(refused) == 2 * len(CHANNELS)
        assert all_said_later(post.heard())
        assert not file.exists()
        aside.rename(file)
        assert await post.send_again(refused) == []
        assert await post.is_whole()


@pytest.mark.sqlite
async def test_a_file_that_may_not_grow(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with posting(sqlite_url, tmp_path, nursery) as post:
        await pragma(post.serving.estate.database, "max_page_count=1")
        refused: list[Letter] = []
        while {letter.channel for letter in refused} != set(CHANNELS):
            refused += await post.send(4)
        assert all_said_later(post.heard())
        await pragma(post.serving.estate.database, "max_page_count=1000000")
        assert await post.send_again(refused) == []
        assert await post.is_whole()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes where we may mount one, else a folder whose files may not grow: either way nothing more fits once it is full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False).returncode == 0
    sys.stdout.write(f"\na full disk: {'a small tmpfs' if mounted else 'no disk can be mounted here; the limit of pages stands for it'}\n")
    yield folder
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def full(post: Post, folder: Path) -> Path | None:
    """Fill a small disk to its last byte and return what fills it; None, and a limit instead, where it is no disk of its own."""
    if not folder.is_mount():
        await pragma(post.serving.estate.database, "max_page_count=1")
        return None
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (_BALLAST, b"x"):
            try:
                while file.write(piece):
                    pass
            except OSError:
                continue
    return ballast


@pytest.mark.sqlite
async def test_a_full_disk(small_disk: Path, nursery: Nursery, sqlite_files: SqliteFiles) -> None:
    async with posting(sqlite_files.fresh(small_disk), small_disk, nursery) as post:
        ballast = await full(post, small_disk)
        refused: list[Letter] = []
        while {letter.channel for letter in refused} != set(CHANNELS):
            refused += await post.send(4)
        assert all_said_later(post.heard())
        if ballast is not None:
            ballast.unlink()
        else:
            await pragma(post.serving.estate.database, "max_page_count=1000000")
        assert await post.send_again(refused) == []
        assert await post.send(1) == []
        assert await post.is_whole()


@pytest.mark.sqlite
async def test_a_folder_that_takes_no_files(sqlite_url: str, tmp_path: Path, nursery: Nursery) -> None:
    """What needs a file waits; all else goes on."""
    async with posting(sqlite_url, tmp_path, nursery) as post:
        assert await post.send(12) == []
        post.town.blobs.rename(aside := tmp_path / "aside")
        post.town.blobs.write_bytes(b"a file where a folder should be")
        refused = await post.send(12)
        assert {letter.channel for letter in refused} == {"email"}
        assert post.heard()["email"] == {"451"}
        post.town.blobs.unlink()
        aside.rename(post.town.blobs)
        assert await post.send_again(refused) == []
        assert await post.is_whole()


@pytest.fixture
async def cluster(postgres_databases: PostgresDatabases) -> AsyncIterator[Cluster]:
    """A server of our own; where there is none to be had, `postgres_databases` says so."""
    cluster = Cluster.made()
    yield cluster
    await cluster.stop(signal.SIGQUIT)


@pytest.mark.postgresql
async def test_a_server_that_is_stopped_and_started_under_load(cluster: Cluster, tmp_path: Path, nursery: Nursery) -> None:
    rounds, dice, books = torture.size(1, 8), torture.dice("server stopped"), Books()
    async with built(await cluster.database("town"), tmp_path, nursery) as town, ClientSession() as http:
        load = Load(Vendors(town, http, dice), books, dice, town.servers)
        await town.open()
        async with load.going():
            for _ in range(rounds):
                await asyncio.sleep(dice.uniform(0.2, 1.2))
                await cluster.stop(dice.choice((signal.SIGINT, signal.SIGQUIT)))
                await asyncio.sleep(dice.uniform(0.1, 1.0))
                async with http.get(f"{town.servers[0].url}/healthz") as answer:
                    assert (answer.status, "Retry-After" in answer.headers) == (503, True)
                await cluster.start()
            await asyncio.sleep(1)
        await load.finish()
        balance, said = await books.balance(town.settings.database_url), load.vendors.answers
        sys.stdout.write(balance.table(f"PostgreSQL stopped {rounds} times under load, SEED={torture.seed()}"))
        sys.stdout.write(f"besides yes, senders heard: {dict(sorted(said.items()))}\n")
        assert balance.is_even
        assert await broken(town.settings.database_url, town.blobs) == {}
        assert {what.split()[1] for what in said if what.split()[1].isdigit()} <= LATER
        # It never went away itself.
        assert not [what for what in said if "Refused" in what or "ConnectorError" in what]
