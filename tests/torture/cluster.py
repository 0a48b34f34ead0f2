"""A PostgreSQL of one's own, to be stopped and started again."""

import asyncio
import os
import shlex
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from migrations.run import upgrade
from tests.support import postgres

_PATIENCE = 30.0  # seconds


@dataclass(slots=True)
class Cluster:
    """A server that ends with this process."""

    server: postgres.Server
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def made(cls) -> "Cluster":
        """Return a fresh one that runs, and keeps what it has committed.

        Raises:
            NoPostgres: none can be had.
        """
        return cls(postgres._started(os.getpid(), postgres._DURABLE))

    @property
    def _data(self) -> Path:
        return Path(str(make_url(self.server.url).query["host"])) / "data"

    async def stop(self, how: signal.Signals) -> None:
        """Stop it: SIGINT ends sessions in order, SIGQUIT lets everything drop as a crash does."""
        note = self._data / "postmaster.pid"
        os.kill(int(note.read_text().split()[0]), how)
        async with asyncio.timeout(_PATIENCE):
            while note.exists():
                await asyncio.sleep(0.02)
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)

    async def start(self) -> None:
        """Start it again as it was started first, and wait until it answers."""
        words = shlex.split((self._data / "postmaster.opts").read_text())
        owner = self._data.stat()
        is_root = os.geteuid() == 0
        with (self._data.parent / "log").open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen,
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._data.parent,
                user=owner.st_uid if is_root else None,
                group=owner.st_gid if is_root else None,
                extra_groups=[] if is_root else None,
            )
        async with asyncio.timeout(_PATIENCE):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def database(self, name: str) -> str:
        """Create a database that is empty and migrated, and return its URL."""
        await self._execute(f'CREATE DATABASE "{name}"')
        await upgrade(self.server.database(name))
        return self.server.database(name)

    async def _answers(self) -> bool:
        try:
            await self._execute("SELECT 1")
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        return True

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(make_url(self.server.url).set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
