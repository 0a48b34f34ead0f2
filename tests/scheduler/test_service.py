"""Follow-ups are rows: set, cancelled, claimed once."""

import asyncio
from datetime import timedelta

import pytest

from kernel.clock import MovedClock
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from scheduler import service as scheduler
from scheduler.events import FollowUpDue
from scheduler.values import FollowUpKind
from tests.cases.desk import furnished

HOUR = timedelta(hours=1)


@pytest.fixture
async def case_ids(unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> list[int]:
    """Three cases to follow up."""
    desk = await furnished(unit_of_work, clock)
    return [await desk.opened() for _ in range(3)]


async def schedule(unit_of_work: UnitOfWorkFactory, case_id: int, after: timedelta) -> int:
    async with unit_of_work() as uow:
        return await scheduler.schedule(uow, case_id, FollowUpKind.WAKE, uow.clock.now() + after, None)


async def claim(unit_of_work: UnitOfWorkFactory, limit: int = 50) -> list[int]:
    async with unit_of_work() as uow:
        return [one.follow_up_id for one in await scheduler.claim_due(uow, uow.clock.now(), limit)]


class TestSchedule:
    async def test_says_when_the_next_one_is_due(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, case_ids: list[int]) -> None:
        async with unit_of_work.reading() as uow:
            assert await scheduler.next_due_at(uow) is None
        await schedule(unit_of_work, case_ids[0], 2 * HOUR)
        await schedule(unit_of_work, case_ids[1], HOUR)
        async with unit_of_work.reading() as uow:
            assert await scheduler.next_due_at(uow) == clock.now() + HOUR

    async def test_takes_the_place_of_what_waited_before(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, case_ids: list[int]) -> None:
        await schedule(unit_of_work, case_ids[0], HOUR)
        later = await schedule(unit_of_work, case_ids[0], 2 * HOUR)
        clock.advance(hours=3)
        assert await claim(unit_of_work) == [later]


class TestCancel:
    async def test_ends_what_waits_for_these_cases_only(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, case_ids: list[int]) -> None:
        ids = [await schedule(unit_of_work, case_id, HOUR) for case_id in case_ids]
        async with unit_of_work() as uow:
            assert await scheduler.cancel(uow, case_ids[:2], "The customer wrote.") == 2
            assert await scheduler.cancel(uow, case_ids[:2], "The customer wrote.") == 0
            assert await scheduler.cancel(uow, [], "Nobody.") == 0
        clock.advance(hours=1)
        assert await claim(unit_of_work) == ids[2:]


class TestClaimDue:
    async def test_gives_what_is_due_longest_first(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, case_ids: list[int]) -> None:
        late, soon, later = [await schedule(unit_of_work, case_id, n * HOUR) for case_id, n in zip(case_ids, (2, 1, 3), strict=True)]
        clock.advance(hours=2)
        assert await claim(unit_of_work) == [soon, late]
        assert await claim(unit_of_work) == []
        clock.advance(days=30)
        assert await claim(unit_of_work) == [later]

    async def test_tells_whoever_carries_it_out(self, unit_of_work: UnitOfWorkFactory, bus: EventBus, case_ids: list[int]) -> None:
        told: list[FollowUpDue] = []

        async def remember(fact: FollowUpDue, uow: object) -> None:
            told.append(fact)

        bus.react(FollowUpDue, remember)
        follow_up_id = await schedule(unit_of_work, case_ids[0], timedelta(0))
        await claim(unit_of_work)
        assert told == [FollowUpDue(follow_up_id=follow_up_id, case_id=case_ids[0], action="wake")]

    async def test_gives_each_once_when_many_ask(self, unit_of_work: UnitOfWorkFactory, case_ids: list[int]) -> None:
        ids = [await schedule(unit_of_work, case_id, timedelta(0)) for case_id in case_ids]
        batches = await asyncio.gather(*(claim(unit_of_work, 1) for _ in range(8)))
        assert sorted(follow_up_id for batch in batches for follow_up_id in batch) == sorted(ids)


# On SQLite there is one writer at a time, and nobody to meet.
@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
class TestWhileItIsCarriedOut:
    async def test_a_case_is_not_kept_waiting_by_its_follow_up(self, unit_of_work: UnitOfWorkFactory, case_ids: list[int]) -> None:
        """Whoever holds the case cancels what waits for it, and whoever holds the follow-up wants the case next. Neither may wait for the other for ever."""
        await schedule(unit_of_work, case_ids[0], timedelta(0))
        async with unit_of_work() as claiming:
            assert len(await scheduler.claim_due(claiming, claiming.clock.now(), 1)) == 1
            async with asyncio.timeout(5), unit_of_work() as changing:
                assert await scheduler.cancel(changing, case_ids, "The customer wrote.") == 0
