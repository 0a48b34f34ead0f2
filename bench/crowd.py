"""Many WebSocket clients in one process that cost next to nothing: they note when each frame came, and read it only when all is over."""

import asyncio
import json
import sys
import time
from array import array
from pathlib import Path

from yarl import URL

_TEXT, _PING, _PONG = 0x1, 0x9, 0xA
_SHORT = 126
_AT_ONCE = 50
# A masking key of zeros: what is masked with it stays as it is.
_NO_MASK = b"\0\0\0\0"


class Crowd:
    """All clients of this process. `heard` has for each distinct frame the moments (CLOCK_MONOTONIC) at which clients got it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.heard: dict[bytes, array[float]] = {}
        self.welcomed = 0
        self.lost = 0
        self.is_complete = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def gather(self, url: str, cookies: list[str]) -> None:
        """Connect everybody, some at a time, and wait until each was welcomed."""
        await asyncio.gather(*(self._bring(URL(url), cookie) for cookie in cookies))
        await self.is_complete.wait()

    def hear(self, frame: bytes, at: float) -> None:
        """Note that somebody got a frame."""
        if (times := self.heard.get(frame)) is None:
            times = self.heard[frame] = array("d")
        times.append(at)

    def welcome(self) -> None:
        """Note that one more is connected and brought up to date."""
        self.welcomed += 1
        if self.welcomed == self.size:
            self.is_complete.set()

    def write(self, path: Path) -> None:
        """Write down what was heard, and how many connections were lost."""
        heard = [{"frame": json.loads(frame), "bytes": len(frame), "at": times.tolist()} for frame, times in self.heard.items()]
        path.write_text(json.dumps({"heard": heard, "lost": self.lost}))

    async def _bring(self, address: URL, cookie: str) -> None:
        async with self._room:
            lines = [
                f"GET {address.path} HTTP/1.1",
                f"Host: {address.authority}",
                f"Origin: {address.origin()}",
                f"Cookie: {cookie}",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            ]
            request = "\r\n".join([*lines, "", ""]).encode()
            _, client = await asyncio.get_running_loop().create_connection(lambda: _Client(self, request), str(address.host), address.explicit_port or 80)
            await client.is_welcome.wait()


class _Client(asyncio.Protocol):
    def __init__(self, crowd: Crowd, request: bytes) -> None:
        self._crowd = crowd
        self._request = request
        self._waiting = b""
        self._is_open = False
        self._transport: asyncio.Transport | None = None
        self.is_welcome = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.lost += 1

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        data = self._waiting + data if self._waiting else data
        if not self._is_open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._waiting = head
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                raise SystemExit(head.decode(errors="replace"))
            self._is_open = True
            self._say(_TEXT, b'{"type":"hello"}')
        self._waiting = data[self._frames(data, at) :]

    def _frames(self, data: bytes, at: float) -> int:
        """Take what frames there are; return how many bytes they were."""
        start, end = 0, len(data)
        while end - start >= 2:
            length, body = data[start + 1], start + 2
            if length >= _SHORT:
                body += 2 if length == _SHORT else 8
                if end < body:
                    break
                length = int.from_bytes(data[start + 2 : body], "big")
            if end < body + length:
                break
            self._take(data[start] & 0xF, data[body : body + length], at)
            start = body + length
        return start

    def _take(self, kind: int, body: bytes, at: float) -> None:
        if kind == _PING:
            self._say(_PONG, body)
        elif kind == _TEXT:
            if self.is_welcome.is_set():
                self._crowd.hear(body, at)
            else:
                self.is_welcome.set()
                self._crowd.welcome()

    def _say(self, kind: int, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(bytes((0x80 | kind, 0x80 | len(body))) + _NO_MASK + body)


async def main() -> None:
    """Read one line of orders (JSON) from standard input, connect, say `ready`; at the next line write down what was heard."""
    loop = asyncio.get_running_loop()
    orders = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    crowd = Crowd(len(orders["cookies"]))
    await crowd.gather(orders["url"], orders["cookies"])
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    crowd.write(Path(orders["out"]))
    print("written", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
