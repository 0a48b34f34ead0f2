"""An undo leaves everything exactly as it was, the ledger too."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cases import service as cases
from cases.errors import NothingToUndo
from cases.events import CaseChanged, CaseSnoozed, CaseWoken
from cases.models import Case
from cases.values import SYSTEM, CaseStatus, Priority, Span, Verb
from kernel.db import micros
from kernel.events import Fact
from kernel.uow import UnitOfWork
from tests.cases.desk import Desk

Change = Callable[[UnitOfWork, int, Desk], Awaitable[int]]

CHANGES = [
    pytest.param(lambda uow, case_id, desk: cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED), id="resolve"),
    pytest.param(lambda uow, case_id, desk: cases.set_status(uow, case_id, desk.ines, CaseStatus.PENDING), id="wait for the customer"),
    pytest.param(lambda uow, case_id, desk: cases.set_status(uow, case_id, desk.ines, CaseStatus.CLOSED), id="close"),
    pytest.param(lambda uow, case_id, desk: cases.assign(uow, case_id, desk.ines, desk.ravi.agent_id, None, "Please."), id="assign"),
    pytest.param(lambda uow, case_id, desk: cases.set_priority(uow, case_id, desk.ines, Priority.LOW), id="priority"),
    pytest.param(lambda uow, case_id, desk: cases.retag(uow, case_id, desk.ines, ["late"], ["vip"]), id="tags"),
    pytest.param(lambda uow, case_id, desk: cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=3)), id="snooze"),
]


async def picture(desk: Desk, case_id: int) -> tuple[dict[str, object], list[str], list[Span]]:
    """Return all there is to see of a case, but for when it was last touched."""
    case = await desk.case(case_id)
    async with desk.unit_of_work.reading() as uow:
        tags = (await cases.tags_of(uow, [case_id]))[case_id]
    columns = {column.key: getattr(case, column.key) for column in Case.__table__.columns if column.key != "updated_at"}
    return columns, tags, await desk.ledger(case_id)


class TestUndo:
    @pytest.mark.parametrize("change", CHANGES)
    async def test_restores_an_open_case(self, desk: Desk, change: Change) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.retag(uow, case_id, desk.ines, ["vip"], [])
        before = await picture(desk, case_id)
        desk.clock.advance(minutes=1)
        async with desk.unit_of_work() as uow:
            activity_id = await change(uow, case_id, desk)
        assert await picture(desk, case_id) != before
        desk.clock.advance(seconds=8)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, activity_id)
        assert await picture(desk, case_id) == before

    @pytest.mark.parametrize("change", CHANGES)
    async def test_restores_a_snoozed_case(self, desk: Desk, change: Change) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.retag(uow, case_id, desk.ines, ["vip"], [])
            await cases.snooze(uow, case_id, desk.ravi, desk.clock.now() + timedelta(days=1, microseconds=7))
        before = await picture(desk, case_id)
        desk.clock.advance(minutes=1)
        async with desk.unit_of_work() as uow:
            activity_id = await change(uow, case_id, desk)
        desk.clock.advance(seconds=8)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, activity_id)
        assert await picture(desk, case_id) == before

    async def test_tells_what_it_did(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            resolved = await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        facts.clear()
        async with desk.unit_of_work() as uow:
            undone = await cases.undo(uow, case_id, desk.ines, resolved)
        line = (await desk.history())[-1]
        assert (line.id, line.verb, line.before["status"], line.after["status"]) == (undone, Verb.UNDONE, "resolved", "new")
        assert facts == [CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="status", activity_id=undone)]

    async def test_of_a_snooze_wakes_and_of_a_wake_snoozes(self, desk: Desk, facts: list[Fact]) -> None:
        """Whoever keeps the follow-up rows goes by these facts."""
        case_id = await desk.opened()
        until = desk.clock.now() + timedelta(days=1)
        async with desk.unit_of_work() as uow:
            snoozed = await cases.snooze(uow, case_id, desk.ines, until)
        facts.clear()
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, snoozed)
        assert facts[0] == CaseWoken(case_id=case_id, inbox_id=desk.inbox_id)
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, until)
            woken = await cases.wake(uow, case_id, desk.ines)
        facts.clear()
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, woken)
        assert CaseSnoozed(case_id=case_id, inbox_id=desk.inbox_id, until=micros(until)) in facts

    async def test_of_a_reopening_leaves_one_resolve(self, desk: Desk) -> None:
        """Reports count resolves by the ledger: opening by mistake must not make a second one."""
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
            await cases.assign(uow, case_id, desk.ines, desk.ravi.agent_id)
        before = await desk.ledger(case_id)
        desk.clock.advance(minutes=1)
        async with desk.unit_of_work() as uow:
            reopened = await cases.set_status(uow, case_id, desk.ines, CaseStatus.OPEN)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, reopened)
        assert await desk.ledger(case_id) == before


class TestRefusing:
    async def test_somebody_elses_change(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_priority(uow, case_id, desk.ravi, Priority.HIGH)
            with pytest.raises(NothingToUndo):
                await cases.undo(uow, case_id, desk.ines, activity_id)

    async def test_a_change_that_others_followed(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_priority(uow, case_id, desk.ines, Priority.HIGH)
            await cases.set_status(uow, case_id, desk.ravi, CaseStatus.PENDING)
            with pytest.raises(NothingToUndo):
                await cases.undo(uow, case_id, desk.ines, activity_id)

    async def test_a_resolve_that_the_customer_answered(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        await desk.written_again(case_id)
        async with desk.unit_of_work() as uow:
            with pytest.raises(NothingToUndo):
                await cases.undo(uow, case_id, desk.ines, activity_id)

    async def test_twice(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
            again = await cases.undo(uow, case_id, desk.ines, activity_id)
            for tried in (activity_id, again):
                with pytest.raises(NothingToUndo):
                    await cases.undo(uow, case_id, desk.ines, tried)

    async def test_an_opening(self, desk: Desk) -> None:
        case_id = await desk.opened()
        [opened] = await desk.history()
        async with desk.unit_of_work() as uow:
            with pytest.raises(NothingToUndo):
                await cases.undo(uow, case_id, SYSTEM, opened.id)

    async def test_but_not_for_a_new_title(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_priority(uow, case_id, desk.ines, Priority.HIGH)
            await cases.rename(uow, case_id, desk.ravi, "Lost parcel")
            await cases.undo(uow, case_id, desk.ines, activity_id)
        case = await desk.case(case_id)
        assert (case.priority, case.title) == ("normal", "Lost parcel")
