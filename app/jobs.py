"""What is done every so often: writing down health, forgetting what need not be kept."""

import asyncio
from datetime import timedelta

from app.compose import Estate
from inbox.repositories.payloads import PayloadRepository
from staff import service as staff

_HEALTH_EVERY = 15.0  # seconds
_FORGET_EVERY = timedelta(hours=1)
_MOST_AT_ONCE = 500


async def note_health(estate: Estate) -> None:
    """Write down when inboxes last took and sent, for ever."""
    while True:
        await asyncio.sleep(_HEALTH_EVERY)
        await estate.house.directory.note_health()


async def forget(estate: Estate) -> None:
    """Drop what is past its time, for ever; one process of many does."""
    while True:
        if estate.leadership.is_ours:
            await forget_once(estate)
        await asyncio.sleep(_FORGET_EVERY.total_seconds())


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
