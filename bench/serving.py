"""The real server as a process of its own, as `kindred run` starts it: where it answers, and what it costs."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from app.start import main; main()"
SECRET_KEY = "benches only"
_ENDS_WITHIN = 20.0
TICKS = os.sysconf("SC_CLK_TCK")


class NotServing(Exception):
    """The server ended or did not answer in time; the sentence holds what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A server that runs: `url` is its base, `ready_after` the seconds from its start to its first answered health request."""

    url: str
    pid: int
    folder: Path
    ready_after: float

    def memory(self) -> int:
        """Return its resident bytes."""
        return memory_of(self.pid)

    def processor_seconds(self) -> float:
        """Return the seconds of processor time that it has used, in all its threads."""
        return processor_seconds_of(self.pid)


@asynccontextmanager
async def serving(
    database_url: str,
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    command: str = COMMAND,
    arguments: tuple[str, ...] = ("run",),
    within: float = 60,
) -> AsyncIterator[Process]:
    """Start the server on a free port and yield it once it is healthy; end it by SIGTERM. `folder` is its var folder, and holds its `log`.

    Raises:
        NotServing: it ended, or was not healthy `within` so many seconds.
    """
    port = free_port()
    environment = {
        # Modules are compiled once on a desk that runs, so here too, whatever this shell says.
        **{name: value for name, value in os.environ.items() if not name.startswith("KINDRED_") and name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": str(ROOT),
        "KINDRED_DATABASE_URL": database_url,
        "KINDRED_VAR_DIR": str(folder),
        "KINDRED_SECRET_KEY": SECRET_KEY,
        "KINDRED_PORT": str(port),
        "KINDRED_LOG_LEVEL": "WARNING",
        **(settings or {}),
    }
    url, began = f"http://127.0.0.1:{port}", time.monotonic()
    child = _started([sys.executable, "-c", command, *arguments], folder, environment)
    try:
        await _healthy(child, url, folder, within)
        yield Process(url=url, pid=child.pid, folder=folder, ready_after=time.monotonic() - began)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(child.wait, _ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def memory_of(pid: int) -> int:
    """Return a process's resident bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def processor_seconds_of(pid: int) -> float:
    """Return the processor time of a process, all its threads, user and system, in seconds."""
    # The name, in brackets, may hold blanks: what counts comes after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _started(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        # In its folder, so that nobody's .env is read.
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


async def _healthy(child: subprocess.Popen[bytes], url: str, folder: Path, within: float) -> None:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if child.poll() is not None:
            raise NotServing((folder / "log").read_text()[-2000:])
        try:
            await asyncio.to_thread(_asked, f"{url}/healthz")
        except (urllib.error.URLError, ConnectionError):
            await asyncio.sleep(0.01)
        else:
            return
    raise NotServing(f"not healthy within {within:.0f} s: {(folder / 'log').read_text()[-2000:]}")


def _asked(url: str) -> None:
    with urllib.request.urlopen(url, timeout=5) as answer:
        answer.read()
