"""The vendor's word on deliveries: states move forward only, however often and in whatever order receipts come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from channels.contract import Receipt, ReceiptState
from channels.participants import as_rows, from_rows
from inbox.events import DeliveryMoved
from inbox.models import Delivery
from inbox.repositories.deliveries import DeliveryRepository
from inbox.values import SHOWN_TO_CUSTOMER, DeliveryState
from kernel.crypto import Secrets
from kernel.ids import first_id_at
from kernel.uow import UnitOfWork

_RANK = {
    DeliveryState.SENDING: 0,
    DeliveryState.QUEUED: 0,
    DeliveryState.SENT: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.READ: 4,
}
_MOVES = {
    ReceiptState.SENT: DeliveryState.SENT,
    ReceiptState.DELIVERED: DeliveryState.DELIVERED,
    ReceiptState.READ: DeliveryState.READ,
    ReceiptState.FAILED: DeliveryState.FAILED,
}
# Mail servers try for five days (RFC 5321 §4.5.4.1): a report that names nobody but its recipient speaks of nothing older.
_REPORTED_WITHIN = timedelta(days=6)
_HEARSAY = "A report that names only this address, and no message of ours, says:"


def is_forward(current: DeliveryState, told: DeliveryState) -> bool:
    """Say whether a receipt brings news: delivered outranks failed (carriers repeat themselves), read outranks all; held and cancelled never move."""
    return current in _RANK and _RANK[told] > _RANK[current]


async def note_all(uow: UnitOfWork, receipts: Sequence[Receipt], secrets: Secrets) -> list[int | None]:
    """Note what vendors say; return for each receipt which message it spoke of, None for one that is not ours."""
    repository = DeliveryRepository(uow.session)
    spoken_of: list[int | None] = []
    for receipt, named in zip(receipts, await _named_all(repository, receipts, secrets), strict=True):
        row = named or await _latest(uow, repository, receipt)
        spoken_of.append(None if row is None else row.message_id)
        if named is not None:
            await _note(uow, repository, named, receipt)
        elif row is not None:
            await _note_hearsay(uow, repository, row, receipt)
    return spoken_of


async def _named_all(repository: DeliveryRepository, receipts: Sequence[Receipt], secrets: Secrets) -> list[Delivery | None]:
    """Find the delivery that each receipt names: by our token, since nobody else can have made it, then by the vendor's id."""
    message_ids = {token: secrets.id_of("delivery", token) for receipt in receipts for token in receipt.tokens}
    wanted = sorted({message_id for message_id in message_ids.values() if message_id is not None})
    by_message = {row.message_id: row for row in await repository.of_messages(wanted)} if wanted else {}
    rows = await repository.by_vendor_ids(sorted({r.inbox_id for r in receipts}), sorted({r.vendor_id for r in receipts if r.vendor_id}))
    by_vendor = {(row.inbox_id, row.vendor_id): row for row in rows}
    return [_named(receipt, message_ids, by_message, by_vendor) for receipt in receipts]


def _named(
    receipt: Receipt, message_ids: Mapping[str, int | None], by_message: Mapping[int, Delivery], by_vendor: Mapping[tuple[int, str | None], Delivery]
) -> Delivery | None:
    for token in receipt.tokens:
        row = by_message.get(message_ids[token] or 0)
        # A token is only good in the inbox it was made for.
        if row is not None and row.inbox_id == receipt.inbox_id:
            return row
    return by_vendor.get((receipt.inbox_id, receipt.vendor_id)) if receipt.vendor_id else None


async def _latest(uow: UnitOfWork, repository: DeliveryRepository, receipt: Receipt) -> Delivery | None:
    if receipt.recipient is None or receipt.vendor_id:
        return None
    return await repository.latest_to(receipt.inbox_id, receipt.recipient, first_id_at(uow.clock.now() - _REPORTED_WITHIN))


async def _note_hearsay(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, receipt: Receipt) -> None:
    """Note what a report says that names nothing but a recipient: anybody who knows an address can write one, so it moves nothing; bad news are words beside it."""
    if receipt.state is ReceiptState.FAILED or receipt.state not in _MOVES:
        await _say(uow, repository, row, f"{_HEARSAY} {receipt.error or 'It could not be delivered.'}")


async def _say(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, words: str | None) -> None:
    """Put words beside a delivery, where nothing worse is known."""
    if row.state in SHOWN_TO_CUSTOMER:
        await _move(uow, repository, row, DeliveryState(row.state), words)


async def _note(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, receipt: Receipt) -> None:
    if await _is_others(uow, repository, row, receipt):
        return
    state = _MOVES.get(receipt.state)
    if state is None:
        await _say(uow, repository, row, receipt.error)
    elif is_forward(DeliveryState(row.state), state):
        await _move(uow, repository, row, state, receipt.error if state is DeliveryState.FAILED else None)


async def _is_others(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, receipt: Receipt) -> bool:
    """Say whether a report speaks of one of the others who got a message, and keep with them why it did not reach them: the delivery is the customer's."""
    reported = (receipt.recipient or "").lower()
    if reported in ("", row.recipient.lower()):
        return False
    message, _ = await repository.message(row.message_id)
    others = from_rows(message.participants)
    if all(one.address.lower() != reported for one in others):
        return False
    if receipt.state is ReceiptState.FAILED:
        words = receipt.error or "It could not be delivered."
        message.participants = as_rows(replace(one, has_it=False, error=words) if one.address.lower() == reported else one for one in others)
        if row.state != DeliveryState.FAILED:
            await _move(uow, repository, row, DeliveryState(row.state), row.error)
    return True


async def shown_by_answers(uow: UnitOfWork, answered: Mapping[int, Collection[str]]) -> None:
    """Note that mails arrived which their conversations' parties answer, by conversation and external id: what a server took without saying so goes out no second time."""
    repository = DeliveryRepository(uow.session)
    for row, message in await repository.tried_in(answered) if answered else []:
        if message.external_id in answered[message.conversation_id]:
            await _move(uow, repository, row, DeliveryState.DELIVERED, None)


async def read_by_customer(uow: UnitOfWork, conversation_id: int, message_id: int) -> None:
    """Note that a customer has read a conversation up to a message."""
    repository = DeliveryRepository(uow.session)
    for row in await repository.shown_up_to(conversation_id, message_id):
        if is_forward(DeliveryState(row.state), DeliveryState.READ):
            await _move(uow, repository, row, DeliveryState.READ, None)


async def _move(uow: UnitOfWork, repository: DeliveryRepository, row: Delivery, state: DeliveryState, error: str | None) -> None:
    row.state, row.error, row.changed_at = state, error, uow.clock.now()
    message, _ = await repository.message(row.message_id)
    uow.record(DeliveryMoved(message_id=message.id, conversation_id=message.conversation_id, case_id=message.case_id, inbox_id=row.inbox_id, state=state))
