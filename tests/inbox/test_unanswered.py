"""A mail that a server was given without saying whether it took it: it goes out again unless a sign of it comes before."""

from dataclasses import replace

import pytest

from channels.contract import Receipt, ReceiptState
from inbox.models import Delivery, Message
from inbox.receipts import note_all
from inbox.values import DeliveryState, Direction
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.errors import Unanswered, Unavailable
from tests.inbox.conftest import Desk, answer
from tests.support.house import registry_of, rows, said


async def unanswered(desk: Desk, clock: MovedClock) -> Message:
    """Answer a customer by mail over a server that says nothing about it; return our message."""
    mail = said(desk.email, "It broke", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp")
    await answer(desk, await desk.estate.intake.take(mail))
    registry_of(desk.estate).faults["email"].append(Unanswered("not said whether it took it"))
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    return next(row for row in await rows(desk.estate.house.factory, Message) if row.direction == Direction.OUT)


async def went_out_again(desk: Desk, clock: MovedClock) -> int:
    clock.advance(hours=3)
    await desk.estate.outbox.drain()
    return len(registry_of(desk.estate).sent["email"])


async def state(desk: Desk) -> str:
    [row] = await rows(desk.estate.house.factory, Delivery)
    return row.state


@pytest.mark.parametrize("is_auto_reply", [pytest.param(False, id="their words"), pytest.param(True, id="their absence")])
async def test_an_answer_shows_that_it_arrived(desk: Desk, clock: MovedClock, is_auto_reply: bool) -> None:
    ours = await unanswered(desk, clock)
    mail = said(desk.email, "Thanks!", sender="ada@x.example", kind=IdentityKind.EMAIL, references=(ours.external_id,))
    await desk.estate.intake.take(replace(mail, is_auto_reply=is_auto_reply, is_automatic=is_auto_reply))
    assert await state(desk) == DeliveryState.DELIVERED
    assert await went_out_again(desk, clock) == 0


@pytest.mark.parametrize("told", [ReceiptState.DELIVERED, ReceiptState.READ, ReceiptState.FAILED])
async def test_a_report_shows_what_became_of_it(desk: Desk, clock: MovedClock, told: ReceiptState) -> None:
    ours = await unanswered(desk, clock)
    token = desk.estate.house.secrets.signed_id("delivery", ours.id)
    async with desk.estate.house.factory() as uow:
        await note_all(uow, [Receipt(inbox_id=desk.email, vendor_id="", state=told, tokens=(token,))], desk.estate.house.secrets)
    assert await state(desk) == told.value
    assert await went_out_again(desk, clock) == 0


@pytest.mark.parametrize(
    ("sender", "names_it"),
    [pytest.param("ada@x.example", False, id="an answer to something else"), pytest.param("eve@y.example", True, id="a stranger's answer")],
)
async def test_nothing_else_keeps_it_back(desk: Desk, clock: MovedClock, sender: str, names_it: bool) -> None:
    ours = await unanswered(desk, clock)
    first = next(row for row in await rows(desk.estate.house.factory, Message) if row.direction == Direction.IN)
    named = ours.external_id if names_it else first.external_id
    await desk.estate.intake.take(said(desk.email, "And now?", sender=sender, kind=IdentityKind.EMAIL, references=(named,)))
    assert await state(desk) == DeliveryState.QUEUED
    assert await went_out_again(desk, clock) == 1


async def test_it_goes_out_twice_at_most_until_a_person_has_asked(desk: Desk, clock: MovedClock) -> None:
    await unanswered(desk, clock)
    registry_of(desk.estate).faults["email"] += [Unanswered("not said whether it took it") for _ in range(3)]
    assert await went_out_again(desk, clock) == 0
    [row] = await rows(desk.estate.house.factory, Delivery)
    assert (row.state, row.attempts) == (DeliveryState.FAILED, 2)
    assert "ask the customer" in (row.error or "")
    assert await went_out_again(desk, clock) == 0


async def test_another_trouble_in_between_counts_for_itself(desk: Desk, clock: MovedClock) -> None:
    await unanswered(desk, clock)
    faults = Unavailable("450 4.2.0 Greylisted"), Unanswered("not said whether it took it")
    for fault in faults:
        registry_of(desk.estate).faults["email"].append(fault)
        assert await went_out_again(desk, clock) == 0
        assert await state(desk) == DeliveryState.QUEUED
    assert await went_out_again(desk, clock) == 1


async def test_what_was_never_tried_is_sent(desk: Desk, clock: MovedClock) -> None:
    """Whoever knows its name before it left has guessed it."""
    mail = said(desk.email, "It broke", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp")
    message_id = await answer(desk, await desk.estate.intake.take(mail))
    [ours] = [row for row in await rows(desk.estate.house.factory, Message) if row.id == message_id]
    await desk.estate.intake.take(said(desk.email, "Hm", sender="ada@x.example", kind=IdentityKind.EMAIL, references=(ours.external_id,)))
    assert await state(desk) == DeliveryState.HELD
    assert await went_out_again(desk, clock) == 1
