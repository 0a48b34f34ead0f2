"""Following what other processes commit: all of it, once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inbox.models import EventRow
from inbox.push import Push
from inbox.values import FeedEvent
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from kernel.relay import Heard
from kernel.tasks import Tasks
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.databases import PostgresDatabases
from tests.support.house import rows, said


class Ear:
    """Remembers what it was told, and can be waited on."""

    def __init__(self) -> None:
        self.events: list[FeedEvent] = []
        self._grew = asyncio.Event()

    def hear(self, events: Sequence[FeedEvent]) -> None:
        self.events.extend(events)
        self._grew.set()

    async def wait_for(self, n: int) -> list[int]:
        async with asyncio.timeout(10):
            while len(self.events) < n:
                self._grew.clear()
                await self._grew.wait()
        return [event.id for event in self.events]


class WordOfMouth:
    """A relay that speaks when the test does."""

    def __init__(self) -> None:
        self.speak: Heard = lambda: None

    async def announce(self, uow: UnitOfWork, event_ids: Sequence[int]) -> None:
        """Nobody asks this one."""

    def start(self, tasks: Tasks, heard: Heard) -> None:
        self.speak = heard


class FailingReads(UnitOfWorkFactory):
    """Fails to read as often as it is told, and says when it has read."""

    def __init__(self, like: UnitOfWorkFactory) -> None:
        super().__init__(like.database, like.bus, like.clock)
        self.failures = 0
        self.has_read = asyncio.Event()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        async with super().reading() as uow:
            yield uow
        self.has_read.set()


@pytest.fixture
async def following(desk: Desk) -> AsyncIterator[tuple[Ear, WordOfMouth, FailingReads]]:
    """Another process as far as this one is concerned: it has its own push, and hears of ours by word of mouth."""
    ear, relay, reads, push, tasks = Ear(), WordOfMouth(), FailingReads(desk.estate.house.factory), Push(), Tasks()
    push.subscribe(ear.hear)
    push.start(tasks, relay, reads)
    await reads.has_read.wait()
    yield ear, relay, reads
    await tasks.stop()


async def committed(desk: Desk, n: int) -> list[int]:
    """Let as many customers write, and return the ids of all events since the beginning."""
    await asyncio.gather(*(desk.estate.intake.take(said(desk.sms, f"{n}", sender=f"+447700{of:06}")) for of in range(n)))
    return [row.id for row in await rows(desk.estate.house.factory, EventRow)]


class TestFollow:
    async def test_fetches_all_also_when_it_is_more_than_one_look(
        self, desk: Desk, following: tuple[Ear, WordOfMouth, FailingReads], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("inbox.push._MOST_A_LOOK", 7)
        ear, relay, _ = following
        known = await committed(desk, 10)
        relay.speak()
        assert await ear.wait_for(len(known)) == known

    async def test_goes_on_where_it_was_when_a_look_failed(self, desk: Desk, following: tuple[Ear, WordOfMouth, FailingReads], clock: MovedClock) -> None:
        """Begun anew at the newest, it would miss what it had heard of."""
        ear, relay, reads = following
        known = await committed(desk, 1)
        relay.speak()
        await ear.wait_for(len(known))
        clock.advance(minutes=1)
        reads.failures = 1
        known = await committed(desk, 2)
        relay.speak()
        assert await ear.wait_for(len(known)) == known

    async def test_tells_nothing_twice(self, desk: Desk, following: tuple[Ear, WordOfMouth, FailingReads]) -> None:
        ear, relay, reads = following
        known = await committed(desk, 1)
        relay.speak()
        await ear.wait_for(len(known))
        reads.has_read.clear()
        relay.speak()
        await reads.has_read.wait()
        assert [event.id for event in ear.events] == known


@pytest.mark.postgresql
class TestBetweenProcesses:
    @pytest.fixture
    async def database_url(self, postgres_databases: PostgresDatabases) -> str:
        return await postgres_databases.emptied()

    async def test_each_hears_what_the_other_has_committed(self, desk: Desk, database_url: str, tmp_path: Path, clock: MovedClock) -> None:
        async with house.built(database_url, tmp_path / "var", clock) as other:
            ear = Ear()
            other.house.push.subscribe(ear.hear)
            other.house.push.start(other.tasks, other.relay, other.house.factory)
            known = await committed(desk, 20)
            assert sorted(await ear.wait_for(len(known))) == known
