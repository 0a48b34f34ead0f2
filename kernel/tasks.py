"""Long-running tasks: started by name, restarted when they fail, ended together."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta

import structlog

from kernel.backoff import doubling

log = structlog.get_logger()

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=0.5), timedelta(seconds=30)
_LIVED_WELL = 60.0  # seconds after which a failure counts as the first one again


class Tasks:
    """Keeps background work alive and ends it in order."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run `work` until it returns; when it raises, log it and start it again after a wait that grows while it fails time after time."""
        return self._start(name, self._restarting(name, work))

    def once(self, name: str, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run something once; a failure is logged."""
        return self._start(name, self._guarded(name, work))

    async def stop(self) -> None:
        """Cancel everything, also what is started meanwhile, and wait until it has ended."""
        while running := list(self._running):
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _start(self, name: str, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _restarting(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        failures, loop = 0, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await work()
                return
            except Exception:
                failures = 1 if loop.time() - began > _LIVED_WELL else failures + 1
                log.exception("task failed", task=name, failures=failures)
            await asyncio.sleep(doubling(failures, first=_FIRST_WAIT, most=_LONGEST_WAIT).total_seconds())

    async def _guarded(self, name: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("task failed", task=name)
