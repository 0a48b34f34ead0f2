"""Receipts move a delivery forward only, however they come."""

from dataclasses import replace
from itertools import permutations

import pytest

from cases.models import Case
from cases.values import CaseStatus
from channels.contract import RawPayload, Receipt, ReceiptState
from inbox.models import Delivery, RawPayloadRow
from inbox.receipts import note_all
from inbox.values import DeliveryState, Received
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk
from tests.inbox.test_reply import ask, delivery, write
from tests.support.house import registry_of, rows


async def sent(desk: Desk, clock: MovedClock) -> Delivery:
    await write(desk, await ask(desk))
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    return await delivery(desk)


async def note(desk: Desk, row: Delivery, *states: ReceiptState) -> None:
    for state in states:
        async with desk.estate.house.factory() as uow:
            await note_all(uow, [Receipt(inbox_id=desk.sms, vendor_id=row.vendor_id or "", state=state, error="30003")], desk.estate.house.secrets)


@pytest.mark.parametrize("order", list(permutations([ReceiptState.SENT, ReceiptState.DELIVERED, ReceiptState.READ])))
async def test_any_order_ends_at_read(desk: Desk, clock: MovedClock, order: tuple[ReceiptState, ...]) -> None:
    await note(desk, await sent(desk, clock), *order)
    assert (await delivery(desk)).state == DeliveryState.READ


async def test_a_failure_is_shown_and_a_later_success_wins(desk: Desk, clock: MovedClock) -> None:
    row = await sent(desk, clock)
    await note(desk, row, ReceiptState.FAILED)
    assert ((await delivery(desk)).state, (await delivery(desk)).error) == (DeliveryState.FAILED, "30003")
    await note(desk, row, ReceiptState.DELIVERED)
    assert (await delivery(desk)).state == DeliveryState.DELIVERED


async def test_a_receipt_for_nobody_is_passed_over(desk: Desk) -> None:
    async with desk.estate.house.factory() as uow:
        await note_all(uow, [Receipt(inbox_id=desk.sms, vendor_id="unknown", state=ReceiptState.READ)], desk.estate.house.secrets)
    assert await rows(desk.estate.house.factory, Delivery) == []


def report(desk: Desk, clock: MovedClock, state: ReceiptState = ReceiptState.FAILED, **known: object) -> Receipt:
    """A report that came as a message of its own."""
    raw = RawPayload(source="sms", content_type="message/rfc822", body=b"it came back", received_at=clock.now())
    return Receipt(inbox_id=desk.sms, vendor_id="", state=state, error="550 5.1.1 no such user", raw=raw, **known)  # type: ignore[arg-type]


async def noted(desk: Desk, receipt: Receipt) -> list[int | None]:
    async with desk.estate.house.factory() as uow:
        return await note_all(uow, [receipt], desk.estate.house.secrets)


class TestFinding:
    async def test_by_our_own_token(self, desk: Desk, clock: MovedClock) -> None:
        row = await sent(desk, clock)
        token = desk.estate.house.secrets.signed_id("delivery", row.message_id)
        assert await noted(desk, report(desk, clock, tokens=("aaaaaaaaaaaaaaaa", token))) == [row.message_id]
        assert ((await delivery(desk)).state, (await delivery(desk)).error) == (DeliveryState.FAILED, "550 5.1.1 no such user")

    async def test_a_token_is_good_in_its_own_inbox_only(self, desk: Desk, clock: MovedClock) -> None:
        row = await sent(desk, clock)
        token = desk.estate.house.secrets.signed_id("delivery", row.message_id)
        assert await noted(desk, replace(report(desk, clock, tokens=(token,)), inbox_id=desk.email)) == [None]
        assert (await delivery(desk)).state == DeliveryState.SENT

    async def test_the_latest_to_a_recipient_where_a_report_names_nothing_else(self, desk: Desk, clock: MovedClock) -> None:
        row = await sent(desk, clock)
        clock.advance(days=5)
        assert await noted(desk, report(desk, clock, recipient=row.recipient.upper())) == [row.message_id]

    @pytest.mark.parametrize("state", list(ReceiptState))
    async def test_a_recipient_alone_moves_nothing(self, desk: Desk, clock: MovedClock, state: ReceiptState) -> None:
        """Whoever knows a customer's address can write such a report: neither does a message seem lost, nor does a case come back by it."""
        row = await sent(desk, clock)
        await noted(desk, report(desk, clock, state, recipient=row.recipient))
        assert (await delivery(desk)).state == DeliveryState.SENT
        [case] = await rows(desk.estate.house.factory, Case)
        assert case.status == CaseStatus.PENDING

    @pytest.mark.parametrize("state", [ReceiptState.FAILED, ReceiptState.DELAYED, ReceiptState.COMPLAINED])
    async def test_a_recipient_alone_is_words_beside_the_message(self, desk: Desk, clock: MovedClock, state: ReceiptState) -> None:
        row = await sent(desk, clock)
        await noted(desk, report(desk, clock, state, recipient=row.recipient))
        assert (await delivery(desk)).error == "A report that names only this address, and no message of ours, says: 550 5.1.1 no such user"
        await noted(desk, report(desk, clock, ReceiptState.READ, recipient=row.recipient))
        assert "550 5.1.1" in ((await delivery(desk)).error or "")

    async def test_nobody_answers_for_what_is_older_than_servers_try(self, desk: Desk, clock: MovedClock) -> None:
        row = await sent(desk, clock)
        clock.advance(days=7)
        assert await noted(desk, report(desk, clock, recipient=row.recipient)) == [None]

    async def test_a_recipient_says_nothing_beside_another_mails_name(self, desk: Desk, clock: MovedClock) -> None:
        row = await sent(desk, clock)
        assert await noted(desk, replace(report(desk, clock, recipient=row.recipient), vendor_id="<of.somebody@else.example>")) == [None]


@pytest.mark.parametrize("state", [ReceiptState.DELAYED, ReceiptState.COMPLAINED])
async def test_words_about_a_delivery_move_nothing(desk: Desk, clock: MovedClock, state: ReceiptState) -> None:
    row = await sent(desk, clock)
    await noted(desk, report(desk, clock, state, tokens=(desk.estate.house.secrets.signed_id("delivery", row.message_id),)))
    assert ((await delivery(desk)).state, (await delivery(desk)).error) == (DeliveryState.SENT, "550 5.1.1 no such user")


async def test_a_case_whose_answer_did_not_arrive_is_at_work_again(desk: Desk, clock: MovedClock) -> None:
    row = await sent(desk, clock)
    [case] = await rows(desk.estate.house.factory, Case)
    assert case.status == CaseStatus.PENDING
    await noted(desk, report(desk, clock, tokens=(desk.estate.house.secrets.signed_id("delivery", row.message_id),)))
    [case] = await rows(desk.estate.house.factory, Case)
    assert (case.status, case.waiting_since) == (CaseStatus.OPEN, clock.now())


class TestReports:
    """A report that is a message of its own never opens a case."""

    async def test_lie_beside_their_message(self, desk: Desk, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        row = await sent(desk, clock)
        receipt = report(desk, clock, recipient=row.recipient)
        received = await take(desk, monkeypatch, receipt)
        assert (received.receipts, received.dead_letter_id) == (1, None)
        kept = [row for row in await rows(desk.estate.house.factory, RawPayloadRow) if row.content_type == "message/rfc822"]
        assert [(one.state, one.message_id) for one in kept] == [("kept", row.message_id)]

    async def test_on_nothing_of_ours_are_dead_letters_once(self, desk: Desk, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        letters = {(await take(desk, monkeypatch, report(desk, clock))).dead_letter_id for _ in range(2)}
        [letter] = await rows(desk.estate.house.factory, RawPayloadRow)
        assert letters == {letter.id}
        assert (letter.state, letter.code) == ("dead", "channel.report_of_nothing")
        assert await rows(desk.estate.house.factory, Case) == []


async def take(desk: Desk, monkeypatch: pytest.MonkeyPatch, receipt: Receipt) -> Received:
    """Let the SMS adapter read a report."""
    assert receipt.raw is not None
    monkeypatch.setattr(type(registry_of(desk.estate).adapter("sms")), "read", lambda _adapter, _account, _payload: [receipt])
    return await desk.estate.house.door.receive(desk.sms, receipt.raw)
