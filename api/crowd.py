"""How many connections are open at once, and who goes when there are too many: those who keep us waiting, never those who are being served."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from heapq import nsmallest
from weakref import WeakKeyDictionary

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler

from api.limits import Load

log = structlog.get_logger()

_AT_ONCE = 50
_MOST_UNFINISHED = 256 * 1024 * 1024


class Standing(IntEnum):
    """How dearly a connection is held; the lowest goes first, and among equals the oldest."""

    AWAITED = 0  # we wait for what it says: it connected and is silent, or sends slowly
    IDLE = 1  # it was answered before and may ask again
    LIVE = 2  # a visitor's socket: it comes back and resumes
    SERVED = 3  # its request is being answered


class Crowd:
    """The open connections of this process.

    There is no limit by address: behind a proxy everybody has the proxy's, and who attacks has many.
    """

    def __init__(self) -> None:
        self.load = Load(_MOST_UNFINISHED)
        self._standing: WeakKeyDictionary[asyncio.BaseTransport, Standing] = WeakKeyDictionary()

    @contextmanager
    def at(self, request: web.BaseRequest, standing: Standing) -> Iterator[None]:
        """Hold a request's connection as dearly as said, while this lasts."""
        transport = request.transport
        if transport is None:
            yield
            return
        before = self._standing.get(transport, Standing.AWAITED)
        self._standing[transport] = standing
        try:
            yield
        finally:
            self._standing[transport] = before

    def answered(self, request: web.BaseRequest) -> None:
        """Note that a connection has been served once."""
        if request.transport is not None:
            self._standing[request.transport] = Standing.IDLE

    def doorway(self, server: web.Server, most: int) -> Callable[[], asyncio.BaseProtocol]:
        """Return what makes a protocol for each connection: the server's own, or one that closes at once when all of `most` are being served."""

        def enter() -> asyncio.BaseProtocol:
            open_now = [one for one in server.connections if one.transport is not None]
            if len(open_now) >= most and not self._make_room(open_now, max(1, most // _AT_ONCE)):
                return _Full()
            return server()

        return enter

    def _make_room(self, open_now: list[RequestHandler], wanted: int) -> int:
        """Send away so many that are not being served, some at a time: looking through all of them for each newcomer would be work for an attacker to give."""
        lowest = [one for one in nsmallest(wanted, open_now, key=self._of) if self._of(one) < Standing.SERVED]
        for one in lowest:
            if one.transport is not None:
                one.transport.abort()
            one.force_close()
        log.warning("too many connections", open=len(open_now), sent_away=len(lowest))
        return len(lowest)

    def _of(self, one: RequestHandler) -> Standing:
        return Standing.AWAITED if one.transport is None else self._standing.get(one.transport, Standing.AWAITED)


class _Full(asyncio.Protocol):
    """Lets nobody in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


CROWD = web.AppKey("crowd", Crowd)


@web.middleware
async def attended(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hold a connection dearly while its request is being answered."""
    crowd = request.app[CROWD]
    with crowd.at(request, Standing.SERVED):
        response = await handler(request)
    crowd.answered(request)
    return response
