"""What an agent's message does to its case."""

from datetime import timedelta

import pytest

from cases import service as cases
from cases.errors import IllegalTransition
from cases.events import CaseWoken
from cases.models import Case
from cases.values import CaseStatus, IntervalState, Verb
from kernel.events import Fact
from tests.cases.desk import Desk, whole


async def answer(desk: Desk, case_id: int, then: CaseStatus = CaseStatus.PENDING) -> tuple[int, dict[str, object]]:
    """Let Ines answer now; return the message's id and what would take it back."""
    message_id = desk.unit_of_work.ids()
    assert desk.ines.agent_id is not None
    async with desk.unit_of_work() as uow:
        restore = await cases.answered(uow, case_id, message_id=message_id, agent_id=desk.ines.agent_id, at=desk.clock.now(), then=then)
    return message_id, restore


async def take_back(desk: Desk, case_id: int, message_id: int, restore: dict[str, object]) -> None:
    async with desk.unit_of_work() as uow:
        await cases.unanswered(uow, case_id, message_id=message_id, restore=restore)


def columns(case: Case) -> dict[str, object]:
    return {column.key: getattr(case, column.key) for column in Case.__table__.columns if column.key != "updated_at"}


class TestAnswered:
    async def test_stops_the_clock_and_takes_the_case(self, desk: Desk) -> None:
        case_id = await desk.opened()
        desk.clock.advance(minutes=20)
        message_id, _ = await answer(desk, case_id)
        case = await desk.case(case_id)
        assert (case.first_response_at, case.first_response_id) == (desk.clock.now(), message_id)
        assert (case.status, case.waiting_since, case.last_message_id) == ("pending", None, message_id)
        assert (case.assignee_id, case.assigned_reason) == (desk.ines.agent_id, "Answered first.")
        assert [line.verb for line in await desk.history()] == [Verb.OPENED, Verb.ASSIGNED, Verb.STATUS]
        spans = await desk.ledger(case_id)
        assert [(span.state, span.agent_id) for span in spans] == [
            (IntervalState.WAITING_ON_US, None),
            (IntervalState.WAITING_ON_CUSTOMER, desk.ines.agent_id),
        ]
        assert whole(spans)

    async def test_keeps_the_first_answer_and_the_assignee(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.assign(uow, case_id, desk.ravi, desk.ravi.agent_id)
        first, _ = await answer(desk, case_id)
        first_at = desk.clock.now()
        desk.clock.advance(hours=1)
        await answer(desk, case_id)
        case = await desk.case(case_id)
        assert (case.first_response_id, case.first_response_at, case.assignee_id) == (first, first_at, desk.ravi.agent_id)
        assert [line.verb for line in await desk.history()] == [Verb.OPENED, Verb.ASSIGNED, Verb.STATUS]

    async def test_may_resolve(self, desk: Desk) -> None:
        case_id = await desk.opened()
        desk.clock.advance(minutes=1)
        await answer(desk, case_id, CaseStatus.RESOLVED)
        case = await desk.case(case_id)
        assert (case.status, case.resolved_at) == ("resolved", desk.clock.now())

    async def test_wakes_a_snoozed_case(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=1))
        await answer(desk, case_id, CaseStatus.OPEN)
        assert (await desk.case(case_id)).snoozed_until is None
        assert CaseWoken(case_id=case_id, inbox_id=desk.inbox_id) in facts

    async def test_refuses_a_closed_case(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.CLOSED)
        with pytest.raises(IllegalTransition):
            await answer(desk, case_id)


class TestUnanswered:
    @pytest.mark.parametrize("then", [CaseStatus.OPEN, CaseStatus.PENDING, CaseStatus.RESOLVED])
    async def test_puts_everything_back(self, desk: Desk, then: CaseStatus) -> None:
        case_id = await desk.opened()
        before, ledger = columns(await desk.case(case_id)), await desk.ledger(case_id)
        desk.clock.advance(minutes=20)
        message_id, restore = await answer(desk, case_id, then)
        desk.clock.advance(seconds=9)
        await take_back(desk, case_id, message_id, restore)
        assert columns(await desk.case(case_id)) == before
        assert await desk.ledger(case_id) == ledger
        assert [line.reason for line in await desk.history()][-1] == "The reply was taken back."

    async def test_puts_a_snooze_back(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=1))
        before = columns(await desk.case(case_id))
        message_id, restore = await answer(desk, case_id)
        await take_back(desk, case_id, message_id, restore)
        assert columns(await desk.case(case_id)) == before

    async def test_leaves_what_others_changed_since(self, desk: Desk) -> None:
        case_id = await desk.opened()
        opened_at = desk.clock.now()
        message_id, restore = await answer(desk, case_id)
        async with desk.unit_of_work() as uow:
            await cases.assign(uow, case_id, desk.ravi, desk.ravi.agent_id)
            await cases.set_status(uow, case_id, desk.ravi, CaseStatus.ON_HOLD)
        desk.clock.advance(seconds=5)
        await take_back(desk, case_id, message_id, restore)
        case = await desk.case(case_id)
        assert (case.status, case.assignee_id) == ("on_hold", desk.ravi.agent_id)
        assert (case.first_response_at, case.waiting_since) == (None, opened_at)
        assert whole(await desk.ledger(case_id))

    async def test_lets_the_customer_wait_since_the_first_message(self, desk: Desk) -> None:
        case_id = await desk.opened()
        opened_at = desk.clock.now()
        message_id, restore = await answer(desk, case_id)
        desk.clock.advance(seconds=5)
        await desk.written_again(case_id)
        newest = (await desk.case(case_id)).last_message_id
        await take_back(desk, case_id, message_id, restore)
        case = await desk.case(case_id)
        assert (case.status, case.waiting_since, case.last_message_id) == ("open", opened_at, newest)


class TestNoted:
    async def test_moves_the_case_up_and_nothing_else(self, desk: Desk) -> None:
        case_id = await desk.opened()
        before = columns(await desk.case(case_id))
        desk.clock.advance(minutes=1)
        message_id = desk.unit_of_work.ids()
        async with desk.unit_of_work() as uow:
            await cases.noted(uow, case_id, message_id, desk.clock.now())
        assert columns(await desk.case(case_id)) == before | {"last_message_id": message_id}


class TestUndelivered:
    async def test_brings_the_case_back_to_work(self, desk: Desk) -> None:
        case_id = await desk.opened()
        await answer(desk, case_id, CaseStatus.RESOLVED)
        desk.clock.advance(minutes=3)
        async with desk.unit_of_work() as uow:
            await cases.undelivered(uow, case_id)
        case = await desk.case(case_id)
        assert (case.status, case.resolved_at, case.waiting_since) == (CaseStatus.OPEN, None, desk.clock.now())
        assert (await desk.history())[-1].reason == "An answer could not be delivered."
        spans = await desk.ledger(case_id)
        assert (spans[-1].state, spans[-1].started_at) == (IntervalState.WAITING_ON_US, desk.clock.now())
        assert whole(spans)

    async def test_wakes_a_snoozed_one(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        await answer(desk, case_id)
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=3))
            await cases.undelivered(uow, case_id)
        assert (await desk.case(case_id)).status == CaseStatus.OPEN
        assert CaseWoken(case_id=case_id, inbox_id=desk.inbox_id) in facts

    @pytest.mark.parametrize("status", [CaseStatus.OPEN, CaseStatus.CLOSED])
    async def test_leaves_one_that_is_at_work_or_closed(self, desk: Desk, status: CaseStatus) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, status)
        lines = len(await desk.history())
        async with desk.unit_of_work() as uow:
            await cases.undelivered(uow, case_id)
        assert ((await desk.case(case_id)).status, len(await desk.history())) == (status, lines)
