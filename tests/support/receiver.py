"""A receiver of webhooks on a loopback port, which keeps what it is sent and answers as it is told."""

import asyncio
import base64
import hmac
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.support.serving import Served

Way = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> int:
        """The id that is the same at each attempt."""
        return int(self.headers["webhook-id"])

    @property
    def letter(self) -> dict[str, Any]:
        """The body, read."""
        read: dict[str, Any] = orjson.loads(self.body)
        return read

    def is_signed_with(self, secret: str) -> bool:
        """Check as a receiver does who goes by the convention's own words."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(base64.b64decode(secret.split("_")[1]), signed, "sha256").digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{wanted}"


@dataclass(slots=True)
class Receiver:
    """Takes everything (200), unless `answers` holds the next status or another way to answer."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: deque[int | Way] = field(default_factory=deque)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ids(self) -> list[int]:
        """The ids of what came, in order."""
        return [got.id for got in self.got]

    @property
    def kinds(self) -> list[str]:
        """The kinds of what came, in order."""
        return [got.letter["type"] for got in self.got]

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep a webhook and answer it."""
        if "webhook-id" not in request.headers:
            # Whoever knew this port before us.
            raise web.HTTPNotFound
        self.got.append(Got(request.path, dict(request.headers), await request.read()))
        self.came.set()
        answer = self.answers.popleft() if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Yield a receiver that is being served."""
    taking = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", taking.take)
    async with Served(app) as served:
        taking.url = f"{served.url}/hook"
        yield taking


async def never(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


def to(place: str) -> Way:
    """Send the caller elsewhere."""

    async def redirect(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": place})

    return redirect
