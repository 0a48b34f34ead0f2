"""Two processes on one database: whatever meets between them comes in once and goes out once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.compose import Estate
from cases.models import Case
from channels.contract import InboundMessage, RawPayload
from identity_resolution.models import Customer
from inbox import messages
from inbox.errors import TooLate
from inbox.models import Conversation, Delivery, Message, RawPayloadRow
from inbox.values import DeliveryState, Taken
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk, answer
from tests.support import house
from tests.support.house import count, registry_of, rows, said

ROUNDS = 12


@pytest.fixture
async def other(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
    """The second process: on the same database and the same folder."""
    async with house.built(database_url, tmp_path / "var", clock) as built:
        yield built


def raw(clock: MovedClock) -> RawPayload:
    """A payload, without which what cannot be placed would be a plain failure instead of a dead letter."""
    return RawPayload(source="sms", content_type="text/plain", body=b"what came", received_at=clock.now())


async def both(desk: Desk, other: Estate, one: InboundMessage, another: InboundMessage) -> tuple[Taken, Taken]:
    """Take a message in each process at the same time."""
    return await asyncio.gather(desk.estate.intake.take(one), other.intake.take(another))


async def counts(desk: Desk, *of: type[Customer] | type[Conversation] | type[Case] | type[Message]) -> list[int]:
    return [await count(desk.estate.house.factory, row) for row in of]


async def no_dead_letter(desk: Desk) -> bool:
    return all(row.state == "kept" for row in await rows(desk.estate.house.factory, RawPayloadRow))


class TestIn:
    @pytest.mark.parametrize("is_known", [pytest.param(False, id="from somebody new"), pytest.param(True, id="from somebody known")])
    async def test_takes_one_message_that_comes_to_both_once(self, desk: Desk, other: Estate, clock: MovedClock, is_known: bool) -> None:
        for n in range(ROUNDS):
            sender = f"+4477009001{n:02}"
            if is_known:
                await desk.estate.intake.take(said(desk.telegram, "before", sender=sender))
            message = said(desk.sms, f"once {n}", sender=sender, raw=raw(clock))
            one, another = await both(desk, other, message, message)
            assert one.message_id == another.message_id
            assert [one.is_duplicate, another.is_duplicate].count(True) == 1
        assert await counts(desk, Customer, Message) == [ROUNDS, 2 * ROUNDS if is_known else ROUNDS]
        assert await no_dead_letter(desk)

    @pytest.mark.parametrize("is_known", [pytest.param(False, id="from somebody new"), pytest.param(True, id="from somebody known")])
    async def test_opens_one_chat_for_its_first_two_messages(self, desk: Desk, other: Estate, clock: MovedClock, is_known: bool) -> None:
        for n in range(ROUNDS):
            sender = f"+4477009002{n:02}"
            if is_known:
                await desk.estate.intake.take(said(desk.telegram, "before", sender=sender))
            pair = (said(desk.sms, f"{word} {n}", sender=sender, raw=raw(clock)) for word in ("first", "second"))
            one, another = await both(desk, other, *pair)
            assert one.message_id != another.message_id
            assert (one.conversation_id, one.case_id) == (another.conversation_id, another.case_id)
        assert await counts(desk, Customer, Conversation, Case) == [ROUNDS, (2 if is_known else 1) * ROUNDS, ROUNDS]
        assert await no_dead_letter(desk)

    async def test_opens_one_new_case_in_a_conversation_whose_case_is_long_over(self, desk: Desk, other: Estate, clock: MovedClock) -> None:
        for n in range(ROUNDS):
            sender = f"+4477009003{n:02}"
            first = await desk.estate.intake.take(said(desk.sms, f"before {n}", sender=sender))
            async with desk.estate.house.factory() as uow:
                case = await uow.session.get_one(Case, first.case_id)
                case.status, case.resolved_at = "resolved", clock.now()
        clock.advance(days=30)
        for n in range(ROUNDS):
            sender = f"+4477009003{n:02}"
            one, another = await both(desk, other, said(desk.sms, f"a {n}", sender=sender), said(desk.sms, f"b {n}", sender=sender))
            assert one.case_id == another.case_id
        assert await counts(desk, Conversation, Case) == [ROUNDS, 2 * ROUNDS]

    async def test_lets_batches_that_touch_the_same_things_wait_in_order(self, desk: Desk, other: Estate, clock: MovedClock) -> None:
        """In opposite orders, both ways: a ring of waiting would make the database refuse one of them."""
        senders = [f"+4477009004{n:02}" for n in range(20)]
        for sender in senders:
            await desk.estate.intake.take(said(desk.telegram, "before", sender=sender))
        for turn in range(3):
            messages = [said(desk.sms, f"turn {turn}", sender=sender, raw=raw(clock)) for sender in senders]
            takes = [desk.estate.intake.take(message) for message in messages] + [other.intake.take(message) for message in reversed(messages)]
            taken = await asyncio.gather(*takes)
            assert len({one.message_id for one in taken}) == 20
        assert await counts(desk, Customer, Conversation, Case, Message) == [20, 40, 20, 80]
        assert await no_dead_letter(desk)

    async def test_numbers_every_case_once(self, desk: Desk, other: Estate) -> None:
        takes = [estate.intake.take(said(desk.sms, sender=f"+447700{n:06}")) for n in range(60) for estate in [(desk.estate, other)[n % 2]]]
        await asyncio.gather(*takes)
        numbers = [case.number for case in await rows(desk.estate.house.factory, Case)]
        assert len(set(numbers)) == 60


async def replied(desk: Desk, n: int) -> int:
    """Answer a message of a customer of their own; return the answer's id."""
    return await answer(desk, await desk.estate.intake.take(said(desk.sms, sender=f"+447700{n:06}")))


class TestOut:
    async def test_carries_each_delivery_once(self, desk: Desk, other: Estate, clock: MovedClock) -> None:
        message_ids = [await replied(desk, n) for n in range(30)]
        clock.advance(seconds=11)
        while sum(await asyncio.gather(*(estate.outbox.drain(5) for estate in (desk.estate, other, desk.estate, other)))):
            pass
        carried = [sent.message_id for estate in (desk.estate, other) for sent in registry_of(estate).sent["sms"]]
        assert sorted(carried) == sorted(message_ids)
        assert {row.state for row in await rows(desk.estate.house.factory, Delivery)} == {DeliveryState.SENT}

    async def test_calls_a_reply_back_or_sends_it_and_never_both(self, desk: Desk, other: Estate, clock: MovedClock) -> None:
        """The clock says that there is time for an undo, and the other process, whose clock is ahead, that there is none."""
        message_ids = [await replied(desk, n) for n in range(ROUNDS)]
        ahead = MovedClock(clock.now())
        ahead.advance(seconds=11)
        other.house.factory.clock = ahead

        async def undo(message_id: int) -> int | None:
            try:
                async with desk.estate.house.factory() as uow:
                    await desk.estate.house.replies.undo(uow, desk.ines, message_id)
            except TooLate:
                return None
            return message_id

        *undone, _ = await asyncio.gather(*(undo(message_id) for message_id in message_ids), other.outbox.drain(ROUNDS))
        await other.outbox.drain(ROUNDS)
        called_back = {message_id for message_id in undone if message_id is not None}
        sent = {sent.message_id for sent in registry_of(other).sent["sms"]}
        assert (called_back | sent, called_back & sent) == (set(message_ids), set())


async def test_shows_what_came_to_an_inbox_that_the_other_has_just_set_up(desk: Desk, other: Estate) -> None:
    """Each asks for the inboxes every few seconds; a list must not fail on one that it has not heard of."""
    await other.house.directory.access()
    inbox = await desk.estate.house.directory.create(channel="sms", name="More texts", address="+15005550007", settings=house.SMS)
    taken = await desk.estate.intake.take(said(inbox.id))
    async with other.house.factory.reading() as uow:
        [message] = await messages.some(uow, desk.ines, other.house.directory, [taken.message_id or 0])
    assert message.inbox.name == "More texts"
