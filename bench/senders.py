"""Vendors in one process of their own that cost next to nothing: each keeps its connections, brings one letter after the other, and notes how long each took."""

import asyncio
import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench.letters import letters
from bench.parcels import Doors, Parcel, packed

_HEAD_ENDS, _LENGTH, _TOKEN = b"\r\n\r\n", b"Content-Length: ", b'"visitor":"'
_GREETING = ((b"EHLO mail.example\r\n", b"250"),)
_PATIENCE = 300.0  # seconds for all letters

Told = Callable[[bytes, bytes], None]


class NotTaken(Exception):
    """A letter was answered with something else than yes; the sentence says with what."""


class _Line(asyncio.Protocol):
    """A connection that is kept; hands over each whole answer with its code."""

    def __init__(self, told: Told, lost: Callable[[], None]) -> None:
        self._told = told
        self._lost = lost
        self._heard = b""
        self.say: Callable[[bytes], None] = _nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.say = transport.write

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()


class _Web(_Line):
    """Answers that say how long they are."""

    def data_received(self, data: bytes) -> None:
        self._heard = heard = self._heard + data
        end = heard.find(_HEAD_ENDS)
        if end < 0:
            return
        at = heard.index(_LENGTH, 0, end) + len(_LENGTH)
        if len(heard) >= end + len(_HEAD_ENDS) + int(heard[at : heard.index(b"\r", at)]):
            self._heard = b""
            self._told(heard[9:12], heard)


class _Mail(_Line):
    """Answers of lines, of which the last has no hyphen after its code."""

    def data_received(self, data: bytes) -> None:
        self._heard = heard = self._heard + data
        last = heard.rfind(b"\n", 0, -1) + 1
        if heard.endswith(b"\n") and heard[last + 3 : last + 4] != b"-":
            self._heard = b""
            self._told(heard[last : last + 3], heard)


class _Run:
    """Letters that go out one by one to whoever is free, until all are answered."""

    def __init__(self, parcels: Sequence[Parcel], senders: int) -> None:
        self.parcels = iter(parcels)
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._busy = senders

    def rest(self) -> None:
        """Note that one more sender has nothing left to bring."""
        self._busy -= 1
        if not self._busy and not self.over.done():
            self.over.set_result(None)

    def fail(self, why: str) -> None:
        """End the run."""
        if not self.over.done():
            self.over.set_exception(NotTaken(why))


class _Sender:
    """One vendor's sender: brings a letter, waits for its answer, brings the next."""

    def __init__(self, tokens: dict[int, bytes]) -> None:
        self._tokens = tokens
        self._web, self._mail = _Web(self._told, self._lost), _Mail(self._told, self._lost)
        self._line: _Line = self._web
        self._steps: Iterator[tuple[bytes, bytes]] = iter(())
        self._wanted = b""
        self._done: Callable[[bytes], None] = _nothing
        self._run: _Run | None = None
        self._broken = ""

    async def connect(self, doors: Doors, address: str, *, with_mail: bool) -> None:
        """Connect to both doors, from an address of its own: the chat counts newcomers by it."""
        loop, url = asyncio.get_running_loop(), urlsplit(doors.url)
        assert url.hostname is not None
        assert url.port is not None
        await loop.create_connection(lambda: self._web, url.hostname, url.port, local_addr=(address, 0))
        if with_mail:
            greeted: asyncio.Future[None] = loop.create_future()
            self._line, self._steps, self._wanted = self._mail, iter(_GREETING), b"220"
            self._done = lambda _: greeted.set_result(None)
            await loop.create_connection(lambda: self._mail, url.hostname, doors.smtp_port, local_addr=(address, 0))
            await greeted

    def begin(self, run: _Run) -> None:
        """Bring letters until there are none."""
        self._run = run
        self._next(run)

    def _next(self, run: _Run) -> None:
        if self._broken:
            run.fail(self._broken)
            return
        parcel = next(run.parcels, None)
        if parcel is None:
            run.rest()
            return
        letter = parcel.letter
        self._line = self._mail if letter.channel == "email" else self._web
        self._steps = iter(parcel.steps or ((parcel.with_token(self._tokens[letter.person]), b"201"),))
        began = time.perf_counter()

        def done(answer: bytes) -> None:
            run.took[letter.channel].append(time.perf_counter() - began)
            if letter.channel == "chat" and not letter.earlier:
                at = answer.index(_TOKEN) + len(_TOKEN)
                self._tokens[letter.person] = answer[at : answer.index(b'"', at)]
            self._next(run)

        self._done = done
        self._step(b"")

    def _step(self, answer: bytes) -> None:
        step = next(self._steps, None)
        if step is None:
            self._done(answer)
        else:
            said, self._wanted = step
            self._line.say(said)

    def _told(self, code: bytes, answer: bytes) -> None:
        if code == self._wanted:
            self._step(answer)
        else:
            self._fail(f"answered {answer[:400]!r} where {self._wanted!r} was due")

    def _lost(self) -> None:
        self._fail("the connection was lost")

    def _fail(self, why: str) -> None:
        self._broken = self._broken or why
        if self._run is not None:
            self._run.fail(self._broken)


def _nothing(_answer: bytes) -> None:
    """Stand where nobody waits."""


async def main() -> None:
    """Read one line of orders (JSON) and make everything ready; at the lines `warm` and `go` bring the first letters and the others, and write down how long each took."""
    loop = asyncio.get_running_loop()
    orders = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    doors, channels, warm = Doors(**orders["doors"]), orders["channels"], orders["warm"]
    parcels = [packed(letter, doors) for letter in letters(channels, warm + orders["count"], apart=2 * orders["senders"])]
    tokens: dict[int, bytes] = {}
    parts = [(part, [_Sender(tokens) for _ in range(orders["senders"])]) for part in (parcels[:warm], parcels[warm:])]
    for network, (_, senders) in enumerate(parts):
        for host, sender in enumerate(senders):
            await sender.connect(doors, f"127.0.{network + 1}.{host + 1}", with_mail="email" in channels)
    gc.freeze()
    print("ready", flush=True)
    for part, senders in parts:
        await loop.run_in_executor(None, sys.stdin.readline)
        began, worked = time.perf_counter(), time.process_time()
        run = await _brought(part, senders)
        written = {"seconds": time.perf_counter() - began, "worked": time.process_time() - worked, "took": run.took}
        await asyncio.to_thread(Path(orders["out"]).write_text, json.dumps(written))
        print("brought", flush=True)


async def _brought(parcels: Sequence[Parcel], senders: Sequence[_Sender]) -> _Run:
    run = _Run(parcels, len(senders))
    for sender in senders:
        sender.begin(run)
    async with asyncio.timeout(_PATIENCE):
        await run.over
    return run


if __name__ == "__main__":
    asyncio.run(main())
