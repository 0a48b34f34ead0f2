"""Measures a start, up to the first answered health request, and what a server weighs before and after it has work."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from statistics import median

import aiohttp

from bench.audience import phone
from bench.report import Figure
from bench.serving import ROOT, free_port, serving
from bench.size import SQLITE, Size

_STARTS = 3
_MESSAGES = 200
_MEGA = 1e6
_SHOWN = 8
_WEIGH = (
    "import json, app.server; from bench.serving import memory_of; import os; before = memory_of(os.getpid()); "
    "import channels.telegram.send; print(json.dumps([before, memory_of(os.getpid())]))"
)


async def run(size: Size) -> list[Figure]:
    """Return the time of a start on a filled database, the memory of a server, and what is loaded."""
    return [*await _starts(size), *await _weights(size), _telegram(), _imports()]


async def _starts(size: Size) -> list[Figure]:
    """Fill a database with the demo desk, then start on it, as often as it takes for a median."""
    url, folder = await size.fresh(SQLITE), size.subfolder()
    mail = {"KINDRED_SMTP_LISTEN_PORT": str(free_port())}
    async with serving(url, folder, settings=mail, arguments=("run", "--demo"), within=300) as seeded:
        seeding = seeded.ready_after
    figures = []
    for name, arguments in (("start", ("run",)), ("start of the demo desk", ("run", "--demo"))):
        ready, worked = [], []
        for _ in range(_STARTS):
            async with serving(url, folder, settings=mail, arguments=arguments) as server:
                ready.append(server.ready_after)
                worked.append(server.processor_seconds())
        note = f"to the first answer of /healthz, median of {_STARTS}; {median(worked):.2f} s of processor time"
        figures.append(Figure(name=name, database=SQLITE, value=median(ready), unit="s", at_most=3, note=note))
    return [*figures, Figure(name="first start of the demo desk", database=SQLITE, value=seeding, unit="s", note="an empty database is filled first")]


async def _weights(size: Size) -> list[Figure]:
    figures = []
    for database in size.databases:
        desk = await phone(await size.fresh(database), size.subfolder(), agents=1)
        async with serving(desk.database_url, size.subfolder()) as server, aiohttp.ClientSession() as client:
            await asyncio.sleep(1)
            idle = server.memory() / _MEGA
            for number in range(_MESSAGES):
                await desk.ring(client, server.url, number)
            busy = server.memory() / _MEGA
        figures += [
            Figure(name="memory of an idle server", database=database, value=idle, unit="MB", at_most=150),
            Figure(name="memory after messages", database=database, value=busy, unit="MB", at_most=150, note=f"{_MESSAGES} SMS"),
        ]
    return figures


def _telegram() -> Figure:
    """Return what the first message to Telegram adds: aiogram, which is loaded for it."""
    before, after = json.loads(_said(["-c", _WEIGH]).stdout)
    return Figure(name="memory that the first Telegram send adds", value=(after - before) / _MEGA, unit="MB", note="loading aiogram, in a process of its own")


def _imports() -> Figure:
    """Return how long loading the server takes, with the packages that take most of it by themselves."""
    own: Counter[str] = Counter()
    for line in _said(["-X", "importtime", "-c", "import app.running"]).stderr.splitlines():
        taken, _, rest = line.removeprefix("import time:").partition("|")
        if taken.strip().isdigit():
            own[rest.partition("|")[2].strip().partition(".")[0]] += int(taken)
    largest = ", ".join(f"{name} {micro // 1000}" for name, micro in own.most_common(_SHOWN))
    return Figure(name="loading modules", value=own.total() / 1e6, unit="s", note=f"with the clock of -X importtime, which slows it; in ms: {largest}")


def _said(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
