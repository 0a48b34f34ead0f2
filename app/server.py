"""Starts the house and serves until it is told to stop."""

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import web

from api.app import build_app
from api.crowd import CROWD
from api.limits import LONGEST_LINE
from app import jobs
from app.compose import Estate, compose
from app.doors import open_mail_doors
from app.errors import CannotListen
from app.sources import Sources
from channels.registry import Registry
from inbox.directory import StoredWatermarks
from kernel.clock import Clock
from kernel.config import Settings
from kernel.leader import alone_on
from migrations.standing import bring_up

# Longer than proxies keep an idle connection, so that they are the ones to end it. A head that is sent byte by byte has no longer either.
SILENT_WITHIN = 75.0
# How long somebody may take nothing of what we send (RFC 5482): the kernel ends it, whatever it is.
STUCK_WITHIN = 60.0
# Who was answered before all was said is heard out so long, so that the answer reaches them.
_HEARD_OUT_FOR = 3.0
_MOST_CONNECTIONS = 10_000
_MOST_FILES = 65_536
# For the database, attachments, mail's doors and calls to vendors.
_OTHER_FILES = 768


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
    """Migrate, build, listen, start what runs by itself, and serve; close everything in order at the end.

    Raises:
        AlreadyRunning: another process serves from this SQLite file. CannotListen: a port is not to be had.
        UnknownRevision, StorageUnavailable, KeyUnusable: as they say.
    """
    # What is entered last is left first: nothing comes in any more, then what came is finished, then the house is closed.
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(alone_on(settings.database_url))
        await bring_up(settings.database_url)
        estate = compose(settings, clock, registry_of)
        stack.push_async_callback(estate.close)
        async with estate.house.factory.reading() as uow:
            await estate.house.feed.go_on(uow)
        stack.push_async_callback(estate.ticker.stop)
        app = build_app(estate.house)
        if extend is not None:
            extend(app)
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=False,
            shutdown_timeout=5,
            keepalive_timeout=SILENT_WITHIN,
            lingering_time=_HEARD_OUT_FOR,
            max_line_size=LONGEST_LINE,
        )
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        doors = await stack.enter_async_context(open_mail_doors(estate))
        try:
            door = await _listen(app, runner, settings)
        except OSError as fault:
            raise CannotListen(settings.host, settings.port, fault, "KINDRED_PORT") from fault
        stack.callback(door.close)
        _start(estate)
        port = door.sockets[0].getsockname()[1]
        yield Serving(estate=estate, url=f"http://{settings.host}:{port}", smtp_port=doors.smtp_port, lmtp_port=doors.lmtp_port)


async def _listen(app: web.Application, runner: web.AppRunner, settings: Settings) -> asyncio.Server:
    assert runner.server is not None  # it has been set up
    enter = app[CROWD].doorway(runner.server, _room())
    # So many are let in at one go, before any of them is counted: `_OTHER_FILES` has to bear it.
    door = await asyncio.get_running_loop().create_server(enter, settings.host, settings.port, backlog=128)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listening in door.sockets:
            # Each connection inherits it.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(STUCK_WITHIN * 1000))
    return door


def _room() -> int:
    """Return how many connections fit, with as many open files as this process may have."""
    soft, hard = (_MOST_FILES if limit == resource.RLIM_INFINITY else limit for limit in resource.getrlimit(resource.RLIMIT_NOFILE))
    files = max(soft, min(hard, _MOST_FILES))
    if files > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return max(64, min(_MOST_CONNECTIONS, files - _OTHER_FILES))


def _start(estate: Estate) -> None:
    house, tasks = estate.house, estate.tasks
    estate.leadership.start(tasks)
    house.push.start(tasks, estate.relay, house.factory)
    estate.outbox.start(tasks)
    estate.announcer.start(tasks, house.push)
    estate.ticker.start()
    sources = Sources(house.registry, house.directory, house.door, StoredWatermarks(house.factory), estate.leadership)
    tasks.keep("sources", lambda: sources.watch(tasks))
    tasks.keep("health", lambda: jobs.note_health(estate))
    tasks.keep("forgetting", lambda: jobs.forget(estate))
    tasks.keep("counts", lambda: jobs.keep_counts(estate))


def stop_signal() -> asyncio.Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
