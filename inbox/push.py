"""Pushes what happened to whoever listens in this process, also what other processes committed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

import structlog

from inbox.repositories.feed import FeedRepository
from inbox.values import FeedEvent
from kernel.relay import Relay
from kernel.tasks import Tasks
from kernel.uow import UnitOfWorkFactory

log = structlog.get_logger()

Subscriber = Callable[[Sequence[FeedEvent]], None]
_REMEMBERED = 10_000


class Push:
    """Hands each event to every subscriber once, in the order of commits in this process."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._pushed: OrderedDict[int, None] = OrderedDict()
        self._heard = asyncio.Event()

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
        """Follow what other processes commit."""
        relay.start(tasks, self._heard.set)

        async def follow() -> None:
            async with factory.reading() as uow:
                last = await FeedRepository(uow.session).newest()
            while True:
                await self._heard.wait()
                self._heard.clear()
                async with factory.reading() as uow:
                    rows = await FeedRepository(uow.session).after(last, 5_000)
                last = max([last, *(row.id for row in rows)])
                self.publish(rows)

        tasks.keep("push", follow)
