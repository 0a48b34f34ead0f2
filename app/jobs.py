"""What is done every so often: writing down health, forgetting what need not be kept."""

import asyncio
from datetime import timedelta

import structlog

from app.compose import Estate
from cases import service as cases
from inbox.repositories.payloads import PayloadRepository
from kernel.clock import LeapWatch
from staff import service as staff

_HEALTH_EVERY = 15.0  # seconds
_FORGET_EVERY = timedelta(hours=1)
_MOST_AT_ONCE = 500
_FOLD_EVERY = timedelta(seconds=10)
_PROVE_EVERY = timedelta(days=1)

log = structlog.get_logger()


async def note_health(estate: Estate) -> None:
    """Write down when inboxes last took and sent, for ever."""
    while True:
        await asyncio.sleep(_HEALTH_EVERY)
        await estate.house.directory.note_health()


async def forget(estate: Estate) -> None:
    """Drop what is past its time, for ever; one process of many does."""
    watch = LeapWatch(estate.house.clock)
    while True:
        await forget_in_turn(estate, watch)
        await asyncio.sleep(_FORGET_EVERY.total_seconds())


async def forget_in_turn(estate: Estate, watch: LeapWatch) -> None:
    """Drop what is past its time, unless another process does, or the clock has just leapt: what only seems old must still be there when it is put right."""
    if watch.has_leapt():
        log.warning("the clock has leapt, nothing is forgotten until the next turn")
    elif estate.leadership.is_ours:
        await forget_once(estate)


async def forget_once(estate: Estate) -> None:
    """Drop feed rows and what became of them at webhooks, raw payloads with their blobs, sessions and counted sign-ins that are past their time."""
    house = estate.house
    async with house.factory() as uow:
        await house.feed.forget(uow)
        await house.subscriptions.forget(uow)
        await staff.sweep(uow)
    dropped = _MOST_AT_ONCE
    while dropped == _MOST_AT_ONCE:
        # Some at a time, so that nobody who writes waits long.
        async with house.factory() as uow:
            dropped, blobs = await PayloadRepository(uow.session).forget(uow.clock.now() - timedelta(days=house.settings.raw_days), _MOST_AT_ONCE)
        await house.blobs.drop(blobs)


async def keep_counts(estate: Estate) -> None:
    """Add up every few seconds what was counted one by one, and once a day count all cases to prove it, for ever; one process of many does."""
    factory = estate.house.factory
    proven_at = factory.clock.now()
    while True:
        await asyncio.sleep(_FOLD_EVERY.total_seconds())
        if not estate.leadership.is_ours:
            continue
        if not estate.database.is_sqlite:
            async with factory() as uow:
                await cases.fold_counts(uow)
        if factory.clock.now() - proven_at >= _PROVE_EVERY:
            proven_at = factory.clock.now()
            await prove_counts(estate)


async def prove_counts(estate: Estate) -> None:
    """Count all cases, and put right and tell when the kept counts say otherwise."""
    async with estate.house.factory() as uow:
        wrong = await cases.mend_counts(uow)
    if wrong:
        log.warning("kept counts were wrong and are right again", counts=wrong)
