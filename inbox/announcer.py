"""Tells webhook subscriptions what happened: claims one with a lease, sends outside any transaction, notes the result; at least once, in order."""

import asyncio
import secrets as randomness
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from inbox.models import WebhookDelivery, WebhookSubscription
from inbox.push import Push
from inbox.repositories.feed import FeedRepository
from inbox.repositories.subscriptions import SubscriptionRepository, is_due
from inbox.subscriptions import Letter, Post
from inbox.values import Posted
from kernel.backoff import doubling
from kernel.errors import StorageUnavailable
from kernel.ids import moment_of
from kernel.tasks import Tasks
from kernel.uow import UnitOfWork, UnitOfWorkFactory

log = structlog.get_logger()

LEASE = timedelta(seconds=30)  # longer than an attempt (10 s) and the tries to note it
GIVES_UP_AFTER = timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
_MOST_A_CLAIM = 50
_LOOK_EVERY = timedelta(seconds=5)
_GATHERS_FOR = timedelta(seconds=0.1)  # under load many events are one look
# How far the cursor may stay behind while nothing concerns a subscription: what lies between is read at each look.
_MOST_BEHIND = timedelta(seconds=15)
_NOTES = 6  # tries to note what became of an event, over a few seconds
_BETWEEN_NOTES = timedelta(seconds=0.2)
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A subscription that is ours for a while, and what it is to be told."""

    subscription_id: int
    lease: str
    url: str
    sealed_secret: bytes
    letters: tuple[Letter, ...]


class Announcer:
    """Carries events to subscriptions, each by itself: one that is slow keeps no other waiting."""

    def __init__(self, factory: UnitOfWorkFactory, post: Post, feed_kept: timedelta) -> None:
        self._factory = factory
        self._post = post
        # Well before the feed forgets what was missed, so that somebody can still resume.
        self._gives_up_after = min(GIVES_UP_AFTER, feed_kept / 2)
        self._woken = asyncio.Event()
        self._is_anybody_there = True
        self._carrying: dict[int, asyncio.Task[None]] = {}

    def start(self, tasks: Tasks, push: Push) -> None:
        """Carry what happens, for ever."""
        push.subscribe(lambda _events: self._wake())
        tasks.keep("webhooks", lambda: self._run(tasks))

    def _wake(self) -> None:
        # Where nobody is subscribed, what happens costs nothing; somebody new is found at the next look.
        if self._is_anybody_there:
            self._woken.set()

    async def drain(self) -> None:
        """Carry all that is due now to its end."""
        while wanted := (await self._look())[0]:
            await asyncio.gather(*(self._carry(subscription_id) for subscription_id in wanted))

    async def _run(self, tasks: Tasks) -> None:
        while True:
            self._woken.clear()
            wanted, wait = await self._look()
            for subscription_id in wanted:
                if subscription_id not in self._carrying:
                    task = self._carrying[subscription_id] = tasks.once("webhook", self._carry(subscription_id))
                    task.add_done_callback(partial(self._carried, subscription_id))
            with suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._woken.wait()
            await asyncio.sleep(_GATHERS_FOR.total_seconds())

    def _carried(self, subscription_id: int, _task: asyncio.Task[None]) -> None:
        del self._carrying[subscription_id]
        # What happened after it had looked for the last time is still to be told.
        self._woken.set()

    async def _look(self) -> tuple[list[int], timedelta]:
        """Return which subscriptions are due and behind, and how long nothing else is due."""
        async with self._factory.reading() as uow:
            now, repository, wanted = uow.clock.now(), SubscriptionRepository(uow.session), []
            on = await repository.switched_on()
            self._is_anybody_there = bool(on)
            newest = await FeedRepository(uow.session).newest() if on else 0
            for row in on:
                is_far_behind = moment_of(newest) - moment_of(row.cursor) > _MOST_BEHIND
                if is_due(row.due_at, now) and (is_far_behind or await repository.next_events(row, 1)):
                    wanted.append(row.id)
            wait = min((row.due_at - now for row in on if not is_due(row.due_at, now)), default=_LOOK_EVERY)
            return wanted, min(wait, _LOOK_EVERY)

    async def _carry(self, subscription_id: int) -> None:
        lease = None
        while (now_ours := await self._claim(subscription_id, lease)) is not None:
            for letter in now_ours.letters:
                posted = await self._post.send(now_ours.url, now_ours.sealed_secret, letter)
                if not await self._noted(now_ours, letter, posted):
                    return
            lease = now_ours.lease

    async def _claim(self, subscription_id: int, held: str | None) -> _Round | None:
        """Take a subscription, or go on with it, with what it is to be told next; let it go when that is nothing."""
        async with self._factory() as uow:
            repository, now = SubscriptionRepository(uow.session), uow.clock.now()
            row = await (repository.claimable(subscription_id, now) if held is None else repository.leased(subscription_id, held))
            if row is None:
                return None
            events = await repository.next_events(row, _MOST_A_CLAIM)
            if not events:
                # What becomes visible later with a lower id is found all the same: the next look reaches back.
                row.cursor = max(row.cursor, await FeedRepository(uow.session).newest())
                row.lease, row.due_at = None, now
                return None
            row.lease, row.due_at = held or randomness.token_hex(8), now + LEASE
            letters = tuple(Letter(id=event.id, kind=event.kind, happened_at=event.happened_at, payload=event.payload) for event in events)
            return _Round(subscription_id=row.id, lease=row.lease, url=row.url, sealed_secret=row.sealed_secret, letters=letters)

    async def _noted(self, ours: _Round, letter: Letter, posted: Posted) -> bool:
        """Note what became of a letter; say whether the next may follow."""
        for tries in range(1, _NOTES + 1):
            try:
                async with self._factory() as uow:
                    return await self._note(uow, ours, letter, posted)
            except StorageUnavailable:
                # It may have been taken: forgotten, it would be told again when the lease ends.
                if tries == _NOTES:
                    raise
            await asyncio.sleep(doubling(tries, first=_BETWEEN_NOTES).total_seconds())
        return False

    async def _note(self, uow: UnitOfWork, ours: _Round, letter: Letter, posted: Posted) -> bool:
        repository, now = SubscriptionRepository(uow.session), uow.clock.now()
        row = await repository.leased(ours.subscription_id, ours.lease)
        if row is None:
            # Changed, paused or removed meanwhile, or our lease has ended: whoever holds it now has the last word.
            return False
        delivery = await repository.delivery(row.id, letter.id)
        if delivery is None:
            delivery = WebhookDelivery(id=uow.ids(), subscription_id=row.id, event_id=letter.id, kind=letter.kind, attempts=0, first_at=now)
            repository.add_delivery(delivery)
        delivery.attempts += 1
        delivery.status, delivery.error, delivery.last_at = posted.status, posted.error, now
        if posted.error is None:
            delivery.delivered_at = now
            row.cursor, row.failures, row.failing_since, row.last_error = max(row.cursor, letter.id), 0, None, None
            row.last_ok_at, row.due_at = now, now + LEASE
            return True
        self._failed(row, posted, posted.error, now)
        return False

    def _failed(self, row: WebhookSubscription, posted: Posted, error: str, now: datetime) -> None:
        row.failures += 1
        row.failing_since = row.failing_since or now
        row.last_error, row.lease = error, None
        wait = max(doubling(row.failures, first=FIRST_WAIT, most=LONGEST_WAIT), min(posted.retry_after or timedelta(), LONGEST_WAIT))
        row.due_at = now + wait
        hours = self._gives_up_after / timedelta(hours=1)
        if posted.status == _GONE:
            row.is_on, row.paused_because = False, "The receiver says that it is gone (410)."
        elif now - row.failing_since >= self._gives_up_after:
            row.is_on, row.paused_because = False, f"Nothing was taken for {hours:g} hours. The last answer: {error}"
        if not row.is_on:
            log.warning("webhook paused", subscription_id=row.id, status=posted.status)
