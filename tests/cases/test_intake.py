"""A batch of messages finds its cases."""

import asyncio
from datetime import timedelta

from cases import service as cases
from cases.events import CaseChanged, CaseOpened, CaseReopened, CaseWoken
from cases.values import CaseStatus, Change, IntervalState, Verb
from kernel.events import Fact
from tests.cases.desk import Desk, given_to, whole
from tests.support import rows


class TestOpening:
    async def test_keeps_the_case_its_history_and_its_ledger(self, desk: Desk, facts: list[Fact]) -> None:
        request = desk.request(title="Where is\n my parcel?")
        [placement] = await desk.take(request)
        case = await desk.case(placement.case_id)
        assert placement.change is Change.OPENED
        assert (case.number, case.status, case.priority, case.title) == (1001, "new", "normal", "Where is my parcel?")
        assert (case.customer_id, case.inbox_id, case.team_id, case.assignee_id) == (desk.customer_id, desk.inbox_id, desk.team_id, None)
        assert case.opened_at == case.waiting_since == request.received_at
        assert case.last_message_id == case.last_inbound_id == request.message_id
        assert case.opened_reason == placement.reason
        [line] = await desk.history()
        assert (line.verb, line.actor_id, line.after, line.reason) == (Verb.OPENED, None, {"status": "new"}, placement.reason)
        [span] = await desk.ledger(case.id)
        assert (span.state, span.started_at, span.ended_at, span.team_id) == (IntervalState.WAITING_ON_US, request.received_at, None, desk.team_id)
        assert facts == [CaseOpened(case_id=case.id, customer_id=desk.customer_id, inbox_id=desk.inbox_id, team_id=desk.team_id)]

    async def test_numbers_cases_in_order(self, desk: Desk) -> None:
        first = await desk.take(*(desk.request() for _ in range(3)))
        [later] = await desk.take(desk.request())
        numbers = [(await desk.case(placement.case_id)).number for placement in (*first, later)]
        assert numbers == [1001, 1002, 1003, 1004]

    async def test_never_gives_a_number_twice_when_batches_meet(self, desk: Desk) -> None:
        batches = await asyncio.gather(*(desk.take(*(desk.request() for _ in range(4))) for _ in range(6)))
        found = [await desk.case(placement.case_id) for batch in batches for placement in batch]
        assert len({case.number for case in found}) == 24

    async def test_of_nothing_does_nothing(self, desk: Desk) -> None:
        assert await desk.take() == []


class TestWithinABatch:
    async def test_the_second_message_of_a_conversation_joins_the_first(self, desk: Desk) -> None:
        first, second = desk.request(77), desk.request(77)
        placements = await desk.take(first, second)
        assert placements[0].case_id == placements[1].case_id
        assert [placement.change for placement in placements] == [Change.OPENED, Change.CONTINUED]
        assert (await desk.case(placements[0].case_id)).last_message_id == second.message_id

    async def test_the_second_chat_of_a_new_customer_joins_the_first(self, desk: Desk) -> None:
        placements = await desk.take(desk.request(channel="sms", has_subject=False), desk.request(channel="chat", has_subject=False))
        assert placements[0].case_id == placements[1].case_id
        assert placements[1].reason == "The customer's only case that was active in the last 24 hours."

    async def test_a_reopened_case_is_then_continued(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        facts.clear()
        placements = await desk.take(desk.request(5, conversation_case_id=case_id), desk.request(5, conversation_case_id=case_id))
        assert [placement.change for placement in placements] == [Change.REOPENED, Change.CONTINUED]
        assert facts == [CaseReopened(case_id=case_id, inbox_id=desk.inbox_id)]

    async def test_a_case_that_follows_an_old_one_takes_the_rest(self, desk: Desk) -> None:
        """The conversation still names the old case in every request of the batch."""
        old = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, old, desk.ines, CaseStatus.CLOSED)
        first, second = await desk.take(desk.request(5, conversation_case_id=old), desk.request(5, conversation_case_id=old))
        assert first.case_id == second.case_id != old
        assert (await desk.case(first.case_id)).linked_case_id == old


class TestContinuing:
    async def test_moves_the_last_message_and_leaves_the_rest(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        opened_at = desk.clock.now()
        facts.clear()
        desk.clock.advance(minutes=5)
        request = desk.request(conversation_case_id=case_id)
        [placement] = await desk.take(request)
        case = await desk.case(case_id)
        assert (placement.change, placement.case_id) == (Change.CONTINUED, case_id)
        assert (case.status, case.waiting_since) == ("new", opened_at)
        assert case.last_message_id == case.last_inbound_id == request.message_id
        assert case.updated_at == desk.clock.now()
        assert facts == []
        assert len(await desk.history()) == 1

    async def test_brings_a_pending_case_back_to_work(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.PENDING)
        facts.clear()
        desk.clock.advance(hours=1)
        await desk.written_again(case_id)
        case = await desk.case(case_id)
        assert (case.status, case.waiting_since) == ("open", desk.clock.now())
        line = (await desk.history())[-1]
        assert (line.verb, line.actor_id, line.reason) == (Verb.STATUS, None, "The customer wrote again.")
        assert line.before == {"status": "pending", "waiting_since": None}
        assert facts == [CaseChanged(case_id=case_id, inbox_id=desk.inbox_id, what="status", activity_id=line.id)]
        spans = await desk.ledger(case_id)
        assert [span.state for span in spans] == [IntervalState.WAITING_ON_US, IntervalState.WAITING_ON_CUSTOMER, IntervalState.WAITING_ON_US]
        assert whole(spans)

    async def test_wakes_a_snoozed_case(self, desk: Desk, facts: list[Fact]) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.snooze(uow, case_id, desk.ines, desk.clock.now() + timedelta(days=2))
        facts.clear()
        placement = await desk.written_again(case_id)
        case = await desk.case(case_id)
        assert (placement.change, case.status, case.snoozed_until) == (Change.CONTINUED, "open", None)
        assert facts[0] == CaseWoken(case_id=case_id, inbox_id=desk.inbox_id)
        assert isinstance(facts[1], CaseChanged)

    async def test_reopens_a_resolved_case(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        desk.clock.advance(days=6)
        await desk.written_again(case_id)
        case = await desk.case(case_id)
        assert (case.status, case.resolved_at, case.waiting_since) == ("open", None, desk.clock.now())
        assert [line.verb for line in await desk.history()] == [Verb.OPENED, Verb.STATUS, Verb.REOPENED]
        assert [span.state for span in await desk.ledger(case_id)] == [IntervalState.WAITING_ON_US, IntervalState.RESOLVED, IntervalState.WAITING_ON_US]

    async def test_finds_the_customers_one_case_across_leaves(self, desk: Desk) -> None:
        """A merge moved the other leaf's root; cases stay with the leaf they began with."""
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            leaf_id = await rows.customer(uow, root_id=desk.customer_id)
        [placement] = await desk.take(desk.request(customer_id=leaf_id, channel="sms", has_subject=False))
        assert placement.case_id == case_id

    async def test_does_not_find_somebody_elses(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            other = await rows.customer(uow, "Somebody Else")
        [placement] = await desk.take(desk.request(customer_id=other, root_id=other, has_subject=False))
        assert placement.case_id != case_id


class TestAutomaticAnswers:
    async def test_are_kept_and_change_nothing(self, desk: Desk, facts: list[Fact]) -> None:
        """Out of office: the customer's case waits for the customer, and its clock with it."""
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        was, spans, lines = await desk.case(case_id), await desk.ledger(case_id), await desk.history()
        facts.clear()
        request = desk.request(conversation_case_id=case_id, is_auto_reply=True)
        [placement] = await desk.take(request)
        now = await desk.case(case_id)
        assert placement.case_id == case_id
        assert (now.status, now.resolved_at, now.waiting_since, now.last_message_id) == (was.status, was.resolved_at, was.waiting_since, request.message_id)
        assert (await desk.ledger(case_id), await desk.history(), facts) == (spans, lines, [])

    async def test_open_a_case_where_there_is_none(self, desk: Desk) -> None:
        [placement] = await desk.take(desk.request(is_auto_reply=True))
        assert placement.change is Change.OPENED


class TestChoosing:
    async def test_writes_a_new_case_with_its_agent_and_the_reason(self, desk: Desk, facts: list[Fact]) -> None:
        [placement] = await desk.take(desk.request(), choose=given_to(desk.ines.agent_id, "Ines is next."))
        case = await desk.case(placement.case_id)
        assert (case.assignee_id, case.assigned_reason) == (desk.ines.agent_id, "Ines is next.")
        opened, line = await desk.history()
        assert opened.verb == Verb.OPENED
        assert (line.verb, line.actor_id, line.before, line.after) == (Verb.ASSIGNED, None, {"assignee_id": None}, {"assignee_id": str(desk.ines.agent_id)})
        assert line.reason == "Ines is next."
        assert facts[1:] == [CaseChanged(case_id=case.id, inbox_id=desk.inbox_id, what="assignee", activity_id=line.id)]
        [span] = await desk.ledger(case.id)
        assert (span.agent_id, span.started_at, span.ended_at) == (desk.ines.agent_id, case.opened_at, None)

    async def test_asks_for_new_cases_only(self, desk: Desk) -> None:
        case_id = await desk.opened()
        await desk.take(desk.request(conversation_case_id=case_id), choose=given_to(desk.ravi.agent_id))
        assert (await desk.case(case_id)).assignee_id is None

    async def test_notes_why_nobody_could_take_it(self, desk: Desk, facts: list[Fact]) -> None:
        [placement] = await desk.take(desk.request(), choose=given_to(None, "Nobody: Tier 1 has no active agent."))
        case = await desk.case(placement.case_id)
        assert (case.assignee_id, case.assigned_reason) == (None, "Nobody: Tier 1 has no active agent.")
        assert [type(fact) for fact in facts] == [CaseOpened]
        assert [line.verb for line in await desk.history()] == [Verb.OPENED]
