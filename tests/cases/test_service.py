"""What agents do with cases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cases import service as cases
from cases.errors import BadTag, IllegalTransition, SnoozeInThePast, SnoozeWithoutEnd
from cases.events import CaseChanged, CaseSnoozed, CaseWoken
from cases.values import SYSTEM, CaseStatus, IntervalState, Priority, Verb
from kernel.db import micros
from kernel.errors import NotFound
from kernel.events import Fact
from kernel.uow import UnitOfWork
from tests.cases.desk import Desk, whole
from tests.support import rows

NOWHERE = 12345


class TestAssign:
    async def test_gives_it_to_an_agent_and_leaves_the_team(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        facts.clear()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.assign(uow, case_id, desk.ines, desk.ravi.agent_id, reason="He knows parcels.")
        case = await desk.case(case_id)
        assert (case.assignee_id, case.team_id, case.assigned_reason) == (desk.ravi.agent_id, desk.team_id, "He knows parcels.")
        line = (await desk.history())[-1]
        assert (line.id, line.verb, line.actor_id, line.reason) == (activity_id, Verb.ASSIGNED, desk.ines.agent_id, "He knows parcels.")
        assert (line.before["assignee_id"], line.after["assignee_id"]) == (None, str(desk.ravi.agent_id))
        assert facts == [CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="assignee", activity_id=activity_id)]

    async def test_gives_it_to_another_team_and_leaves_the_agent(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            tier_two = await rows.team(uow)
            await cases.assign(uow, case_id, desk.ines, desk.ines.agent_id)
            await cases.assign(uow, case_id, desk.ines, team_id=tier_two)
        case = await desk.case(case_id)
        assert (case.assignee_id, case.team_id) == (desk.ines.agent_id, tier_two)
        spans = await desk.ledger(case_id)
        assert [(span.team_id, span.agent_id) for span in spans][-1] == (tier_two, desk.ines.agent_id)
        assert whole(spans)

    async def test_takes_it_from_everybody(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.assign(uow, case_id, desk.ines, desk.ines.agent_id)
            await cases.assign(uow, case_id, desk.ines, None, None)
        case = await desk.case(case_id)
        assert (case.assignee_id, case.team_id) == (None, None)

    async def test_refuses_an_agent_or_a_team_that_is_not_there(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            with pytest.raises(NotFound, match="agent"):
                await cases.assign(uow, case_id, desk.ines, NOWHERE)
            with pytest.raises(NotFound, match="team"):
                await cases.assign(uow, case_id, desk.ines, team_id=NOWHERE)


class TestSetStatus:
    async def test_resolves(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        desk.clock.advance(hours=2)
        facts.clear()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        case = await desk.case(case_id)
        assert (case.status, case.resolved_at, case.waiting_since) == ("resolved", desk.clock.now(), None)
        assert facts == [CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="status", activity_id=activity_id)]
        spans = await desk.ledger(case_id)
        assert [(span.state, span.ended_at) for span in spans] == [
            (IntervalState.WAITING_ON_US, desk.clock.now()),
            (IntervalState.RESOLVED, None),
        ]

    async def test_refuses_a_closed_case(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.CLOSED)
        async with desk.unit_of_work() as uow:
            with pytest.raises(IllegalTransition):
                await cases.set_status(uow, case_id, desk.ines, CaseStatus.OPEN)
        assert (await desk.case(case_id)).status == "closed"

    async def test_refuses_to_snooze_without_an_end(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            with pytest.raises(SnoozeWithoutEnd):
                await cases.set_status(uow, case_id, desk.ines, CaseStatus.SNOOZED)

    async def test_ends_a_snooze(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(hours=1))
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        assert (await desk.case(case_id)).snoozed_until is None
        assert CaseWoken(case_id=case_id, inbox_id=desk.inbox_id) in facts


class TestSmallChanges:
    async def test_sets_the_priority(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_priority(uow, case_id, desk.ines, Priority.URGENT)
        assert (await desk.case(case_id)).priority == "urgent"
        line = (await desk.history())[-1]
        assert (line.verb, line.before, line.after) == (Verb.PRIORITY, {"priority": "normal"}, {"priority": "urgent"})

    async def test_renames(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.rename(uow, case_id, desk.ines, "Parcel  lost")
        assert (await desk.case(case_id)).title == "Parcel lost"
        assert (await desk.history())[-1].verb == Verb.TITLED

    async def test_tags(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        facts.clear()
        async with desk.unit_of_work() as uow:
            await cases.retag(uow, case_id, desk.ines, ["Refund", "VIP"], [])
            activity_id = await cases.retag(uow, case_id, desk.ines, ["vip", "late"], ["refund", "nothing"])
        async with desk.unit_of_work.reading() as uow:
            assert await cases.tags_of(uow, [case_id]) == {case_id: ["late", "vip"]}
        line = (await desk.history())[-1]
        assert (line.before, line.after) == ({"tags": ["refund", "vip"]}, {"tags": ["late", "vip"]})
        assert facts[-1] == CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="tags", activity_id=activity_id)

    async def test_refuses_a_bad_tag_and_keeps_the_others(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.retag(uow, case_id, desk.ines, ["vip"], [])
            with pytest.raises(BadTag):
                await cases.retag(uow, case_id, desk.ines, [" "], ["vip"])
        async with desk.unit_of_work.reading() as uow:
            assert await cases.tags_of(uow, [case_id]) == {case_id: ["vip"]}


class TestSnooze:
    async def test_puts_it_away_until_a_moment(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        until = desk.clock.now() + timedelta(days=1)
        facts.clear()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.snooze(uow, case_id, desk.ines, until)
        case = await desk.case(case_id)
        assert (case.status, case.snoozed_until) == ("snoozed", until)
        assert facts == [
            CaseSnoozed(case_id=case_id, inbox_id=desk.inbox_id, until=micros(until)),
            CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="snooze", activity_id=activity_id),
        ]
        assert (await desk.ledger(case_id))[-1].state is IntervalState.SNOOZED

    async def test_says_so_when_it_is_put_away_for_longer(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        until = desk.clock.now() + timedelta(days=2)
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, until - timedelta(days=1))
            await cases.snooze(uow, case_id, desk.ines, until)
        assert [fact.until for fact in facts if isinstance(fact, CaseSnoozed)][-1] == micros(until)
        assert len(await desk.ledger(case_id)) == 2

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
    async def test_refuses_a_moment_that_is_over(self, desk: Desk, late: timedelta) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            with pytest.raises(SnoozeInThePast):
                await cases.snooze(uow, case_id, desk.ines, desk.clock.now() - late)


class TestWake:
    async def test_brings_it_back_before_its_time(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=1))
        facts.clear()
        async with desk.unit_of_work() as uow:
            activity_id = await cases.wake(uow, case_id, desk.ravi)
        case = await desk.case(case_id)
        assert (case.status, case.snoozed_until) == ("open", None)
        assert facts == [
            CaseWoken(case_id=case_id, inbox_id=desk.inbox_id),
            CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="snooze", activity_id=activity_id),
        ]

    async def test_refuses_what_is_not_snoozed(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            with pytest.raises(IllegalTransition):
                await cases.wake(uow, case_id, desk.ines)

    async def test_when_due_looks_at_the_time(self, desk: Desk) -> None:
        """The follow-up of an earlier, shorter snooze may still come."""
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(hours=2))
        desk.clock.advance(hours=1)
        async with desk.unit_of_work() as uow:
            assert await cases.wake_when_due(uow, case_id) is None
        desk.clock.advance(hours=1)
        async with desk.unit_of_work() as uow:
            assert await cases.wake_when_due(uow, case_id) is not None
            assert await cases.wake_when_due(uow, case_id) is None
        line = (await desk.history())[-1]
        assert (line.verb, line.actor_id, line.reason) == (Verb.WOKEN, None, "Its time has come.")


class TestNobodysCase:
    @pytest.mark.parametrize(
        "verb",
        [
            pytest.param(lambda uow: cases.get(uow, NOWHERE), id="get"),
            pytest.param(lambda uow: cases.assign(uow, NOWHERE, SYSTEM, None), id="assign"),
            pytest.param(lambda uow: cases.set_status(uow, NOWHERE, SYSTEM, CaseStatus.OPEN), id="status"),
            pytest.param(lambda uow: cases.set_priority(uow, NOWHERE, SYSTEM, Priority.LOW), id="priority"),
            pytest.param(lambda uow: cases.retag(uow, NOWHERE, SYSTEM, ["x"], []), id="tags"),
            pytest.param(lambda uow: cases.rename(uow, NOWHERE, SYSTEM, "x"), id="title"),
            pytest.param(lambda uow: cases.snooze(uow, NOWHERE, SYSTEM, uow.clock.now() + timedelta(days=1)), id="snooze"),
            pytest.param(lambda uow: cases.wake(uow, NOWHERE, SYSTEM), id="wake"),
            pytest.param(lambda uow: cases.undo(uow, NOWHERE, SYSTEM, 1), id="undo"),
            pytest.param(lambda uow: cases.seen(uow, 1, NOWHERE, 1), id="seen"),
            pytest.param(lambda uow: cases.noted(uow, NOWHERE, 1, uow.clock.now()), id="noted"),
        ],
    )
    async def test_is_refused(self, desk: Desk, verb: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        async with desk.unit_of_work() as uow:
            with pytest.raises(NotFound):
                await verb(uow)
