"""Webhook subscriptions: who is told of events over HTTP, as admins set them up, look at them, try and pause them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import orjson

from cases.events import CaseChanged, CaseOpened, CaseReopened, CaseSnoozed, CaseWoken
from identity_resolution.events import CustomerChanged, CustomersMerged, MergeProposed, MergeUndone, ProposalAnswered
from inbox.directory import Keep
from inbox.errors import TooManyWebhooks, UnknownKind
from inbox.events import DeliveryMoved, MessageReceived, NoteAdded, ReplyQueued
from inbox.feed import Feed
from inbox.models import WebhookDelivery, WebhookSubscription
from inbox.repositories.inboxes import InboxRepository
from inbox.repositories.subscriptions import EVERY_KIND, SubscriptionRepository
from inbox.signing import fresh_secret, signed_headers
from inbox.values import Posted
from inbox.views import EventDeliveryView, SubscriptionView
from kernel.addresses import AddressPolicy
from kernel.clock import Clock
from kernel.crypto import Secrets
from kernel.errors import Fault, NotFound
from kernel.ids import moment_of
from kernel.paging import Page, keyset, page_of
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff.values import Viewer

# Each is carried by itself, so their number bounds what runs at once.
MOST_SUBSCRIPTIONS = 100
# Every fact that the feed tells of.
KINDS = tuple(
    sorted(
        fact.kind
        for fact in (
            MessageReceived, ReplyQueued, NoteAdded, DeliveryMoved, CaseOpened, CaseReopened, CaseChanged, CaseSnoozed, CaseWoken,
            CustomerChanged, CustomersMerged, MergeUndone, MergeProposed, ProposalAnswered,
        )
    )
)  # fmt: skip
PING = "webhook.test"


class Courier(Protocol):
    """Whoever carries a webhook to its receiver."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Send a body and return what became of it, within ten seconds; it never raises for what a receiver or a network does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event on its way to a receiver."""

    id: int
    kind: str
    happened_at: datetime
    payload: Mapping[str, object]

    @property
    def body(self) -> bytes:
        """What is sent: the same bytes at each attempt."""
        at = self.happened_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        return orjson.dumps({"id": str(self.id), "type": self.kind, "timestamp": at, "data": self.payload})


class Post:
    """Signs letters and gives them to the courier."""

    def __init__(self, courier: Courier, secrets: Secrets, clock: Clock) -> None:
        self._courier = courier
        self._secrets = secrets
        self._clock = clock

    async def send(self, url: str, sealed_secret: bytes, letter: Letter) -> Posted:
        """Send a letter and return what became of it. Never inside a unit of work: it may take ten seconds."""
        try:
            secret = self._secrets.unseal(sealed_secret)["secret"]
        except Fault as fault:
            return Posted(error=fault.sentence)
        body = letter.body
        return await self._courier.post(url, signed_headers(secret, str(letter.id), self._clock.now(), body), body)


class Subscriptions:
    """The verbs of webhook subscriptions; who may use them is the edge's question."""

    def __init__(self, factory: UnitOfWorkFactory, feed: Feed, secrets: Secrets, policy: AddressPolicy, post: Post, keeps_for: timedelta) -> None:
        """`keeps_for` is how far back the feed reaches."""
        self._factory = factory
        self._feed = feed
        self._secrets = secrets
        self._policy = policy
        self._post = post
        self._keeps_for = keeps_for

    async def create(
        self, uow: UnitOfWork, viewer: Viewer, *, name: str, url: str, kinds: Sequence[str], inbox_ids: Sequence[int] | None
    ) -> tuple[SubscriptionView, str]:
        """Subscribe a URL to what happens from now on; return the subscription and its secret, which is never shown again.

        Raises:
            AddressRefused: we may not connect to the URL. UnknownKind, NotFound: there is no such kind, no such inbox. TooManyWebhooks: there are enough.
        """
        repository = SubscriptionRepository(uow.session)
        if await repository.count() >= MOST_SUBSCRIPTIONS:
            raise TooManyWebhooks(MOST_SUBSCRIPTIONS)
        secret, here, now = fresh_secret(), await self._feed.cursor(uow), uow.clock.now()
        row = WebhookSubscription(
            id=uow.ids(), name=name, url=self._checked(url), kinds=_known(kinds), all_inboxes=inbox_ids is None, inbox_ids=await _existing(uow, inbox_ids),
            sealed_secret=self._secrets.seal({"secret": secret}), is_on=True, begins_after=here, cursor=here, due_at=now, failures=0,
            created_by=viewer.agent_id, created_at=now,
        )  # fmt: skip
        repository.add(row)
        return _view(row), secret

    async def change(
        self,
        uow: UnitOfWork,
        subscription_id: int,
        *,
        name: str | None = None,
        url: str | None = None,
        kinds: Sequence[str] | None = None,
        inbox_ids: Sequence[int] | Keep | None,
    ) -> SubscriptionView:
        """Change what is given; what is being sent at this moment is the last by the old words.

        Raises:
            NotFound: there is none. AddressRefused, UnknownKind: as for a new one.
        """
        row = await SubscriptionRepository(uow.session).get(subscription_id, is_to_change=True)
        row.name = row.name if name is None else name
        row.url = row.url if url is None else self._checked(url)
        row.kinds = row.kinds if kinds is None else _known(kinds)
        if not isinstance(inbox_ids, Keep):
            row.all_inboxes, row.inbox_ids = inbox_ids is None, await _existing(uow, inbox_ids)
        # Whoever holds it now knows the old words: they lose it, and it is looked at anew.
        row.lease, row.due_at = None, uow.clock.now()
        return _view(row)

    async def pause(self, uow: UnitOfWork, subscription_id: int) -> SubscriptionView:
        """Send nothing more until it is resumed.

        Raises:
            NotFound: there is none.
        """
        row = await SubscriptionRepository(uow.session).get(subscription_id, is_to_change=True)
        if row.is_on:
            row.is_on, row.lease, row.paused_because = False, None, "Paused by hand."
        return _view(row)

    async def resume(self, uow: UnitOfWork, subscription_id: int, *, skip_missed: bool) -> SubscriptionView:
        """Go on where it stopped, or with `skip_missed` from now.

        Raises:
            NotFound: there is none.
        """
        row = await SubscriptionRepository(uow.session).get(subscription_id, is_to_change=True)
        now = uow.clock.now()
        if not row.is_on:
            row.is_on, row.paused_because, row.failures, row.failing_since, row.last_error = True, None, 0, None, None
            if moment_of(row.cursor) < now - self._keeps_for:
                row.last_error = f"What happened before {now - self._keeps_for:%Y-%m-%d %H:%M} UTC is not kept any more and was not sent."
            row.lease, row.due_at = None, now
        if skip_missed:
            row.begins_after = row.cursor = await self._feed.cursor(uow)
            row.lease, row.due_at = None, now
        return _view(row)

    async def remove(self, uow: UnitOfWork, subscription_id: int) -> None:
        """End a subscription, and forget what became of its events.

        Raises:
            NotFound: there is none.
        """
        repository = SubscriptionRepository(uow.session)
        await repository.remove(await repository.get(subscription_id, is_to_change=True))

    async def views(self, uow: UnitOfWork) -> list[SubscriptionView]:
        """Return all subscriptions, oldest first."""
        return [_view(row) for row in await SubscriptionRepository(uow.session).all()]

    async def view(self, uow: UnitOfWork, subscription_id: int) -> SubscriptionView:
        """Return a subscription.

        Raises:
            NotFound: there is none.
        """
        return _view(await SubscriptionRepository(uow.session).get(subscription_id))

    async def deliveries(self, uow: UnitOfWork, subscription_id: int, cursor: str | None, limit: int) -> Page[EventDeliveryView]:
        """Return what became of the last events, the newest first.

        Raises:
            NotFound: there is no such subscription.
        """
        repository = SubscriptionRepository(uow.session)
        await repository.get(subscription_id)
        before = keyset(cursor, 1)
        found = await repository.deliveries(subscription_id, before[0] if before else None, limit)
        return page_of([_delivery(row) for row in found], limit, lambda one: [one.event_id])

    async def ping(self, subscription_id: int) -> Posted:
        """Send a letter of our own, of the kind `webhook.test`, and return what became of it; also while paused.

        Raises:
            NotFound: there is no such subscription.
        """
        async with self._factory.reading() as uow:
            row = await SubscriptionRepository(uow.session).get(subscription_id)
            letter = Letter(id=uow.ids(), kind=PING, happened_at=uow.clock.now(), payload={"subscription_id": str(row.id)})
        return await self._post.send(row.url, row.sealed_secret, letter)

    async def forget(self, uow: UnitOfWork) -> None:
        """Drop what became of events that the feed has forgotten."""
        await SubscriptionRepository(uow.session).forget(uow.clock.now() - self._keeps_for)

    def _checked(self, url: str) -> str:
        self._policy.check_url(url)
        return url


def _known(kinds: Sequence[str]) -> list[str]:
    for kind in kinds:
        if kind not in KINDS and kind != EVERY_KIND:
            raise UnknownKind(kind)
    return sorted(set(kinds))


async def _existing(uow: UnitOfWork, inbox_ids: Sequence[int] | None) -> list[str]:
    if inbox_ids is None:
        return []
    known = {row.id for row in await InboxRepository(uow.session).all()}
    for inbox_id in inbox_ids:
        if inbox_id not in known:
            raise NotFound("inbox", inbox_id)
    return [str(inbox_id) for inbox_id in sorted(set(inbox_ids))]


def _view(row: WebhookSubscription) -> SubscriptionView:
    is_failing = row.is_on and row.failing_since is not None
    return SubscriptionView(
        id=row.id, name=row.name, url=row.url, kinds=tuple(row.kinds), inbox_ids=None if row.all_inboxes else tuple(int(one) for one in row.inbox_ids),
        state="paused" if not row.is_on else "failing" if is_failing else "ok", paused_because=row.paused_because, last_error=row.last_error,
        last_ok_at=row.last_ok_at, failing_since=row.failing_since, next_try_at=row.due_at if is_failing else None, created_at=row.created_at,
    )  # fmt: skip


def _delivery(row: WebhookDelivery) -> EventDeliveryView:
    return EventDeliveryView(
        event_id=row.event_id, kind=row.kind, attempts=row.attempts, status=row.status, error=row.error, first_at=row.first_at, last_at=row.last_at,
        delivered_at=row.delivered_at,
    )  # fmt: skip
