"""Measures the live push: from the commit of an SMS to its frames at every connected agent, beside a bare fan-out of the same frames."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

import aiohttp

from bench import fan_out, noting
from bench.audience import crowds, phone
from bench.report import Figure, Floor, percentile
from bench.serving import Process, serving
from bench.size import POSTGRESQL, Size

_PER_SECOND = 5
_BURST = 50
_SETTLED = 1.5

_Post = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What one run gave: seconds from commit to frame for all frames of all agents, steadily and in a burst; bytes a connection; microseconds a frame."""

    steady: list[float]
    burst: list[float]
    per_connection: float
    per_frame: float
    frames_a_message: float
    bytes_a_frame: int
    lost: int


async def run(size: Size) -> list[Figure]:
    """Return what the push costs on each database, and between two processes on PostgreSQL."""
    agents, messages = size.pick(200, 1_000), size.pick(60, 450)
    floor: _Run | None = None
    figures: list[Figure] = []
    for database in size.databases:
        for processes in (1, 2) if database == POSTGRESQL else (1,):
            found = await _kindred(size, database, agents, messages, processes)
            floor = floor or await _bare(size, found, agents, messages)
            place = database if processes == 1 else f"{database}, two processes"
            figures += _figures(place, agents, found, floor)
    return figures


def _figures(place: str, agents: int, found: _Run, floor: _Run) -> list[Figure]:
    every = f"{agents:,} agents, {_PER_SECOND} messages/s, {found.frames_a_message:.1f} frames each"
    burst = f"{_BURST} messages at once"

    def milliseconds(name: str, part: float, ours: list[float], bare: list[float], note: str, at_most: float | None = None) -> Figure:
        base = Floor(name="bare aiohttp", value=percentile(bare, part) * 1000)
        return Figure(name=name, database=place, value=percentile(ours, part) * 1000, unit="ms", at_most=at_most, floor=base, note=note)

    return [
        milliseconds("commit → frame, p50", 0.5, found.steady, floor.steady, every),
        milliseconds("commit → frame, p99", 0.99, found.steady, floor.steady, every, at_most=150),
        milliseconds("commit → frame, slowest", 1, found.steady, floor.steady, every),
        milliseconds("commit → frame in a burst, p50", 0.5, found.burst, floor.burst, burst),
        milliseconds("commit → frame in a burst, p99", 0.99, found.burst, floor.burst, burst),
        Figure(
            name="memory of a connection", database=place, value=found.per_connection / 1024, unit="KiB",
            floor=Floor(name="bare aiohttp", value=floor.per_connection / 1024), note=f"{found.lost} connections lost",
        ),
        Figure(
            name="processor time of a frame", database=place, value=found.per_frame * 1e6, unit="µs", floor=Floor(name="bare aiohttp", value=floor.per_frame * 1e6),
            note=f"taking the messages in included; {found.bytes_a_frame} bytes",
        ),
    ]  # fmt: skip


async def _kindred(size: Size, database: str, agents: int, messages: int, processes: int) -> _Run:
    ringing = await phone(await size.fresh(database), size.subfolder(), agents)
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(_noting(size, ringing.database_url, noting.COMMAND)) for _ in range(processes)]
        client = await stack.enter_async_context(aiohttp.ClientSession())

        async def post(number: int) -> None:
            await ringing.ring(client, servers[0].url, number)

        # The first message loads what is loaded when it is first needed.
        await post(0)
        return await _measured(size, servers, "/ws/agent", ringing.cookies, messages, post)


async def _bare(size: Size, like: _Run, agents: int, messages: int) -> _Run:
    """Return the same by a server that does nothing but hand out as many frames of the same size."""
    async with _noting(size, "", fan_out.COMMAND) as server, aiohttp.ClientSession() as client:

        async def post(number: int) -> None:
            lines = []
            for part in range(max(1, round(like.frames_a_message))):
                begin = f'{{"type":"event","id":"{number}.{part}","x":"'
                lines.append(f'{number}.{part} {begin}{"x" * (like.bytes_a_frame - len(begin) - 2)}"}}')
            async with client.post(f"{server.url}/frames", data="\n".join(lines)) as answer:
                answer.raise_for_status()

        return await _measured(size, [server], "/ws", ["nobody=asks"] * agents, messages, post)


async def _measured(size: Size, servers: Sequence[Process], path: str, cookies: Sequence[str], messages: int, post: _Post) -> _Run:
    """Connect everybody to the last server and bring messages to the first one: some a second, then many at once."""
    telling = servers[-1]
    async with crowds() as listeners:
        before = telling.memory()
        await listeners.gather(telling.url + path, cookies, size.subfolder())
        await asyncio.sleep(_SETTLED)
        connected, worked = telling.memory(), telling.processor_seconds()
        for number in range(1, messages + 1):
            await asyncio.gather(post(number), asyncio.sleep(1 / _PER_SECOND))
        await asyncio.sleep(_SETTLED)
        calm_until = time.monotonic()
        await asyncio.gather(*(post(number) for number in range(messages + 1, messages + _BURST + 1)))
        await asyncio.sleep(_SETTLED * 2)
        worked = telling.processor_seconds() - worked
        heard = await listeners.heard()
    moments = noting.noted(servers[0].folder / noting.NOTES)
    took = [(moments[one.event_id], at - moments[one.event_id]) for one in heard for at in one.at]
    if len(took) < len(cookies) * (messages + _BURST):
        raise RuntimeError(f"{len(took)} frames came of {messages + _BURST} messages to {len(cookies)} agents")
    return _Run(
        steady=[late for at, late in took if at < calm_until],
        burst=[late for at, late in took if at >= calm_until],
        per_connection=(connected - before) / len(cookies),
        per_frame=worked / len(took),
        frames_a_message=len(heard) / (messages + _BURST),
        bytes_a_frame=round(sum(one.size for one in heard) / len(heard)),
        lost=listeners.lost,
    )


def _noting(size: Size, database_url: str, command: str) -> AbstractAsyncContextManager[Process]:
    folder = size.subfolder()
    return serving(database_url, folder, command=command, settings={noting.VARIABLE: str(folder / noting.NOTES)})
