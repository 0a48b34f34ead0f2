"""SQL of webhook subscriptions and what became of each event at each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import EventRow, WebhookDelivery, WebhookSubscription
from kernel.errors import NotFound
from kernel.ids import first_id_at, moment_of

# A commit may come after one with higher ids (see the feed): readers reach back this far, and pass over what was delivered.
_OVERLAP = timedelta(seconds=10)
# Nothing is ever put off for longer: what seems to be was put off by a clock that has been put back since.
_NEVER_PUT_OFF_FOR = timedelta(hours=2)
EVERY_KIND = "*"


def is_due(due_at: datetime, now: datetime) -> bool:
    """Say whether a subscription may be told something now."""
    return not now < due_at <= now + _NEVER_PUT_OFF_FOR


class SubscriptionRepository:
    """Subscriptions, at most a hundred, and their deliveries."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: WebhookSubscription) -> None:
        """Add a subscription."""
        self._session.add(row)

    async def all(self) -> Sequence[WebhookSubscription]:
        """Return every subscription, oldest first."""
        return (await self._session.execute(select(WebhookSubscription).order_by(WebhookSubscription.id))).scalars().all()

    async def switched_on(self) -> Sequence[WebhookSubscription]:
        """Return those that are not paused, the one that is due first before the others."""
        statement = select(WebhookSubscription).where(WebhookSubscription.is_on).order_by(WebhookSubscription.due_at)
        return (await self._session.execute(statement)).scalars().all()

    async def count(self) -> int:
        """Return how many there are."""
        return (await self._session.execute(select(func.count()).select_from(WebhookSubscription))).scalar_one()

    async def get(self, subscription_id: int, *, is_to_change: bool = False) -> WebhookSubscription:
        """Return a subscription, locked if it is to be changed.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(WebhookSubscription, subscription_id, with_for_update=is_to_change or None)
        if row is None:
            raise NotFound("webhook", subscription_id)
        return row

    async def remove(self, row: WebhookSubscription) -> None:
        """Remove a subscription, locked before, with its deliveries."""
        await self._session.execute(delete(WebhookDelivery).where(WebhookDelivery.subscription_id == row.id))
        await self._session.delete(row)

    async def claimable(self, subscription_id: int, now: datetime) -> WebhookSubscription | None:
        """Return a subscription, locked, if it is on and due and nobody holds it; a lease that has ended holds nothing."""
        statement = select(WebhookSubscription).where(WebhookSubscription.id == subscription_id, WebhookSubscription.is_on)
        row = (await self._session.execute(statement.with_for_update(skip_locked=True))).scalar_one_or_none()
        return row if row is not None and is_due(row.due_at, now) else None

    async def leased(self, subscription_id: int, lease: str) -> WebhookSubscription | None:
        """Return a subscription, locked, if it is still ours by this lease."""
        statement = select(WebhookSubscription).where(WebhookSubscription.id == subscription_id, WebhookSubscription.lease == lease, WebhookSubscription.is_on)
        return (await self._session.execute(statement.with_for_update())).scalar_one_or_none()

    async def next_events(self, row: WebhookSubscription, limit: int) -> Sequence[EventRow]:
        """Return the next events that a subscription was not told of, oldest first: of its kinds, and of its inboxes unless it has all."""
        statement = select(EventRow).where(EventRow.id > _reach_back(row), ~_was_delivered(row.id))
        if EVERY_KIND not in row.kinds:
            statement = statement.where(EventRow.kind.in_(row.kinds))
        if not row.all_inboxes:
            # What belongs to no inbox is not told either: it may be about anybody.
            statement = statement.where(EventRow.inbox_id.in_([int(inbox_id) for inbox_id in row.inbox_ids]))
        return (await self._session.execute(statement.order_by(EventRow.id).limit(limit))).scalars().all()

    async def delivery(self, subscription_id: int, event_id: int) -> WebhookDelivery | None:
        """Return what became of an event so far."""
        statement = select(WebhookDelivery).where(WebhookDelivery.subscription_id == subscription_id, WebhookDelivery.event_id == event_id)
        return (await self._session.execute(statement)).scalar_one_or_none()

    def add_delivery(self, row: WebhookDelivery) -> None:
        """Note a first attempt."""
        self._session.add(row)

    async def deliveries(self, subscription_id: int, before_event_id: int | None, limit: int) -> Sequence[WebhookDelivery]:
        """Return what became of events, the newest event first; one more than `limit` when there is more."""
        statement = select(WebhookDelivery).where(WebhookDelivery.subscription_id == subscription_id)
        if before_event_id is not None:
            statement = statement.where(WebhookDelivery.event_id < before_event_id)
        return (await self._session.execute(statement.order_by(WebhookDelivery.event_id.desc()).limit(limit + 1))).scalars().all()

    async def forget(self, before: datetime) -> None:
        """Drop what became of events from before a moment, which the feed has forgotten too."""
        for row in await self.all():
            # One by one, so that the index on subscription and event serves.
            mine = and_(WebhookDelivery.subscription_id == row.id, WebhookDelivery.event_id < first_id_at(before))
            await self._session.execute(delete(WebhookDelivery).where(mine))


def _reach_back(row: WebhookSubscription) -> int:
    return max(row.begins_after, first_id_at(moment_of(row.cursor) - _OVERLAP))


def _was_delivered(subscription_id: int) -> ColumnElement[bool]:
    return exists().where(
        WebhookDelivery.subscription_id == subscription_id, WebhookDelivery.event_id == EventRow.id, WebhookDelivery.delivered_at.is_not(None)
    )
