"""The ticker carries out what is due, late or not, and one that fails stands in nobody's way."""

import asyncio
from datetime import timedelta

import pytest

from kernel.clock import MovedClock
from kernel.events import EventBus
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from scheduler import service as scheduler
from scheduler.events import FollowUpDue
from scheduler.runner import Ticker
from scheduler.values import FollowUpKind
from tests.cases.desk import Desk, furnished


class Hands:
    """Carries out follow-ups, but for those of the cases it is told to fail."""

    def __init__(self, bus: EventBus) -> None:
        self.done: list[int] = []
        self.failing: set[int] = set()
        self.some = asyncio.Event()
        bus.react(FollowUpDue, self.carry_out)

    async def carry_out(self, fact: FollowUpDue, uow: UnitOfWork) -> None:
        """Do one thing."""
        if fact.case_id in self.failing:
            raise LookupError("no")
        uow.afterwards(lambda: self._note(fact.case_id))

    def _note(self, case_id: int) -> None:
        self.done.append(case_id)
        self.some.set()


@pytest.fixture
def hands(bus: EventBus) -> Hands:
    return Hands(bus)


@pytest.fixture
async def desk(unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> Desk:
    return await furnished(unit_of_work, clock)


async def due_in_turn(desk: Desk, n: int) -> list[int]:
    """Let follow-ups of new cases be due now, one after the other; return the cases."""
    found = []
    for _ in range(n):
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await scheduler.schedule(uow, case_id, FollowUpKind.WAKE, uow.clock.now(), desk.ines.agent_id)
        desk.clock.advance(seconds=1)
        found.append(case_id)
    return found


class TestRunDue:
    async def test_carries_out_all_batches_after_a_long_night(self, desk: Desk, hands: Hands) -> None:
        case_ids = await due_in_turn(desk, 5)
        desk.clock.advance(days=3)
        assert await Ticker(desk.unit_of_work, batch=2).run_due() == 5
        assert hands.done == case_ids

    async def test_leaves_what_is_not_due(self, desk: Desk, hands: Hands) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await scheduler.schedule(uow, case_id, FollowUpKind.WAKE, uow.clock.now() + timedelta(minutes=1), None)
        assert await Ticker(desk.unit_of_work).run_due() == 0
        assert hands.done == []

    async def test_one_that_fails_waits_and_does_not_block_the_others(self, desk: Desk, hands: Hands) -> None:
        first, bad, last = await due_in_turn(desk, 3)
        hands.failing = {bad}
        assert await Ticker(desk.unit_of_work).run_due() == 2
        assert hands.done == [first, last]
        async with desk.unit_of_work.reading() as uow:
            next_due_at = await scheduler.next_due_at(uow)
        assert next_due_at is not None
        assert timedelta(seconds=1) < next_due_at - desk.clock.now() < timedelta(seconds=3)

    async def test_tries_it_again_later_and_later(self, desk: Desk, hands: Hands) -> None:
        [case_id] = await due_in_turn(desk, 1)
        hands.failing = {case_id}
        ticker = Ticker(desk.unit_of_work)
        waits = []
        for _ in range(5):
            await ticker.run_due()
            async with desk.unit_of_work.reading() as uow:
                next_due_at = await scheduler.next_due_at(uow)
            assert next_due_at is not None
            waits.append(next_due_at - desk.clock.now())
            desk.clock.put(next_due_at)
        assert waits == sorted(waits)
        hands.failing = set()
        assert await ticker.run_due() == 1
        assert hands.done == [case_id]

    async def test_carries_out_each_once_whoever_ticks(self, desk: Desk, hands: Hands) -> None:
        case_ids = await due_in_turn(desk, 6)
        done = await asyncio.gather(*(Ticker(desk.unit_of_work, batch=1).run_due() for _ in range(3)))
        while len(hands.done) < 6:
            done.append(await Ticker(desk.unit_of_work).run_due())
        assert sorted(hands.done) == sorted(case_ids)
        assert sum(done) == 6


class TestTicking:
    async def test_looks_by_itself_until_it_is_stopped(self, desk: Desk, hands: Hands) -> None:
        ticker = Ticker(desk.unit_of_work, every=timedelta(milliseconds=20))
        case_ids = await due_in_turn(desk, 1)
        ticker.start()
        await asyncio.wait_for(hands.some.wait(), 10)
        await ticker.stop()
        assert hands.done == case_ids
