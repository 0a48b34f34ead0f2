"""Writing: who it goes to, what stops it, and the way back."""

import asyncio

import pytest

from cases.models import Case, CaseInterval
from cases.values import CaseStatus
from inbox.errors import NotFailed, StaleReply, TooLate, UnfitReply, Unreachable
from inbox.models import Delivery, Message
from inbox.values import DeliveryState, Draft, ReplyOption, Taken
from kernel.claims import Claim, IdentityKind
from kernel.clock import MovedClock
from kernel.errors import NotFound, Unavailable, Undeliverable
from staff.values import Viewer
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.house import registry_of, rows, said


async def options(desk: Desk, case_id: int, viewer: Viewer | None = None) -> list[ReplyOption]:
    """Return the case's reply options."""
    async with desk.estate.house.factory.reading() as uow:
        [case] = await desk_cases(desk, case_id)
        return await desk.estate.house.replies.ways.options(uow, viewer or desk.ines, case)


async def desk_cases(desk: Desk, case_id: int) -> list[Case]:
    return [case for case in await rows(desk.estate.house.factory, Case) if case.id == case_id]


async def write(desk: Desk, taken: Taken, text: str = "On its way!", *, viewer: Viewer | None = None, **draft: object) -> int:
    """Answer a message by the default way."""
    assert taken.case_id is not None
    draft.setdefault("option_key", (await options(desk, taken.case_id))[0].key)
    async with desk.estate.house.factory() as uow:
        return await desk.estate.house.replies.write(uow, viewer or desk.ines, taken.case_id, Draft(text=text, **draft))  # type: ignore[arg-type]


async def ask(desk: Desk, text: str = "Where is my lamp?", **how: object) -> Taken:
    return await desk.estate.intake.take(said(desk.sms, text, **how))  # type: ignore[arg-type]


async def delivery(desk: Desk) -> Delivery:
    [row] = await rows(desk.estate.house.factory, Delivery)
    return row


class TestWrite:
    async def test_goes_back_the_way_the_question_came(self, desk: Desk, clock: MovedClock) -> None:
        taken = await ask(desk)
        message_id = await write(desk, taken)
        row = await delivery(desk)
        assert (row.message_id, row.recipient, row.state) == (message_id, "+447700900001", DeliveryState.HELD)
        assert await desk.estate.outbox.drain() == 0
        clock.advance(seconds=11)
        assert await desk.estate.outbox.drain() == 1
        [sent] = registry_of(desk.estate).sent["sms"]
        assert (sent.text, sent.recipient, sent.author_name) == ("On its way!", "+447700900001", "Ines")
        assert (await delivery(desk)).state == DeliveryState.SENT

    async def test_moves_the_case_and_its_ledger(self, desk: Desk, clock: MovedClock) -> None:
        taken = await ask(desk)
        clock.advance(minutes=5)
        await write(desk, taken)
        [case] = await rows(desk.estate.house.factory, Case)
        assert (case.status, case.waiting_since, case.first_response_at) == (CaseStatus.PENDING, None, clock.now())
        running = [row.state for row in await rows(desk.estate.house.factory, CaseInterval) if row.ended_at is None]
        assert running == ["waiting_on_customer"]

    async def test_offers_every_way_to_one_customer(self, desk: Desk) -> None:
        taken = await ask(desk, claims=(Claim(kind=IdentityKind.EMAIL, value="ada@x.example"),))
        assert taken.case_id is not None
        found = {option.inbox_id: option for option in await options(desk, taken.case_id)}
        assert set(found) == {desk.sms, desk.email}
        assert found[desk.sms].is_default
        assert (found[desk.email].conversation_id, found[desk.email].is_verified) == (None, False)

    async def test_begins_a_conversation_that_the_answer_finds(self, desk: Desk, clock: MovedClock) -> None:
        taken = await ask(desk, claims=(Claim(kind=IdentityKind.EMAIL, value="ada@x.example"),))
        assert taken.case_id is not None
        key = next(option.key for option in await options(desk, taken.case_id) if option.inbox_id == desk.email)
        await write(desk, taken, option_key=key, subject="Your lamp")
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        [sent] = registry_of(desk.estate).sent["email"]
        assert (sent.recipient, sent.subject) == ("ada@x.example", "Your lamp")
        message = (await rows(desk.estate.house.factory, Message))[-1]
        assert (message.external_id, message.case_id) == (sent.external_id, taken.case_id)

    async def test_refuses_a_way_that_is_not_the_cases(self, desk: Desk) -> None:
        taken = await ask(desk)
        with pytest.raises(Unreachable):
            await write(desk, taken, option_key="c1")

    @pytest.mark.parametrize(
        "draft",
        [
            pytest.param({"text": "  "}, id="nothing to say"),
            pytest.param({"text": "x" * 1601}, id="longer than an SMS may be"),
            pytest.param({"text": "see this", "attachment_ids": (1,)}, id="an attachment by SMS"),
            pytest.param({"text": "bye", "then": CaseStatus.CLOSED}, id="a status that no reply leads to"),
        ],
    )
    async def test_refuses_what_does_not_fit(self, desk: Desk, draft: dict[str, object]) -> None:
        taken = await ask(desk)
        with pytest.raises(UnfitReply):
            await write(desk, taken, **draft)  # type: ignore[arg-type]

    async def test_hides_a_case_of_an_inbox_that_may_not_be_seen(self, desk: Desk) -> None:
        taken = await ask(desk)
        outsider = house.viewer(desk.ines.agent_id, inbox_ids=frozenset({desk.email}))
        with pytest.raises(NotFound):
            await write(desk, taken, viewer=outsider)


class TestStaleGuard:
    async def test_stops_when_the_customer_has_written_since(self, desk: Desk) -> None:
        seen, newer = await ask(desk), await ask(desk, "Found it!")
        with pytest.raises(StaleReply) as refusal:
            await write(desk, seen, seen_message_id=seen.message_id)
        assert refusal.value.newer_ids == [newer.message_id]
        await write(desk, seen, seen_message_id=seen.message_id, confirm=True)

    async def test_stops_when_a_colleague_has_answered(self, desk: Desk) -> None:
        taken = await ask(desk)
        await write(desk, taken, "Hello from Ravi", viewer=desk.ravi, seen_message_id=taken.message_id)
        with pytest.raises(StaleReply):
            await write(desk, taken, seen_message_id=taken.message_id)

    async def test_lets_one_of_two_who_answer_at_once_answer(self, desk: Desk) -> None:
        for n in range(8):
            taken = await ask(desk, sender=f"+4477009000{n:02}")
            both = [write(desk, taken, viewer=viewer, seen_message_id=taken.message_id) for viewer in (desk.ines, desk.ravi)]
            answers = await asyncio.gather(*both, return_exceptions=True)
            assert sorted(type(answer) is StaleReply for answer in answers) == [False, True]

    async def test_lets_an_agent_go_on_after_their_own_words(self, desk: Desk) -> None:
        taken = await ask(desk)
        await write(desk, taken, seen_message_id=taken.message_id)
        await write(desk, taken, "One more thing", seen_message_id=taken.message_id)


class TestUndo:
    async def test_puts_everything_back(self, desk: Desk, clock: MovedClock) -> None:
        taken = await ask(desk)
        [before] = await rows(desk.estate.house.factory, Case)
        message_id = await write(desk, taken, then=CaseStatus.RESOLVED)
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.replies.undo(uow, desk.ines, message_id)
        [after] = await rows(desk.estate.house.factory, Case)
        kept = ("status", "waiting_since", "first_response_at", "resolved_at", "assignee_id")
        assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
        clock.advance(minutes=1)
        assert await desk.estate.outbox.drain() == 0
        assert registry_of(desk.estate).sent["sms"] == []

    async def test_is_refused_when_the_time_is_up(self, desk: Desk, clock: MovedClock) -> None:
        message_id = await write(desk, await ask(desk))
        clock.advance(seconds=10)
        with pytest.raises(TooLate):
            async with desk.estate.house.factory() as uow:
                await desk.estate.house.replies.undo(uow, desk.ines, message_id)


class TestDelivering:
    async def test_tries_again_later_what_the_vendor_could_not_take(self, desk: Desk, clock: MovedClock) -> None:
        await write(desk, await ask(desk))
        registry_of(desk.estate).faults["sms"].append(Unavailable("Twilio is busy."))
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        row = await delivery(desk)
        assert (row.state, row.attempts, row.error) == (DeliveryState.QUEUED, 1, "Twilio is busy.")
        assert await desk.estate.outbox.drain() == 0
        clock.advance(seconds=10)
        assert await desk.estate.outbox.drain() == 1
        assert (await delivery(desk)).state == DeliveryState.SENT

    async def test_shows_what_will_never_go_and_sends_it_when_asked(self, desk: Desk, clock: MovedClock) -> None:
        message_id = await write(desk, await ask(desk))
        registry_of(desk.estate).faults["sms"].append(Undeliverable("30005: There is no such number."))
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        assert ((await delivery(desk)).state, (await delivery(desk)).error) == (DeliveryState.FAILED, "30005: There is no such number.")
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.replies.retry(uow, desk.ines, message_id)
        await desk.estate.outbox.drain()
        assert len(registry_of(desk.estate).sent["sms"]) == 1
        with pytest.raises(NotFailed):
            async with desk.estate.house.factory() as uow:
                await desk.estate.house.replies.retry(uow, desk.ines, message_id)

    async def test_takes_over_what_a_dead_process_had_claimed(self, desk: Desk, clock: MovedClock) -> None:
        await write(desk, await ask(desk))
        clock.advance(seconds=11)
        registry_of(desk.estate).faults["sms"].append(RuntimeError("the process dies here"))  # type: ignore[arg-type]
        with pytest.raises(RuntimeError):
            await desk.estate.outbox.drain()
        assert (await delivery(desk)).state == DeliveryState.SENDING
        assert await desk.estate.outbox.drain() == 0
        clock.advance(minutes=2)
        assert await desk.estate.outbox.drain() == 1
        assert (await delivery(desk)).state == DeliveryState.SENT

    async def test_gives_up_in_the_end(self, desk: Desk, clock: MovedClock) -> None:
        await write(desk, await ask(desk))
        registry_of(desk.estate).faults["sms"].extend(Unavailable("No.") for _ in range(20))
        for _ in range(14):
            clock.advance(hours=2)
            await desk.estate.outbox.drain()
        row = await delivery(desk)
        assert (row.state, row.attempts) == (DeliveryState.FAILED, 13)
        assert row.error is not None
        assert "No." in row.error
