"""The unit of work: all of it or nothing, and who is told when."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from kernel.clock import MovedClock
from kernel.db import Database
from kernel.errors import StorageUnavailable
from kernel.events import EventBus, Fact
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff.models import Agent, Team
from tests.kernel.facts import SomethingHappened
from tests.support.databases import SqliteFiles


def team(uow: UnitOfWork, name: str = "Support") -> Team:
    return Team(id=uow.ids(), name=name, created_at=uow.clock.now())


async def teams(unit_of_work: UnitOfWorkFactory) -> int:
    async with unit_of_work.reading() as uow:
        return (await uow.session.execute(select(func.count()).select_from(Team))).scalar_one()


class TestWriting:
    async def test_keeps_what_was_done_when_the_block_ends_well(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work() as uow:
            uow.session.add(team(uow))
        assert await teams(unit_of_work) == 1

    async def test_leaves_nothing_behind_when_the_block_fails(self, unit_of_work: UnitOfWorkFactory) -> None:
        with pytest.raises(RuntimeError):
            async with unit_of_work() as uow:
                uow.session.add(team(uow))
                await uow.session.flush()
                raise RuntimeError("no")
        assert await teams(unit_of_work) == 0

    async def test_leaves_nothing_behind_when_a_reaction_fails(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        told: list[Fact] = []

        async def fail(fact: SomethingHappened, uow: UnitOfWork) -> None:
            raise RuntimeError("no")

        bus.react(SomethingHappened, fail)
        bus.listen(SomethingHappened, told.append)
        with pytest.raises(RuntimeError):
            async with unit_of_work() as uow:
                uow.session.add(team(uow))
                uow.record(SomethingHappened(number=1))
        assert await teams(unit_of_work) == 0
        assert told == []

    async def test_says_what_broke_a_constraint(self, unit_of_work: UnitOfWorkFactory) -> None:
        with pytest.raises(IntegrityError):
            async with unit_of_work() as uow:
                uow.session.add_all([team(uow), team(uow)])
        assert await teams(unit_of_work) == 0

    async def test_loses_no_update_between_processes(self, unit_of_work: UnitOfWorkFactory, database_url: str, bus: EventBus, clock: MovedClock) -> None:
        """Each reads first and writes later: begun deferred, SQLite would refuse or lose most of these."""
        another_process = Database(database_url)
        async with unit_of_work() as uow:
            uow.session.add(Agent(id=uow.ids(), name="0", email="a@example.org", role="agent", created_at=uow.clock.now()))

        async def count(factory: UnitOfWorkFactory) -> None:
            async with factory() as uow:
                counted = (await uow.session.execute(select(Agent.name).with_for_update())).scalar_one()
                await asyncio.sleep(0)
                await uow.session.execute(update(Agent).values(name=str(int(counted) + 1)))

        other = UnitOfWorkFactory(another_process, bus, clock)
        await asyncio.gather(*(count(factory) for _ in range(15) for factory in (unit_of_work, other)))
        async with unit_of_work.reading() as uow:
            assert (await uow.session.execute(select(Agent.name))).scalar_one() == "30"
        await another_process.close()


class TestReactions:
    async def test_share_the_transaction(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        async def add_team(fact: SomethingHappened, uow: UnitOfWork) -> None:
            uow.session.add(team(uow, f"Team {fact.number}"))

        bus.react(SomethingHappened, add_team)
        async with unit_of_work() as uow:
            uow.record(SomethingHappened(number=1), SomethingHappened(number=2))
        assert await teams(unit_of_work) == 2

    async def test_hear_what_other_reactions_recorded(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        heard: list[int] = []

        async def count_down(fact: SomethingHappened, uow: UnitOfWork) -> None:
            heard.append(fact.number)
            if fact.number:
                uow.record(SomethingHappened(number=fact.number - 1))

        bus.react(SomethingHappened, count_down)
        async with unit_of_work() as uow:
            uow.record(SomethingHappened(number=3))
        assert heard == [3, 2, 1, 0]

    async def test_to_every_fact_may_record_none(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        """Nobody would be told of it: whoever hears every fact hears them when all else is settled."""

        async def record(facts: Sequence[Fact], uow: UnitOfWork) -> None:
            uow.record(SomethingHappened(number=len(facts)))

        bus.react_to_all(Fact, record)
        with pytest.raises(RuntimeError):
            async with unit_of_work() as uow:
                uow.session.add(team(uow))
                uow.record(SomethingHappened(number=1))
        assert await teams(unit_of_work) == 0


class TestListeners:
    async def test_are_told_after_the_commit(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        order: list[str] = []

        async def react(fact: SomethingHappened, uow: UnitOfWork) -> None:
            order.append("reaction")

        bus.listen(SomethingHappened, lambda _: order.append("listener"))
        bus.react(SomethingHappened, react)
        async with unit_of_work() as uow:
            uow.record(SomethingHappened(number=1))
            uow.afterwards(lambda: order.append("afterwards"))
            order.append("block")
        assert order == ["block", "reaction", "afterwards", "listener"]

    async def test_that_fail_lose_their_own_news_only(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        told: list[Fact] = []

        def fail(fact: SomethingHappened) -> None:
            raise RuntimeError("no")

        bus.listen(SomethingHappened, fail)
        bus.listen(Fact, told.append)
        async with unit_of_work() as uow:
            uow.session.add(team(uow))
            uow.record(SomethingHappened(number=1))
        assert told == [SomethingHappened(number=1)]
        assert await teams(unit_of_work) == 1


class TestReading:
    async def test_changes_nothing(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work.reading() as uow:
            uow.session.add(team(uow))
        assert await teams(unit_of_work) == 0

    async def test_sees_one_state_whatever_is_written_meanwhile(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work.reading() as reading:
            counted = select(func.count()).select_from(Team)
            before = (await reading.session.execute(counted)).scalar_one()
            async with unit_of_work() as uow:
                uow.session.add(team(uow))
            assert (await reading.session.execute(counted)).scalar_one() == before == 0
        assert await teams(unit_of_work) == 1

    async def test_gives_back_aware_moments_to_the_microsecond(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        clock.advance(microseconds=123_457)
        async with unit_of_work() as uow:
            uow.session.add(team(uow))
        async with unit_of_work.reading() as uow:
            assert (await uow.session.execute(select(Team.created_at))).scalar_one() == clock.now()


class TestStorageUnavailable:
    """On SQLite another process may hold the file; on PostgreSQL the server may be gone."""

    @pytest.mark.sqlite
    async def test_is_raised_when_another_process_writes_for_too_long(
        self, sqlite_files: SqliteFiles, tmp_path: Path, bus: EventBus, clock: MovedClock
    ) -> None:
        url = sqlite_files.fresh(tmp_path)
        ours, theirs = Database(url, patience=timedelta(milliseconds=50)), Database(url)
        unit_of_work = UnitOfWorkFactory(ours, bus, clock)
        async with theirs.writer.connect() as other:
            await other.execute(text("SELECT 1"))
            with pytest.raises(StorageUnavailable):
                async with unit_of_work() as uow:
                    uow.session.add(team(uow))
            assert await teams(unit_of_work) == 0
        async with unit_of_work() as uow:
            uow.session.add(team(uow))
        assert await teams(unit_of_work) == 1
        await ours.close()
        await theirs.close()

    @pytest.mark.sqlite
    async def test_is_raised_while_the_file_is_gone(self, sqlite_files: SqliteFiles, tmp_path: Path, bus: EventBus, clock: MovedClock) -> None:
        """SQLite itself would write on, into a file that nobody finds again."""
        database = Database(sqlite_files.fresh(tmp_path))
        file, aside = Path(str(make_url(database.url).database)), tmp_path / "aside"
        unit_of_work = UnitOfWorkFactory(database, bus, clock)

        async def refuses() -> None:
            with pytest.raises(StorageUnavailable):
                async with unit_of_work() as uow:
                    uow.session.add(team(uow))
            with pytest.raises(StorageUnavailable):
                await teams(unit_of_work)

        async with unit_of_work() as uow:
            uow.session.add(team(uow))
        file.rename(aside)
        await refuses()
        assert not file.exists()
        copyfile(aside, file)
        await refuses()
        aside.rename(file)
        async with unit_of_work() as uow:
            uow.session.add(team(uow, "Sales"))
        assert await teams(unit_of_work) == 2
        await database.close()

    @pytest.mark.postgresql
    async def test_is_raised_when_the_server_cannot_be_reached(self, tmp_path: Path, bus: EventBus, clock: MovedClock) -> None:
        database = Database(f"postgresql+asyncpg://kindred@/nothing?host={tmp_path}")
        with pytest.raises(StorageUnavailable):
            async with UnitOfWorkFactory(database, bus, clock)() as uow:
                await uow.session.execute(text("SELECT 1"))
        await database.close()
