"""Connections that say nothing, or hardly anything: others are served meanwhile, the silent ones are let go, and memory stays."""

import asyncio
import contextlib
import resource
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from tests.hostile.besieged import ADDRESS, Besieged, besieged
from tests.support.databases import SqliteFiles
from tests.support.torture import size

pytestmark = pytest.mark.torture

PATIENCE = 2.0
MEGABYTE = 1024 * 1024
CROWD = size(300, 10_000)
SLOW = size(50, 1_000)
# Long enough for all of them to be there at once.
LONGER = size(4, 90)


@pytest.fixture(scope="module")
def impatient(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """A desk that waits two seconds where others wait minutes."""
    folder = tmp_path_factory.mktemp("impatient")
    with besieged(sqlite_files.fresh(folder), folder / "var", patience=PATIENCE, files=20_000) as served:
        yield served


@pytest.fixture(scope="module")
def patient(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """A desk that waits until the whole crowd is there."""
    folder = tmp_path_factory.mktemp("patient")
    with besieged(sqlite_files.fresh(folder), folder / "var", patience=LONGER, files=20_000) as served:
        yield served


@contextlib.asynccontextmanager
async def crowd(port: int, count: int, first: bytes = b"") -> AsyncIterator[list[socket.socket]]:
    """Connect so often, say the same first words on each, and hold on to them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop, sockets = asyncio.get_running_loop(), list[socket.socket]()
    try:
        for number in range(count):
            one = socket.socket()
            one.setblocking(False)
            sockets.append(one)
            # One machine has ports enough for one address only when it uses several of its own.
            one.bind((f"127.0.1.{1 + number // 5_000}", 0))
            await loop.sock_connect(one, ("127.0.0.1", port))
            if first:
                await loop.sock_sendall(one, first)
        yield sockets
    finally:
        for one in sockets:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def trickle(sockets: Sequence[socket.socket], letters: bytes, every: float) -> None:
    """Say one letter more on each socket, again and again, until all are closed."""
    for position in range(10_000):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.send(letters[position % len(letters) :][:1])
        await asyncio.sleep(every)


def upgrade(path: str) -> bytes:
    """Return the request that opens a WebSocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


async def test_sockets_that_say_nothing_are_let_go(patient: Besieged, capsys: pytest.CaptureFixture[str]) -> None:
    before, idle = patient.memory(), patient.sockets()
    async with crowd(patient.port, CROWD):
        waited = await patient.health()
        await until_there(patient, idle + round(0.9 * CROWD))
        grown = patient.memory() - before
        tell(capsys, f"{CROWD} silent connections: {grown / MEGABYTE:.0f} MB, a newcomer waits {waited * 1000:.0f} ms")
        assert waited < 8
        assert grown < 20 * MEGABYTE + CROWD * 20_000
        await patient.until_sockets(idle + 5, within=2 * LONGER + 10)
        await patient.health()


async def test_sockets_of_visitors_who_never_say_hello_are_let_go(patient: Besieged, capsys: pytest.CaptureFixture[str]) -> None:
    before, idle = patient.memory(), patient.sockets()
    async with crowd(patient.port, CROWD, upgrade(f"/ws/chat/{patient.chat_key}")):
        waited = await patient.health()
        # Of ten thousand the first have missed their heartbeat (37 seconds) before the last has come.
        await until_there(patient, idle + CROWD // 2)
        grown = patient.memory() - before
        tell(capsys, f"{patient.sockets() - idle} silent sockets of visitors of {CROWD}: {grown / MEGABYTE:.0f} MB, a newcomer waits {waited * 1000:.0f} ms")
        assert waited < 8
        assert grown < 20 * MEGABYTE + CROWD * 60_000
        # After our last word on a WebSocket its other end has a little longer to answer it.
        await patient.until_sockets(idle + 5, within=2 * LONGER + 10)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", id="a head"),
        pytest.param(b"POST /hooks/sms/{sms} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n", id="a body"),
        pytest.param(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", id="a chunk"),
        pytest.param(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n", id="a body that nobody asked for"),
    ],
)
async def test_what_comes_letter_by_letter_is_cut_off(impatient: Besieged, first: bytes) -> None:
    idle = impatient.sockets()
    async with crowd(impatient.port, SLOW, first.replace(b"{sms}", impatient.inboxes["sms"].encode())) as sockets:
        dripping = asyncio.create_task(trickle(sockets, b"slowly ", every=0.3))
        assert await impatient.health() < 8
        # What was refused early is heard out for a while.
        await impatient.until_sockets(idle + 5, within=5 * PATIENCE)
        dripping.cancel()


async def test_who_takes_nothing_of_an_answer_is_cut_off(impatient: Besieged) -> None:
    loop, idle = asyncio.get_running_loop(), impatient.sockets()
    greedy = []
    for _ in range(10):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        one.setblocking(False)
        await loop.sock_connect(one, ("127.0.0.1", impatient.port))
        await loop.sock_sendall(one, b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        greedy.append(one)
    await asyncio.sleep(0.2)
    assert impatient.sockets() > idle
    await impatient.until_sockets(idle + 2, within=5 * PATIENCE)
    await impatient.health()
    for one in greedy:
        one.close()


async def test_mail_that_stalls_is_cut_off(impatient: Besieged) -> None:
    idle = impatient.sockets()
    talk = f"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\nSubject: ".encode()
    async with crowd(impatient.smtp_port, SLOW, talk) as sockets:
        dripping = asyncio.create_task(trickle(sockets, b"slowly ", every=0.3))
        await impatient.until_sockets(idle + 5, within=5 * PATIENCE)
        dripping.cancel()


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"", id="silent"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nX-Slow: ", id="with half a head"),
        pytest.param(b"POST /hooks/sms/{sms} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nFrom=", id="with half a body"),
        pytest.param(b"{upgrade}", id="on sockets without a hello"),
    ],
)
async def test_a_full_house_sends_those_away_who_keep_it_waiting(fortress: Besieged, first: bytes) -> None:
    """More connections than the process may have files, and patience enough to keep them all."""
    said = first.replace(b"{sms}", fortress.inboxes["sms"].encode()).replace(b"{upgrade}", upgrade(f"/ws/chat/{fortress.chat_key}"))
    reader, writer = await asyncio.open_connection("127.0.0.1", fortress.port)
    await asked(reader, writer)
    async with asyncio.timeout(25), crowd(fortress.port, 1_200, said):
        assert await fortress.health() < 8
        assert fortress.sockets() < 900
        # Somebody who was answered before keeps their connection.
        await asked(reader, writer)
    writer.close()


async def test_a_full_mail_door_sends_those_away_who_keep_it_waiting(fortress: Besieged) -> None:
    async with crowd(fortress.smtp_port, 250):
        reader, writer = await asyncio.open_connection("127.0.0.1", fortress.smtp_port)
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"220 ")
        assert fortress.sockets() < 225
        writer.close()


async def until_there(desk: Besieged, count: int) -> None:
    """Wait until so many sockets are open: the kernel lets in more than the process has got round to."""
    async with asyncio.timeout(30):
        while desk.sockets() < count:
            await asyncio.sleep(0.1)


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask for something on a connection that stays, and read the answer."""
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"}"), 5)).startswith(b"HTTP/1.1 200")


def tell(capsys: pytest.CaptureFixture[str], figure: str) -> None:
    """Show a figure, also where output is captured."""
    with capsys.disabled():
        sys.stdout.write(f"\n{figure}\n")
