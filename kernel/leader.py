"""One of many: what only one process may do at a time (polling a mailbox, ticking, serving from an SQLite file)."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from kernel.errors import Fault
from kernel.tasks import Tasks

_LOCK = 0x6B696E64  # "kind": any number will do, as long as every process asks for the same
_ASK_EVERY = 5.0  # seconds


class AlreadyRunning(Fault):
    """SQLite is for one process, and another one serves from this file."""

    code = "server.already_running"

    def __init__(self) -> None:
        super().__init__("Kindred already runs on this SQLite file, and it is for one process. End that one first, or use PostgreSQL for several.")


@contextmanager
def alone_on(database_url: str) -> Iterator[None]:
    """Hold the file beside an SQLite database that says that somebody serves from it; the system takes it back when the process ends, however it ends.

    Raises:
        AlreadyRunning: somebody else does.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    file = Path(f"{url.database}.lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise AlreadyRunning from taken
        yield


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
        # Loaded here: on SQLite nobody needs it, and a start waits for every module.
        import asyncpg

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
