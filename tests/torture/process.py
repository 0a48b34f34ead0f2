"""Real server processes as tests handle them: started, waited for, killed, started again."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.architecture.source import ROOT

_READY_WITHIN = 60.0  # seconds


class Nursery:
    """The process that forks servers; one order at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.torture.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._read() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    async def order(self, **order: object) -> int:
        """Give an order and return the number that answers it: a pid, how a process ended, or nothing worth saying (0)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return int(await asyncio.to_thread(self._read))

    def signal(self, pid: int, how: signal.Signals) -> None:
        """Send a signal to one of its servers; until it is buried its number is nobody else's."""
        os.kill(pid, how)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()


@dataclass(kw_only=True)
class Server:
    """One `kindred run` at fixed addresses; while it is dead, nobody answers there."""

    nursery: Nursery
    environment: Mapping[str, str]
    folder: Path
    port: int
    smtp_port: int
    lmtp_port: int
    pid: int | None = field(default=None)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What all its lives have said."""
        return self.folder / f"server-{self.port}.log"

    async def start(self) -> None:
        """Begin a life; it does not serve yet."""
        ports = {"KINDRED_PORT": self.port, "KINDRED_SMTP_LISTEN_PORT": self.smtp_port, "KINDRED_LMTP_LISTEN_PORT": self.lmtp_port}
        environment = {**self.environment, **{name: str(value) for name, value in ports.items()}}
        self.pid = await self.nursery.order(run=["run"], environment=environment, log=str(self.log), folder=str(self.folder))

    async def ready(self) -> None:
        """Wait until it serves, or fail with what it said."""
        async with ClientSession(timeout=ClientTimeout(total=5)) as http, asyncio.timeout(_READY_WITHIN):
            while True:
                try:
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return
                except (ClientError, OSError):
                    pass
                assert self.pid is not None
                assert Path(f"/proc/{self.pid}").exists(), self.log.read_text()[-2000:]
                await asyncio.sleep(0.02)

    async def end(self, how: signal.Signals = signal.SIGKILL) -> int | None:
        """End this life and return how it ended; one that is dead already stays so."""
        if self.pid is None:
            return None
        self.nursery.signal(self.pid, how)
        pid, self.pid = self.pid, None
        return await self.nursery.order(bury=pid)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, outside the range that the system gives to whoever asks: nobody takes them while a server is dead."""
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
