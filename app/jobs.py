"""What is done every so often: writing down health, forgetting what need not be kept."""

import asyncio
from datetime import timedelta

from app.compose import Estate
from inbox.repositories.payloads import PayloadRepository
from staff import service as staff

_HEALTH_EVERY = 15.0  # seconds
_FORGET_EVERY = timedelta(hours=1)


async def note_health(estate: Estate) -> None:
    """Write down when inboxes last took and sent, for ever."""
    while True:
        await asyncio.sleep(_HEALTH_EVERY)
        await estate.house.directory.note_health()


async def forget(estate: Estate) -> None:
    """Drop feed rows, raw payloads, sessions and counted sign-ins that are past their time, for ever; one process of many does."""
    raw_kept = timedelta(days=estate.house.settings.raw_days)
    while True:
        if estate.leadership.is_ours:
            async with estate.house.factory() as uow:
                await estate.house.feed.forget(uow)
                await staff.sweep(uow)
                await PayloadRepository(uow.session).forget(uow.clock.now() - raw_kept)
        await asyncio.sleep(_FORGET_EVERY.total_seconds())
