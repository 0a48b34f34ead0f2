"""One of many: what only one process may do at a time (polling a mailbox, ticking)."""

import asyncio
from contextlib import suppress

import asyncpg
from sqlalchemy.engine import make_url

from kernel.tasks import Tasks

_LOCK = 0x6B696E64  # "kind": any number will do, as long as every process asks for the same
_ASK_EVERY = 5.0  # seconds


class Leadership:
    """On SQLite there is one process, so it leads; on PostgreSQL whoever holds an advisory lock does, until its connection ends."""

    def __init__(self, database_url: str) -> None:
        self._dsn = (
            None if make_url(database_url).get_backend_name() == "sqlite" else make_url(database_url).set(drivername="postgresql").render_as_string(False)
        )
        self.is_ours = self._dsn is None

    def start(self, tasks: Tasks) -> None:
        """Try to lead, and keep trying."""
        if self._dsn is not None:
            tasks.keep("leadership", self._campaign)

    async def _campaign(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        try:
            while not ended.is_set():
                self.is_ours = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if self.is_ours else _ASK_EVERY):
                        await ended.wait()
            raise ConnectionError("the database ended the leader's connection")
        finally:
            self.is_ours = False
            await connection.close(timeout=2)
