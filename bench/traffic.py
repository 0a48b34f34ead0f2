"""Letters brought to a real server by a process of their own: how long each took, and what the server and the database spent on them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.parcels import Doors
from bench.serving import ROOT

WARM = 200

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is brought: by how many senders at once, to which channels in turn; the first ones are not measured."""

    channels: tuple[str, ...]
    senders: int
    count: int
    warm: int = WARM


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of it: seconds for all and for each by channel, processor seconds of the senders' process and of each that was watched."""

    seconds: float
    took: dict[str, list[float]]
    senders_worked: float
    worked: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many letters were acknowledged."""
        return sum(map(len, self.took.values()))

    @property
    def all_took(self) -> list[float]:
        """The seconds of each letter, whatever its channel."""
        return [seconds for of_channel in self.took.values() for seconds in of_channel]


async def bring(load: Load, doors: Doors, folder: Path, watched: Sequence[Clock] = ()) -> Brought:
    """Bring letters and wait for every answer; `watched` are clocks of processor time that are read just before and just after.

    Raises:
        RuntimeError: a letter was not acknowledged.
    """
    out = folder / "brought.json"
    async with _senders(folder) as senders:
        await senders.order(json.dumps({**asdict(load), "doors": asdict(doors), "out": str(out)}), "ready")
        await senders.order("warm", "brought")
        before = [clock() for clock in watched]
        await senders.order("go", "brought")
        worked = tuple(clock() - began for clock, began in zip(watched, before, strict=True))
    heard = json.loads(await asyncio.to_thread(out.read_text))
    brought = Brought(seconds=heard["seconds"], took=heard["took"], senders_worked=heard["worked"], worked=worked)
    if brought.count != load.count:
        raise RuntimeError(f"{brought.count} of {load.count} letters were acknowledged")
    return brought


class _Senders:
    """The senders' process; what it says beside the words that are due stands in `log`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def order(self, line: str, word: str) -> None:
        """Say a line and wait for the word that it is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()
        said = (await self._process.stdout.readline()).decode().strip()
        if said != word:
            raise RuntimeError(f"the senders said {said!r}, not {word!r}: {await asyncio.to_thread(self._log.read_text)}")


@asynccontextmanager
async def _senders(folder: Path) -> AsyncIterator[_Senders]:
    path = folder / "senders.log"
    with path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.senders", cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    try:
        yield _Senders(process, path)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
