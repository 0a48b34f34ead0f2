"""SQL of what is on its way out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, column, exists, func, literal_column, or_, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from inbox.models import Attachment, Conversation, Delivery, Inbox, Message
from inbox.values import SHOWN_TO_CUSTOMER, UNSENT, DeliveryState, Direction
from kernel.errors import NotFound

_Earlier, _EarlierMessage = aliased(Delivery), aliased(Message)
_LEFT = (*SHOWN_TO_CUSTOMER, DeliveryState.FAILED)

# Identities belong to another room; the hub joins them by table name.
_identities = table("identities", column("id"), column("value"))


class DeliveryRepository:
    """Deliveries, and what is needed to carry one."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: Delivery) -> None:
        """Put a message into the outbox."""
        self._session.add(row)

    async def claim_due(
        self,
        now: datetime,
        lease: str,
        leased_until: datetime,
        limit: int,
        besides: Collection[int] = (),
        paces: Mapping[int, timedelta] = MappingProxyType({}),
    ) -> list[Delivery]:
        """Take what is due, also what another process took and did not finish before its lease ended; nobody else gets it until ours ends. `besides` are left alone.

        What was written later in a conversation waits for what was written before: an answer never overtakes another. Of the inboxes in `paces`
        one is taken at a time, and none before its pace has passed since the last one.
        """
        due = select(Delivery.id, Delivery.inbox_id).where(_is_unsent(Delivery), Delivery.due_at <= now, ~_has_unsent_before())
        if besides:
            due = due.where(Delivery.id.not_in(besides))
        if resting := await self._resting(now, paces):
            due = due.where(Delivery.inbox_id.not_in(resting))
        found = await self._session.execute(due.order_by(Delivery.due_at).limit(limit).with_for_update(skip_locked=True))
        ids = await self._in_turn([(row[0], row[1]) for row in found], now, paces)
        if not ids:
            return []
        await self._session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(state=DeliveryState.SENDING, lease=lease, due_at=leased_until, attempts=Delivery.attempts + 1, changed_at=now)
        )
        rows = await self._session.execute(select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id).execution_options(populate_existing=True))
        return list(rows.scalars())

    async def _resting(self, now: datetime, paces: Mapping[int, timedelta]) -> dict[int, datetime]:
        """Return which of these inboxes may not send yet, and when they may. A moment further ahead than the pace was set under another clock, or another pace."""
        if not paces:
            return {}
        rows = await self._session.execute(select(Inbox.id, Inbox.next_out_at).where(Inbox.id.in_(paces), Inbox.next_out_at > now))
        return {row[0]: row[1] for row in rows if row[1] is not None and row[1] <= now + paces[row[0]]}

    async def _in_turn(self, due: Sequence[tuple[int, int]], now: datetime, paces: Mapping[int, timedelta]) -> list[int]:
        """Return what may go now: of an inbox with a pace the first, if no other process has just taken its turn."""
        ids, turns = [], set()
        for delivery_id, inbox_id in due:
            if inbox_id not in paces:
                ids.append(delivery_id)
            elif inbox_id not in turns:
                turns.add(inbox_id)
                if await self._takes_turn(inbox_id, now, paces[inbox_id]):
                    ids.append(delivery_id)
        return ids

    async def _takes_turn(self, inbox_id: int, now: datetime, pace: timedelta) -> bool:
        is_its_turn = or_(Inbox.next_out_at.is_(None), Inbox.next_out_at <= now, Inbox.next_out_at > now + pace)
        statement = update(Inbox).where(Inbox.id == inbox_id, is_its_turn).values(next_out_at=now + pace).returning(Inbox.id)
        return (await self._session.execute(statement.execution_options(synchronize_session=False))).scalar_one_or_none() is not None

    async def leased(self, delivery_id: int, lease: str) -> Delivery | None:
        """Return a delivery if it is still ours by this lease."""
        statement = select(Delivery).where(Delivery.id == delivery_id, Delivery.lease == lease, Delivery.state == DeliveryState.SENDING)
        return (await self._session.execute(statement.with_for_update())).scalar_one_or_none()

    async def next_due_at(self, now: datetime, paces: Mapping[int, timedelta]) -> datetime | None:
        """Return when the outbox has something to do next; an inbox that rests has nothing to do before it may send again."""
        resting = await self._resting(now, paces)
        statement = select(Delivery.due_at).where(_is_unsent(Delivery), ~_has_unsent_before()).order_by(Delivery.due_at).limit(1)
        if resting:
            statement = statement.where(Delivery.inbox_id.not_in(resting))
        found = (await self._session.execute(statement)).scalar_one_or_none()
        return min((at for at in (found, *resting.values()) if at is not None), default=None)

    async def of_message(self, message_id: int) -> Delivery:
        """Return the delivery of a message, locked.

        Raises:
            NotFound: it has none.
        """
        row = (await self._session.execute(select(Delivery).where(Delivery.message_id == message_id).with_for_update())).scalar_one_or_none()
        if row is None:
            raise NotFound("delivery of message", message_id)
        return row

    async def of_messages(self, message_ids: Sequence[int]) -> list[Delivery]:
        """Return the deliveries of some messages, locked in the order of their ids."""
        statement = select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id)
        return list((await self._session.execute(statement.with_for_update())).scalars())

    async def latest_to(self, inbox_id: int, recipient: str, since_id: int) -> Delivery | None:
        """Return the newest delivery to an address that has left, from an id on, locked; case does not matter."""
        statement = (
            select(Delivery)
            .where(Delivery.id >= since_id, Delivery.inbox_id == inbox_id, func.lower(Delivery.recipient) == recipient.lower(), Delivery.state.in_(_LEFT))
            .order_by(Delivery.id.desc())
            .limit(1)
        )
        return (await self._session.execute(statement.with_for_update())).scalar_one_or_none()

    async def by_vendor_ids(self, inbox_ids: Sequence[int], vendor_ids: Sequence[str]) -> list[Delivery]:
        """Return the deliveries that vendors speak of, locked in the order of their ids."""
        statement = select(Delivery).where(Delivery.inbox_id.in_(inbox_ids), Delivery.vendor_id.in_(vendor_ids)).order_by(Delivery.id)
        return list((await self._session.execute(statement.with_for_update())).scalars())

    async def tried_in(self, conversation_ids: Collection[int]) -> list[tuple[Delivery, Message]]:
        """Return what was tried in some conversations and waits to be tried again, locked, with its messages."""
        statement = (
            select(Delivery, Message)
            .join(Message, Message.id == Delivery.message_id)
            .where(_is_unsent(Delivery), Delivery.attempts > 0, Message.conversation_id.in_(conversation_ids))
            .order_by(Delivery.id)
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement.with_for_update(of=Delivery))]

    async def shown_up_to(self, conversation_id: int, message_id: int) -> list[Delivery]:
        """Return the deliveries of a conversation that its customer has been shown, up to a message."""
        statement = (
            select(Delivery)
            .join(Message, Message.id == Delivery.message_id)
            .where(Message.conversation_id == conversation_id, Message.id <= message_id, Delivery.state.in_(SHOWN_TO_CUSTOMER))
        )
        return list((await self._session.execute(statement)).scalars())

    async def message(self, message_id: int) -> tuple[Message, Conversation]:
        """Return a message with its conversation."""
        statement = select(Message, Conversation).join(Conversation, Conversation.id == Message.conversation_id).where(Message.id == message_id)
        row = (await self._session.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("message", message_id)
        return row

    async def is_automatic(self, message_id: int) -> bool:
        """Say whether a message was said by itself."""
        return bool(await self._session.scalar(select(Message.is_automatic).where(Message.id == message_id)))

    async def files(self, message_id: int) -> Sequence[Attachment]:
        """Return a message's files."""
        return (await self._session.execute(select(Attachment).where(Attachment.message_id == message_id).order_by(Attachment.id))).scalars().all()

    async def references(self, conversation_id: int, before_id: int, most: int = 30) -> list[str]:
        """Return the external ids of a conversation's messages before one, oldest first."""
        statement = (
            select(Message.external_id)
            .where(Message.conversation_id == conversation_id, Message.id < before_id, Message.kind == "message")
            .order_by(Message.id.desc())
            .limit(most)
        )
        return list(reversed((await self._session.execute(statement)).scalars().all()))

    async def last_inbound(self, conversation_id: int, before_id: int) -> tuple[str, str] | None:
        """Return what was said to us last and from which address, for mail programs' habit of quoting it."""
        statement = (
            select(Message.text, _identities.c.value)
            .join(_identities, _identities.c.id == Message.identity_id)
            .where(Message.conversation_id == conversation_id, Message.id < before_id, Message.direction == Direction.IN)
            .order_by(Message.id.desc())
            .limit(1)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (row[0], row[1])


def _is_unsent(row: type[Delivery]) -> ColumnElement[bool]:
    """Say so in literal values: with others neither database would use the partial index."""
    return row.state.in_([literal_column(f"'{state}'") for state in UNSENT])


def _has_unsent_before() -> ColumnElement[bool]:
    return exists().where(
        Message.id == Delivery.message_id,
        _EarlierMessage.conversation_id == Message.conversation_id,
        _EarlierMessage.id < Message.id,
        _Earlier.message_id == _EarlierMessage.id,
        _is_unsent(_Earlier),
    )
