"""The way out: in order, each by itself, and noted whatever happens."""

import asyncio

import pytest
from sqlalchemy import update

from channels.contract import OutboundMessage
from inbox.events import DeliveryMoved
from inbox.models import Delivery, Inbox
from inbox.values import DeliveryState
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.errors import Fault, StorageUnavailable, Unavailable, Undeliverable
from tests.inbox.conftest import Desk, answer
from tests.support.house import registry_of, rows, said


async def two_answers(desk: Desk) -> None:
    """Answer twice in one conversation, and let both be due."""
    taken = await desk.estate.intake.take(said(desk.sms))
    await answer(desk, taken, "first")
    await answer(desk, taken, "second")


def sent(desk: Desk, channel: str = "sms") -> list[OutboundMessage]:
    return registry_of(desk.estate).sent[channel]


async def states(desk: Desk) -> list[str]:
    return [row.state for row in await rows(desk.estate.house.factory, Delivery)]


class TestOrder:
    async def test_an_answer_never_overtakes_another(self, desk: Desk, clock: MovedClock) -> None:
        await two_answers(desk)
        registry_of(desk.estate).faults["sms"].append(Unavailable("Twilio is busy."))
        clock.advance(seconds=11)
        assert await desk.estate.outbox.drain() == 1
        assert await desk.estate.outbox.drain() == 0
        assert await states(desk) == [DeliveryState.QUEUED, DeliveryState.HELD]
        clock.advance(seconds=10)
        while await desk.estate.outbox.drain():
            pass
        assert [message.text for message in sent(desk)] == ["first", "second"]

    async def test_waits_no_longer_for_one_that_will_never_go(self, desk: Desk, clock: MovedClock) -> None:
        await two_answers(desk)
        registry_of(desk.estate).faults["sms"].append(Undeliverable("30005: There is no such number."))
        clock.advance(seconds=11)
        assert await desk.estate.outbox.drain() == 1
        assert await desk.estate.outbox.drain() == 1
        assert await states(desk) == [DeliveryState.FAILED, DeliveryState.SENT]

    async def test_keeps_other_conversations_going(self, desk: Desk, clock: MovedClock) -> None:
        await two_answers(desk)
        clock.advance(seconds=1)
        await answer(desk, await desk.estate.intake.take(said(desk.sms, sender="+447700900002")), "another's")
        registry_of(desk.estate).faults["sms"].append(Unavailable("Twilio is busy."))
        clock.advance(seconds=11)
        # One at a time: of two that leave together, chance would say which meets the busy vendor.
        assert await desk.estate.outbox.drain(limit=1) == 1
        assert await desk.estate.outbox.drain() == 1
        assert [message.text for message in sent(desk)] == ["another's"]
        assert await states(desk) == [DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENT]


class TestRunning:
    async def test_waits_for_no_vendor_that_does_not_answer(self, desk: Desk, clock: MovedClock) -> None:
        await two_answers(desk)
        mail = said(desk.email, "It broke", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp")
        await answer(desk, await desk.estate.intake.take(mail), "by mail")
        moved, gate = asyncio.Event(), registry_of(desk.estate).gates["sms"]
        gate.clear()
        desk.estate.bus.listen(DeliveryMoved, lambda _fact: moved.set())
        clock.advance(seconds=11)
        desk.estate.outbox.start(desk.estate.tasks)
        async with asyncio.timeout(10):
            await moved.wait()
            assert await states(desk) == [DeliveryState.SENDING, DeliveryState.HELD, DeliveryState.SENT]
            gate.set()
            while await states(desk) != [DeliveryState.SENT] * 3:
                moved.clear()
                await moved.wait()
        assert [message.text for message in sent(desk)] == ["first", "second"]


class TestNoting:
    async def test_notes_what_went_out_as_soon_as_the_database_takes_it(self, desk: Desk, clock: MovedClock) -> None:
        """Given up at once, it would go out again."""
        await answer(desk, await desk.estate.intake.take(said(desk.sms)))
        refusals: list[Fault] = [StorageUnavailable(), StorageUnavailable()]

        async def refuse(_fact: DeliveryMoved, _uow: object) -> None:
            if refusals:
                raise refusals.pop()

        desk.estate.bus.react(DeliveryMoved, refuse)
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        assert await states(desk) == [DeliveryState.SENT]
        clock.advance(minutes=5)
        assert await desk.estate.outbox.drain() == 0
        assert len(sent(desk)) == 1

    async def test_tells_why_when_an_inboxs_settings_do_not_open(self, desk: Desk, clock: MovedClock) -> None:
        await answer(desk, await desk.estate.intake.take(said(desk.sms)))
        async with desk.estate.house.factory() as uow:
            await uow.session.execute(update(Inbox).where(Inbox.id == desk.sms).values(sealed_settings=b"sealed with another key"))
        await desk.estate.house.directory.refresh()
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        [row] = await rows(desk.estate.house.factory, Delivery)
        assert row.state == DeliveryState.QUEUED
        assert "secret key" in (row.error or "")


@pytest.mark.parametrize("n", [pytest.param(1, id="alone"), pytest.param(3, id="with others")])
async def test_has_nothing_to_do_until_the_first_is_due(desk: Desk, clock: MovedClock, n: int) -> None:
    for of in range(n):
        await answer(desk, await desk.estate.intake.take(said(desk.sms, sender=f"+44770090000{of}")))
    assert await desk.estate.outbox.drain() == 0
    clock.advance(seconds=10)
    assert await desk.estate.outbox.drain() == n


async def test_an_answer_names_what_its_conversation_answered_before_it_came_here(desk: Desk, clock: MovedClock) -> None:
    """A mail program that never saw the customer's mail has the thread by its other members (RFC 5322 §3.6.4)."""
    mail = {"sender": "ada@x.example", "kind": IdentityKind.EMAIL, "subject": "Lamp"}
    await desk.estate.intake.take(said(desk.email, "Look", external_id="<3@x>", references=("<2@y>", "<1@z>"), **mail))  # type: ignore[arg-type]
    taken = await desk.estate.intake.take(said(desk.email, "Well?", external_id="<4@x>", references=("<3@x>", "<2@y>", "<1@z>"), **mail))  # type: ignore[arg-type]
    await answer(desk, taken)
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    assert sent(desk, "email")[0].references == ("<1@z>", "<2@y>", "<3@x>", "<4@x>")
