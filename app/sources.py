"""Keeps one poller alive for every inbox that wants one, and ends it when the inbox changes or another process leads."""

import asyncio
from collections.abc import Mapping

import structlog

from channels.contract import Account, Source
from channels.registry import Registry
from inbox.directory import InboxDirectory, StoredWatermarks
from inbox.door import Door
from kernel.leader import Leadership
from kernel.tasks import Tasks

log = structlog.get_logger()
_LOOK_EVERY = 5.0  # seconds


class Sources:
    """Polls mailboxes and bots; `look_every` seconds for inboxes that changed. A poller that raises is started again, later and later."""

    def __init__(
        self,
        registry: Registry,
        directory: InboxDirectory,
        door: Door,
        watermarks: StoredWatermarks,
        leadership: Leadership,
        *,
        look_every: float = _LOOK_EVERY,
    ) -> None:
        self._registry = registry
        self._directory = directory
        self._door = door
        self._watermarks = watermarks
        self._leadership = leadership
        self._look_every = look_every
        self._polled: dict[int, tuple[Account, asyncio.Task[None]]] = {}

    async def watch(self, tasks: Tasks) -> None:
        """Look for inboxes that came, changed or went, for ever."""
        while True:
            wanted = await self._wanted() if self._leadership.is_ours else {}
            for inbox_id, (account, task) in list(self._polled.items()):
                if inbox_id not in wanted or wanted[inbox_id][0] != account:
                    task.cancel()
                    # Not awaited by itself: its cancellation could not be told from ours.
                    await asyncio.wait({task})
                    del self._polled[inbox_id]
            for inbox_id, (account, source) in wanted.items():
                if inbox_id not in self._polled:
                    self._polled[inbox_id] = account, self._start(tasks, account, source)
            await asyncio.sleep(self._look_every)

    async def _wanted(self) -> Mapping[int, tuple[Account, Source]]:
        found = {}
        for account in await self._directory.accounts():
            source = await asyncio.to_thread(self._registry.source, await self._directory.channel_of(account.inbox_id))
            if source is not None and source.is_wanted(account):
                found[account.inbox_id] = account, source
        return found

    def _start(self, tasks: Tasks, account: Account, source: Source) -> asyncio.Task[None]:
        log.info("polling", inbox_id=account.inbox_id)
        return tasks.keep(f"poll {account.inbox_id}", lambda: source.poll(account, self._door.receive, self._watermarks, self._directory))
