"""The vendor's word on deliveries: states move forward only, however often and in whatever order receipts come."""

from collections.abc import Sequence

from channels.contract import Receipt, ReceiptState
from inbox.events import DeliveryMoved
from inbox.models import Delivery
from inbox.repositories.deliveries import DeliveryRepository
from inbox.values import DeliveryState
from kernel.uow import UnitOfWork

_RANK = {
    DeliveryState.SENDING: 0,
    DeliveryState.QUEUED: 0,
    DeliveryState.SENT: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.READ: 4,
}


def is_forward(current: DeliveryState, told: DeliveryState) -> bool:
    """Say whether a receipt brings news: delivered outranks failed (carriers repeat themselves), read outranks all; held and cancelled never move."""
    return current in _RANK and _RANK[told] > _RANK[current]


async def note_all(uow: UnitOfWork, receipts: Sequence[Receipt]) -> None:
    """Note what vendors say; a receipt for a delivery that is not ours is passed over."""
    repository = DeliveryRepository(uow.session)
    rows = await repository.by_vendor_ids(sorted({r.inbox_id for r in receipts}), sorted({r.vendor_id for r in receipts}))
    by_name = {(row.inbox_id, row.vendor_id): row for row in rows}
    for receipt in receipts:
        row = by_name.get((receipt.inbox_id, receipt.vendor_id))
        if row is not None:
            await _move(uow, repository, row, DeliveryState(receipt.state), receipt.error if receipt.state is ReceiptState.FAILED else None)


async def read_by_customer(uow: UnitOfWork, conversation_id: int, message_id: int) -> None:
    """Note that a customer has read a conversation up to a message."""
    repository = DeliveryRepository(uow.session)
    for row in await repository.shown_up_to(conversation_id, message_id):
        await _move(uow, repository, row, DeliveryState.READ, None)


async def _move(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, state: DeliveryState, error: str | None) -> None:
    if not is_forward(DeliveryState(row.state), state):
        return
    row.state, row.error, row.changed_at = state, error, uow.clock.now()
    message, _ = await repository.message(row.message_id)
    uow.record(DeliveryMoved(message_id=message.id, conversation_id=message.conversation_id, case_id=message.case_id, inbox_id=row.inbox_id, state=state))
