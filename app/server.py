"""Starts the house and serves until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import web

from api.app import build_app
from app import jobs
from app.compose import Estate, compose
from app.doors import open_mail_doors
from app.sources import Sources
from channels.registry import Registry
from inbox.directory import StoredWatermarks
from kernel.clock import Clock
from kernel.config import Settings
from migrations.standing import bring_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A house that is open: where, and what it is made of."""

    estate: Estate
    url: str
    smtp_port: int | None
    lmtp_port: int | None


@contextlib.asynccontextmanager
async def opened(
    settings: Settings,
    clock: Clock | None = None,
    registry_of: Callable[[Settings, Clock], Registry] = Registry,
    extend: Callable[[web.Application], None] | None = None,
) -> AsyncIterator[Serving]:
    """Migrate, build, start and serve; close everything in order at the end."""
    await bring_up(settings.database_url)
    estate = compose(settings, clock, registry_of)
    app = build_app(estate.house)
    if extend is not None:
        extend(app)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False, shutdown_timeout=5)
    await runner.setup()
    doors = None
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        doors = await open_mail_doors(estate)
        _start(estate)
        port = runner.addresses[0][1]
        yield Serving(estate=estate, url=f"http://{settings.host}:{port}", smtp_port=doors.smtp_port, lmtp_port=doors.lmtp_port)
    finally:
        # First nothing comes in any more, then what came is finished, then the doors are locked.
        if doors is not None:
            await doors.door.close()
        await runner.cleanup()
        await estate.ticker.stop()
        await estate.close()


def _start(estate: Estate) -> None:
    house, tasks = estate.house, estate.tasks
    estate.leadership.start(tasks)
    house.push.start(tasks, estate.relay, house.factory)
    estate.outbox.start(tasks)
    estate.ticker.start()
    sources = Sources(house.registry, house.directory, house.door, StoredWatermarks(house.factory), estate.leadership)
    tasks.keep("sources", lambda: sources.watch(tasks))
    tasks.keep("health", lambda: jobs.note_health(estate))
    tasks.keep("forgetting", lambda: jobs.forget(estate))


def stop_signal() -> asyncio.Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
