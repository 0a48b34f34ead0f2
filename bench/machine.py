"""The machine that is measured: what it is, how busy it is, and how long its disk takes to keep something."""

import os
import platform
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.report import number, percentile

_SYNCS = 200
_PAGE = b"\0" * 4096


def described(postgres: str | None) -> dict[str, object]:
    """Return what the figures depend on, as it is now; `postgres` is the server's version in words."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": postgres,
        "load_at_begin": load(),
    }


def load() -> float:
    """Return how many processes ran or waited in the last minute, on average."""
    return round(os.getloadavg()[0], 2)


def sync_time(folder: Path) -> float:
    """Return the seconds that the disk takes to keep 4 kB appended to a file, as a median."""
    took: list[float] = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(_SYNCS):
            began = time.perf_counter()
            file.write(_PAGE)
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return percentile(took, 0.5)


def in_words(machine: dict[str, object]) -> str:
    """Return the machine as lines of Markdown."""
    sync = machine["sync_seconds"]
    assert isinstance(sync, float)
    return "\n".join(
        [
            f"- {machine['date']}, {machine['cores']} cores, {machine['processor']}, {machine['system']}",
            f"- Python {machine['python']}, SQLite {machine['sqlite']}, PostgreSQL {machine['postgresql'] or 'not measured'}",
            f"- the disk keeps 4 kB in {number(sync * 1000)} ms (median of {_SYNCS} appends with fsync)",
            f"- load average {machine['load_at_begin']} at the beginning, {machine.get('load_at_end', '…')} at the end",
        ]
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
