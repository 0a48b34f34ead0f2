"""Pushes what happened to whoever listens in this process, also what other processes committed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

import structlog

from inbox.repositories.feed import FeedRepository
from inbox.values import FeedEvent
from kernel.errors import StorageUnavailable
from kernel.relay import Relay
from kernel.tasks import Tasks
from kernel.uow import UnitOfWorkFactory

log = structlog.get_logger()

Subscriber = Callable[[Sequence[FeedEvent]], None]
_MOST_A_LOOK = 5_000
# More than a busy process pushes within the overlap of two looks: what is forgotten sooner would be pushed twice.
_REMEMBERED = 50_000


class Push:
    """Hands each event to every subscriber once, in the order of commits in this process."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._pushed: OrderedDict[int, None] = OrderedDict()
        self._heard = asyncio.Event()
        self._last: int | None = None

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with whatever happens, at once and without waiting for it; return how to stop."""
        self._subscribers.add(subscriber)
        return lambda: self._subscribers.discard(subscriber)

    def publish(self, events: Sequence[FeedEvent]) -> None:
        """Hand on what is new, what was handed on before is dropped; a subscriber that fails loses its own news only."""
        fresh = [event for event in events if event.id not in self._pushed]
        if not fresh:
            return
        for event in fresh:
            self._pushed[event.id] = None
        while len(self._pushed) > _REMEMBERED:
            self._pushed.popitem(last=False)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(fresh)
            except Exception:
                log.exception("subscriber failed")

    def start(self, tasks: Tasks, relay: Relay, factory: UnitOfWorkFactory) -> None:
        """Follow what other processes commit, from now on."""
        relay.start(tasks, self._heard.set)
        tasks.keep("push", lambda: self._follow(factory))

    async def _follow(self, factory: UnitOfWorkFactory) -> None:
        if self._last is None:
            async with factory.reading() as uow:
                self._last = await FeedRepository(uow.session).newest()
        while True:
            await self._heard.wait()
            self._heard.clear()
            try:
                await self._catch_up(factory, self._last)
            except StorageUnavailable:
                # What was heard of is still to be fetched when the task begins again.
                self._heard.set()
                raise

    async def _catch_up(self, factory: UnitOfWorkFactory, since: int) -> None:
        async with factory.reading() as uow:
            feed = FeedRepository(uow.session)
            rows = await feed.after(since, _MOST_A_LOOK)
            while rows:
                self._last = max(since, rows[-1].id)
                self.publish(rows)
                rows = await feed.beyond(rows[-1].id, _MOST_A_LOOK) if len(rows) == _MOST_A_LOOK else []
