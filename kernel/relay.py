"""Tells other processes that the feed grew: nothing to do in one process, LISTEN/NOTIFY on PostgreSQL."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import make_url

from kernel.tasks import Tasks
from kernel.uow import UnitOfWork

_CHANNEL = "kindred_feed"

Heard = Callable[[], None]


class Relay(Protocol):
    """Carries the news that there are new rows in the feed, never the rows."""

    async def announce(self, uow: UnitOfWork, event_ids: Sequence[int]) -> None:
        """Say inside the transaction that these rows will be there once it commits."""
        ...

    def start(self, tasks: Tasks, heard: Heard) -> None:
        """Call `heard` whenever another process has announced something."""
        ...


class MemoryRelay:
    """For one process: whoever commits pushes by itself, so there is nobody else to tell."""

    async def announce(self, uow: UnitOfWork, event_ids: Sequence[int]) -> None:
        """Do nothing: the process that commits is the one that pushes."""

    def start(self, tasks: Tasks, heard: Heard) -> None:
        """Do nothing: nobody else speaks."""


class PostgresRelay:
    """Between processes: NOTIFY is part of the transaction, so it is heard after the commit or never."""

    def __init__(self, url: str, own_name: str) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._own_name = own_name

    async def announce(self, uow: UnitOfWork, event_ids: Sequence[int]) -> None:
        """Notify the other processes when this transaction commits."""
        await uow.session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": _CHANNEL, "payload": self._own_name})

    def start(self, tasks: Tasks, heard: Heard) -> None:
        """Listen on a connection of our own; after a lost connection, assume that something was missed."""

        async def listen() -> None:
            ended = asyncio.Event()
            # Loaded here: on SQLite nobody needs it, and a start waits for every module.
            import asyncpg

            connection = await asyncpg.connect(self._dsn)
            try:
                connection.add_termination_listener(lambda _: ended.set())
                await connection.add_listener(_CHANNEL, lambda _c, _pid, _channel, name: heard() if name != self._own_name else None)
                heard()
                await ended.wait()
                raise ConnectionError("the database ended the relay's connection")
            finally:
                await connection.close(timeout=2)

        tasks.keep("relay", listen)
