"""Requests that two servers would read differently, or that are no requests: refused, and nothing behind them is taken for one."""

import asyncio

import pytest

from tests.hostile.besieged import Besieged
from tests.support.torture import size

pytestmark = pytest.mark.torture

SECOND = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


async def asked(desk: Besieged, raw: bytes) -> bytes:
    """Say something and return all that comes back until the server hangs up or is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    heard = b""
    try:
        writer.write(raw)
        while chunk := await asyncio.wait_for(reader.read(65_536), 3):
            heard += chunk
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return heard


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("Content-Length: 4\r\nTransfer-Encoding: chunked", id="a length and chunks"),
        pytest.param("Content-Length: 4\r\nContent-Length: 40", id="two lengths"),
        pytest.param("Content-Length: +4", id="a length with a sign"),
        pytest.param("Content-Length: 4 4", id="a length of two words"),
        pytest.param("Transfer-Encoding: xchunked", id="an encoding that is none"),
        pytest.param("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", id="two encodings"),
        pytest.param("Transfer-Encoding : chunked", id="a space before the colon"),
        pytest.param("X: y\n Transfer-Encoding: chunked", id="a folded line"),
        pytest.param("X\0: y", id="a NUL in a name"),
        pytest.param("X: y\rTransfer-Encoding: chunked", id="a bare carriage return"),
    ],
)
async def test_no_request_hides_in_another(fortress: Besieged, head: str) -> None:
    heard = await asked(fortress, f"POST /api/v1/session HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\n".encode() + SECOND)
    assert heard.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert heard.count(b"HTTP/1.") == 1


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"GET /" + b"x" * size(100_000, 5_000_000) + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="a long address"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X-%d: y\r\n" * 2_000 + b"\r\n", id="many headers"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", id="a long header"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="TLS"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="a version that is none"),
        pytest.param(b"EHLO x\r\n\r\n", id="mail"),
    ],
)
async def test_what_is_no_request_is_refused(fortress: Besieged, raw: bytes) -> None:
    heard = await asked(fortress, raw.replace(b"%d", b"z"))
    assert heard.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert await fortress.health() < 8


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "/sign-in?next=//evil.example", "/%2f%2fevil.example/..", "/assets//evil.example"])
async def test_nobody_is_led_elsewhere(fortress: Besieged, path: str) -> None:
    heard = await asked(fortress, f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    head = heard.partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 ")
    assert not head.startswith(b"HTTP/1.1 3")
    assert b"evil.example" not in head
