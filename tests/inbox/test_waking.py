"""A snoozed case comes back by its follow-up, and whatever ends or renews the snooze takes the follow-up along."""

from datetime import timedelta

import pytest

from cases import service as cases
from cases.events import CaseSnoozed, CaseWoken
from cases.values import CaseStatus
from inbox import reactions
from kernel.clock import MovedClock
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from scheduler import service as scheduler
from scheduler.events import FollowUpDue
from scheduler.runner import Ticker
from tests.cases.desk import Desk, furnished

DAY = timedelta(days=1)


@pytest.fixture
async def desk(unit_of_work: UnitOfWorkFactory, clock: MovedClock, bus: EventBus) -> Desk:
    bus.react(CaseSnoozed, reactions.plan_to_wake)
    bus.react_to_all(CaseWoken, reactions.drop_plans)
    bus.react(FollowUpDue, reactions.carry_out)
    return await furnished(unit_of_work, clock)


async def snoozed(desk: Desk) -> tuple[int, int]:
    """Return a case that is snoozed for a day, and the activity that says so."""
    case_id = await desk.opened()
    async with desk.unit_of_work() as uow:
        return case_id, await cases.snooze(uow, case_id, desk.ines, uow.clock.now() + DAY)


async def waits_for_nothing(desk: Desk) -> bool:
    async with desk.unit_of_work.reading() as uow:
        return await scheduler.next_due_at(uow) is None


class TestWaking:
    async def test_comes_back_at_its_time_and_not_before(self, desk: Desk) -> None:
        case_id, _ = await snoozed(desk)
        ticker = Ticker(desk.unit_of_work)
        desk.clock.advance(hours=23)
        assert (await ticker.run_due(), (await desk.case(case_id)).status) == (0, "snoozed")
        desk.clock.advance(hours=1)
        assert (await ticker.run_due(), (await desk.case(case_id)).status) == (1, "open")
        assert await waits_for_nothing(desk)

    async def test_comes_back_at_the_later_time_when_snoozed_again(self, desk: Desk) -> None:
        case_id, _ = await snoozed(desk)
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, uow.clock.now() + 2 * DAY)
        desk.clock.advance(days=1)
        assert await Ticker(desk.unit_of_work).run_due() == 0
        desk.clock.advance(days=1)
        assert await Ticker(desk.unit_of_work).run_due() == 1
        assert (await desk.case(case_id)).status == "open"

    async def test_is_forgotten_when_the_customer_writes(self, desk: Desk) -> None:
        case_id, _ = await snoozed(desk)
        await desk.written_again(case_id)
        assert await waits_for_nothing(desk)

    async def test_is_forgotten_when_the_case_is_resolved_and_back_when_that_is_undone(self, desk: Desk) -> None:
        case_id, _ = await snoozed(desk)
        async with desk.unit_of_work() as uow:
            resolved = await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        assert await waits_for_nothing(desk)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, resolved)
        desk.clock.advance(days=1)
        assert await Ticker(desk.unit_of_work).run_due() == 1
        assert (await desk.case(case_id)).status == "open"

    async def test_is_forgotten_when_the_snooze_is_undone(self, desk: Desk) -> None:
        case_id, activity_id = await snoozed(desk)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, activity_id)
        assert await waits_for_nothing(desk)

    async def test_is_back_when_a_reply_is_taken_back(self, desk: Desk) -> None:
        case_id, _ = await snoozed(desk)
        assert desk.ines.agent_id is not None
        async with desk.unit_of_work() as uow:
            message_id = uow.ids()
            restore = await cases.answered(uow, case_id, message_id=message_id, agent_id=desk.ines.agent_id, at=uow.clock.now(), then=CaseStatus.PENDING)
        assert await waits_for_nothing(desk)
        async with desk.unit_of_work() as uow:
            await cases.unanswered(uow, case_id, message_id=message_id, restore=restore)
        assert not await waits_for_nothing(desk)
