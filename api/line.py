"""One socket's way out: frames go at once, and who lets them pile up is cut off, so that a slow or dead client never slows the others."""

import asyncio
from collections.abc import Callable

from aiohttp import web

# What may wait in our memory for one client, beyond what the kernel holds: some 900 events.
_MOST_WAITING = 256 * 1024
_SEND_WITHIN = 15.0
_WHOLE_TEXT = 0x81
_SHORT, _MEDIUM = 126, 127


class Line:
    """Frames on their way to one client, in order. Whoever does not keep up is cut off and resumes from the feed."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, cut: Callable[[], None]) -> None:
        self._transport = request.transport
        self._socket = socket
        self._cut = cut
        self._is_over = False

    def put(self, frames: bytes) -> None:
        """Hand over one or several frames, each made by `framed`, without waiting for it; too much that waits ends the connection."""
        transport = self._transport
        if transport is None or self._is_over or self._socket.closed or transport.is_closing():
            return
        # Past aiohttp's writer, which would make a frame anew for every client: it writes whole frames to the same transport, and keeps nothing back.
        transport.write(frames)
        if transport.get_write_buffer_size() > _MOST_WAITING:
            self.cut()

    async def send(self, frame: str) -> None:
        """Send a frame and wait until the client takes it: for answers that are paced by the client's own questions.

        Raises:
            ConnectionError: the client is gone or too slow.
        """
        try:
            async with asyncio.timeout(_SEND_WITHIN):
                await self._socket.send_str(frame)
        except TimeoutError:
            self.cut()
            raise ConnectionResetError("the client takes nothing") from None

    def cut(self) -> None:
        """End the connection of a client that does not keep up, without waiting for it to agree."""
        if not self._is_over:
            self._cut()
            self.end()

    def end(self) -> None:
        """End the connection at once; the client comes back and resumes."""
        self._is_over = True
        if self._transport is not None:
            self._transport.abort()


def framed(text: str) -> bytes:
    """Return a text as a whole WebSocket frame from the server, neither masked nor compressed (RFC 6455, 5.2)."""
    body = text.encode()
    size = len(body)
    if size < _SHORT:
        return bytes((_WHOLE_TEXT, size)) + body
    if size < 1 << 16:
        return bytes((_WHOLE_TEXT, _SHORT)) + size.to_bytes(2, "big") + body
    return bytes((_WHOLE_TEXT, _MEDIUM)) + size.to_bytes(8, "big") + body
