"""What PostgreSQL itself works: the processor time of all its processes."""

from collections.abc import Callable
from pathlib import Path

import asyncpg

from bench.serving import TICKS
from bench.size import dsn


async def postgres_clock(url: str) -> Callable[[], float] | None:
    """Return what reads the processor seconds of a PostgreSQL, the ended processes included; None when it runs on another machine."""
    connection = await asyncpg.connect(dsn(url))
    try:
        # While it is connected: a process that has ended has no parent to be found by.
        fields = _fields(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()
    if fields is None:
        return None
    postmaster = int(fields[1])

    def read() -> float:
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        found = [(pid, fields) for pid in pids if (fields := _fields(pid))]
        # The postmaster's own, what its ended children had used (fields 13 and 14), and those that run.
        ticks = sum(sum(map(int, fields[11:15] if pid == postmaster else fields[11:13])) for pid, fields in found if postmaster in (pid, int(fields[1])))
        return ticks / TICKS

    return read


def _fields(pid: int) -> list[str] | None:
    """Return what /proc says of a PostgreSQL process, from its state on; None when there is none by this number."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except OSError:
        return None
    return rest.split() if "postgres" in name else None
