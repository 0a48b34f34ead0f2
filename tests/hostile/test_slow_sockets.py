"""Real sockets whose other end reads nothing: the others are told at once, the slow one is let go, and comes back to all that it missed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.hub import HUB
from tests.api.desk import Desk, Person, Wire
from tests.support.torture import size

pytestmark = pytest.mark.torture

# As long as a frame of its length form may be: blanks are nothing in JSON.
FRAME = b'{"type":"hello","since":null}'.ljust(130)


@asynccontextmanager
async def deaf(desk: Desk, person: Person, path: str, hello: bytes) -> AsyncIterator[socket.socket]:
    """Open a WebSocket by hand, say hello, and read nothing: as little as the kernels allow is held for it on the way."""
    loop, one = asyncio.get_running_loop(), socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    one.setblocking(False)
    await loop.sock_connect(one, ("127.0.0.1", desk.server.port))
    headers = {**person.proof, "Host": f"127.0.0.1:{desk.server.port}", "Origin": f"http://127.0.0.1:{desk.server.port}", "Connection": "Upgrade"}
    headers |= {"Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    # A mask of zeros leaves the words as they are.
    await loop.sock_sendall(one, head.encode() + bytes((0x81, 0x80 | 126)) + len(hello).to_bytes(2, "big") + bytes(4) + hello)
    try:
        yield one
    finally:
        one.close()


def shrink(desk: Desk) -> None:
    """Let the kernel hold little on our side too, so that hundreds of events are many."""
    lines = [client.line for client in desk.app[HUB]._agents] + [client.line for client in desk.app[HUB]._visitors]
    for line in lines:
        assert line._transport is not None
        line._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)


async def received(wire: Wire, count: int, within: float) -> list[str]:
    """Return the ids of so many messages that a client is told of."""
    told: list[str] = []
    async with asyncio.timeout(within):
        while len(told) < count:
            frame = await wire.next("event", within=within)
            if frame["kind"] == "message.received":
                told.append(frame["payload"]["message_id"])
    return told


async def test_an_agent_who_reads_nothing_slows_nobody_and_misses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.line._MOST_WAITING", 16_384)
    hub = desk.app[HUB]
    async with await desk.otto.live() as quick, deaf(desk, desk.ines, "/ws/agent", FRAME):
        async with asyncio.timeout(10):
            while not any(client.viewer.name == "Ines" and client.held is None for client in hub._agents):
                await asyncio.sleep(0.02)
        since = quick.welcome["cursor"]
        shrink(desk)
        wanted = []
        for number in range(size(120, 400)):
            wanted.append((await desk.says(f"Message {number}"))["message_id"])
            assert await received(quick, 1, within=8) == wanted[-1:]
        assert [client.viewer.name for client in hub._agents] == ["Otto"]
        async with await desk.ines.live(since) as again:
            assert await received(again, len(wanted), within=30) == wanted


async def test_a_visitor_who_reads_nothing_is_let_go_and_misses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.line._MOST_WAITING", 16_384)
    path, hub = f"/ws/chat/{desk.chat_key}", desk.app[HUB]
    first = await desk.stranger.wire(path)
    await first.say({"type": "hello", "visitor": None, "since": None})
    welcome = await first.next("welcome")
    await first.say({"type": "message", "client_id": "a-message-of-mine-1", "text": "Hello"})
    ack = await first.next("ack")
    hello = f'{{"type":"hello","visitor":"{welcome["visitor"]}","since":null}}'.encode().ljust(130)
    async with deaf(desk, desk.browser(), path, hello):
        async with asyncio.timeout(10):
            while len(hub._visitors) < 2:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        shrink(desk)
        [case] = (await desk.ines.get("/cases?view=all")).items
        wanted = [f"Answer {number} " + "x" * 3_900 for number in range(size(12, 60))]
        for text in wanted:
            assert (await desk.reply(desk.ines, case["id"], text)).status in (200, 201)
            await desk.carry()
            while (await first.next("message", within=8))["message"]["text"] != text:
                pass
        assert len(hub._visitors) == 1
    await first.socket.close()
    again = await desk.stranger.wire(path)
    await again.say({"type": "hello", "visitor": welcome["visitor"], "since": ack["cursor"]})
    missed = (await again.next("welcome"))["messages"]
    assert [message["text"] for message in missed if message["text"] in wanted] == wanted
    await again.socket.close()
