"""The news between processes: heard after the commit, by the others, and never when there was none."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kernel.clock import MovedClock
from kernel.db import Database
from kernel.events import EventBus
from kernel.relay import MemoryRelay, PostgresRelay
from kernel.tasks import Tasks
from kernel.uow import UnitOfWorkFactory
from tests.support.databases import PostgresDatabases


class Ear:
    """Counts what it hears, and can be waited on."""

    def __init__(self) -> None:
        self.times = 0
        self._changed = asyncio.Event()

    def hear(self) -> None:
        self.times += 1
        self._changed.set()

    async def wait_for(self, times: int) -> None:
        async with asyncio.timeout(10):
            while self.times < times:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    tasks = Tasks()
    yield tasks
    await tasks.stop()


@pytest.mark.postgresql
class TestPostgresRelay:
    @pytest.fixture
    async def factory(self, postgres_databases: PostgresDatabases, bus: EventBus, clock: MovedClock) -> AsyncIterator[UnitOfWorkFactory]:
        database = Database(await postgres_databases.emptied())
        yield UnitOfWorkFactory(database, bus, clock)
        await database.close()

    async def test_is_heard_by_the_other_process_and_not_by_its_own(self, factory: UnitOfWorkFactory, tasks: Tasks) -> None:
        ours, theirs = PostgresRelay(factory.database.url, "ours"), PostgresRelay(factory.database.url, "theirs")
        at_ours, at_theirs = Ear(), Ear()
        ours.start(tasks, at_ours.hear)
        theirs.start(tasks, at_theirs.hear)
        # Each is told once when it begins to listen, since it may have missed something.
        await asyncio.gather(at_ours.wait_for(1), at_theirs.wait_for(1))

        async with factory() as uow:
            await ours.announce(uow, [1])
            assert at_theirs.times == 1
        await at_theirs.wait_for(2)
        async with factory() as uow:
            await theirs.announce(uow, [2])
        await at_ours.wait_for(2)
        assert (at_ours.times, at_theirs.times) == (2, 2)

    async def test_says_nothing_of_what_was_not_kept(self, factory: UnitOfWorkFactory, tasks: Tasks) -> None:
        ours, theirs = PostgresRelay(factory.database.url, "ours"), PostgresRelay(factory.database.url, "theirs")
        at_theirs = Ear()
        theirs.start(tasks, at_theirs.hear)
        await at_theirs.wait_for(1)
        with pytest.raises(RuntimeError):
            async with factory() as uow:
                await ours.announce(uow, [1])
                raise RuntimeError("no")
        async with factory() as uow:
            await ours.announce(uow, [2])
        await at_theirs.wait_for(2)
        assert at_theirs.times == 2

    async def test_listens_again_after_its_connection_was_lost(self, factory: UnitOfWorkFactory, tasks: Tasks) -> None:
        ours, theirs = PostgresRelay(factory.database.url, "ours"), PostgresRelay(factory.database.url, "theirs")
        at_theirs = Ear()
        theirs.start(tasks, at_theirs.hear)
        await at_theirs.wait_for(1)
        async with factory.database.connect() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%%' AND datname = current_database()"
            )
        await at_theirs.wait_for(2)
        async with factory() as uow:
            await ours.announce(uow, [1])
        await at_theirs.wait_for(3)


class TestMemoryRelay:
    async def test_is_silent(self, unit_of_work: UnitOfWorkFactory, tasks: Tasks) -> None:
        ear, relay = Ear(), MemoryRelay()
        relay.start(tasks, ear.hear)
        async with unit_of_work() as uow:
            await relay.announce(uow, [1])
        assert ear.times == 0
