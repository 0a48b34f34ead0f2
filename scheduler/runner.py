"""Ticks: APScheduler says when to look, the rows say what is due."""

import asyncio
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from kernel.clock import SystemClock
from kernel.errors import StorageUnavailable
from kernel.uow import UnitOfWorkFactory
from scheduler import service
from scheduler.values import Claimed

log = structlog.get_logger()


class _Steady(AsyncIOScheduler):  # type: ignore[misc]  # it has no types
    """Goes on when the machine's clock is put back: by itself it would sleep until its old time comes again."""

    def _start_timer(self, wait_seconds: float | None) -> None:
        super()._start_timer(wait_seconds)
        for job in self.get_jobs() if wait_seconds is not None else ():
            every = job.trigger.interval
            # Never longer than one interval ahead, but for a clock that was put back.
            if wait_seconds is not None and timedelta(seconds=wait_seconds) > 2 * every:
                job.modify(next_run_time=SystemClock().now() + every)


class Ticker:
    """Carries out what is due, on time, whatever the number of processes that tick; what came due while nobody ticked is carried out at once."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, *, every: timedelta = timedelta(seconds=1), batch: int = 50) -> None:
        self._unit_of_work = unit_of_work
        self._batch = batch
        self._turn = asyncio.Lock()
        self._scheduler = _Steady(timezone=UTC)
        # No grace time: its default of a second drops a tick that the loop was too busy for, and nobody would look again.
        self._scheduler.add_job(self.run_due, "interval", seconds=every.total_seconds(), misfire_grace_time=None, coalesce=True, max_instances=1)

    def start(self) -> None:
        """Begin to tick; a loop must be running."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop ticking, after what is being carried out; one that never began is no matter."""
        async with self._turn:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)

    async def run_due(self) -> int:
        """Carry out all that is due, batch by batch; return how many were.

        Raises:
            StorageUnavailable: the database cannot take it now; all that is not done waits for the next tick.
        """
        done = 0
        async with self._turn:
            # Reading first: a tick that finds nothing must not take SQLite's one writer.
            while await self._is_due():
                claimed, carried_out = await self._run_batch()
                done += carried_out
                if not claimed:
                    break  # another process has them
        return done

    async def _is_due(self) -> bool:
        async with self._unit_of_work.reading() as uow:
            due_at = await service.next_due_at(uow)
            return due_at is not None and due_at <= uow.clock.now()

    async def _run_batch(self) -> tuple[int, int]:
        claimed: list[Claimed] = []
        try:
            async with self._unit_of_work() as uow:
                claimed = await service.claim_due(uow, uow.clock.now(), self._batch)
        except StorageUnavailable:
            raise
        except Exception:
            # One of them failed and took the others with it: which one, shows when each goes alone.
            log.warning("follow-ups failed together", n=len(claimed))
            return len(claimed), sum([await self._run_alone(one) for one in claimed])
        return len(claimed), len(claimed)

    async def _run_alone(self, one: Claimed) -> int:
        try:
            async with self._unit_of_work() as uow:
                return len(await service.claim(uow, uow.clock.now(), one.follow_up_id))
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("follow-up failed", follow_up_id=one.follow_up_id, case_id=one.case_id, kind=one.kind)
        async with self._unit_of_work() as uow:
            await service.postpone(uow, one.follow_up_id)
        return 0
