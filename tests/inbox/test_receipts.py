"""Receipts move a delivery forward only, however they come."""

from itertools import permutations

import pytest

from channels.contract import Receipt, ReceiptState
from inbox.models import Delivery
from inbox.receipts import note_all
from inbox.values import DeliveryState
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk
from tests.inbox.test_reply import ask, delivery, write
from tests.support.house import rows


async def sent(desk: Desk, clock: MovedClock) -> Delivery:
    await write(desk, await ask(desk))
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    return await delivery(desk)


async def note(desk: Desk, row: Delivery, *states: ReceiptState) -> None:
    for state in states:
        async with desk.estate.house.factory() as uow:
            await note_all(uow, [Receipt(inbox_id=desk.sms, vendor_id=row.vendor_id or "", state=state, error="30003")])


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
        await note_all(uow, [Receipt(inbox_id=desk.sms, vendor_id="unknown", state=ReceiptState.READ)])
    assert await rows(desk.estate.house.factory, Delivery) == []
