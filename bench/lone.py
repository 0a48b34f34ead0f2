"""The leanest way to keep a lone message: a bare aiohttp server that checks Twilio's signature, writes one row by sqlite3 in a thread, and answers after the commit."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bench.parcels import AUTH_TOKEN

COMMAND = "from bench.lone import main; main()"
_CREATE = "CREATE TABLE messages (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, sender TEXT, body TEXT, raw BLOB)"
_INSERT = "INSERT INTO messages (external_id, sender, body, raw) VALUES (?, ?, ?, ?)"
_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def opened(folder: Path) -> sqlite3.Connection:
    """Return a connection to a new database that keeps what it commits, each statement by itself."""
    connection = sqlite3.connect(folder / "lone.db", isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _CREATE):
        connection.execute(statement)
    return connection


def commits(folder: Path, count: int) -> list[float]:
    """Return the seconds of each of so many bare commits of one row."""
    connection, took = opened(folder), []
    for number in range(count):
        began = time.perf_counter()
        connection.execute(_INSERT, (str(number), "+447700900001", "Where is my lamp? " * 12, b"x" * 400))
        took.append(time.perf_counter() - began)
    connection.close()
    return took


def main() -> None:
    """Serve until SIGTERM."""
    validator = RequestValidator(AUTH_TOKEN)
    connection = opened(Path(os.environ["KINDRED_VAR_DIR"]))

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        fields: MultiDict[str] = MultiDict((name, str(value)) for name, value in (await request.post()).items())
        if not validator.validate(str(request.url), fields, request.headers["X-Twilio-Signature"]):
            return web.Response(status=403)
        await asyncio.to_thread(connection.execute, _INSERT, (fields["MessageSid"], fields["From"], fields["Body"], body))
        return web.Response(text=_ANSWER, content_type="text/xml")

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response()

    async def closing(_app: web.Application) -> AsyncIterator[None]:
        yield
        connection.close()

    app = web.Application()
    app.cleanup_ctx.append(closing)
    app.add_routes([web.get("/healthz", healthz), web.post("/hooks/sms/{inbox_id}", take)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["KINDRED_PORT"]), print=None, access_log=None, shutdown_timeout=0.1)
