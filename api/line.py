"""One socket's way out: a bounded queue and one writer, so that a slow or dead client never slows the others."""

import asyncio
from collections.abc import Callable

from aiohttp import web

_MOST_WAITING = 512
_SEND_WITHIN = 15.0


class Line:
    """Frames on their way to one client, in order. Whoever does not keep up is cut off and resumes from the feed."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, cut: Callable[[], None]) -> None:
        self._request = request
        self._socket = socket
        self._cut = cut
        self._waiting: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self._is_over = False

    def put(self, frame: str) -> None:
        """Queue a frame, at once; a full queue ends the connection."""
        try:
            self._waiting.put_nowait(frame)
        except asyncio.QueueFull:
            self.cut()

    async def send(self, frame: str) -> None:
        """Send a frame now, past the queue: for answers that are paced by the client's own questions.

        Raises:
            ConnectionError: the client is gone or too slow.
        """
        try:
            async with asyncio.timeout(_SEND_WITHIN):
                await self._socket.send_str(frame)
        except TimeoutError:
            self.cut()
            raise ConnectionResetError("the client takes nothing") from None

    async def carry(self) -> None:
        """Send what is queued until the connection ends."""
        while not self._is_over:
            frame = await self._waiting.get()
            try:
                await self.send(frame)
            except ConnectionError:
                return

    def cut(self) -> None:
        """End the connection of a client that does not keep up, without waiting for it to agree."""
        if not self._is_over:
            self._cut()
            self.end()

    def end(self) -> None:
        """End the connection at once; the client comes back and resumes."""
        self._is_over = True
        if self._request.transport is not None:
            self._request.transport.abort()
