"""What leaves for URLs that somebody typed: to checked addresses only, within its time, and deaf to what comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from aiohttp import web
from yarl import URL

from app.courier import Courier, LookUp
from inbox.values import Posted
from kernel.addresses import AddressPolicy, read_networks
from tests.support.receiver import Receiver, never, receiver, to

LOOPBACK = AddressPolicy(read_networks("127.0.0.0/8"))
SHORT = timedelta(seconds=0.3)


class Names:
    """A name server that gives one answer after the other, and the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def look_up(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
async def served() -> AsyncIterator[Receiver]:
    async with receiver() as taking:
        yield taking


async def posted(policy: AddressPolicy, url: str, look_up: LookUp | None = None, within: timedelta = timedelta(seconds=5)) -> Posted:
    """Post once with a courier of its own."""
    courier = Courier(policy, look_up, within)
    try:
        # A courier that knows no end is stopped by the test.
        async with asyncio.timeout(within.total_seconds() + 2):
            return await courier.post(url, {"webhook-id": "7"}, b'{"a":1}')
    finally:
        await courier.close()


@asynccontextmanager
async def speaking(talk: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Yield the URL of somebody who says what they like to whoever connects."""
    ended = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await talk(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await ended.wait()


def named(url: str, host: str = "hooks.example.com") -> str:
    """Return a loopback URL under a name."""
    return str(URL(url).with_host(host))


class TestPost:
    async def test_brings_a_body_with_its_headers(self, served: Receiver) -> None:
        assert await posted(LOOPBACK, f"{served.url}?a=%20b") == Posted(status=200)
        [got] = served.got
        assert (got.path, got.body, got.id) == ("/hook", b'{"a":1}', 7)
        assert got.headers["Content-Type"] == "application/json"
        assert not {"Cookie", "Authorization"} & set(got.headers)

    @pytest.mark.parametrize("status", [201, 204, 299])
    async def test_takes_every_2xx_for_a_yes(self, served: Receiver, status: int) -> None:
        served.answers.append(status)
        assert (await posted(LOOPBACK, served.url)).error is None

    @pytest.mark.parametrize("status", [304, 400, 404, 410, 500, 503])
    async def test_takes_every_other_for_a_no(self, served: Receiver, status: int) -> None:
        served.answers.append(status)
        answer = await posted(LOOPBACK, served.url)
        assert answer.status == status
        assert str(status) in (answer.error or "")

    @pytest.mark.parametrize(
        ("given", "wait"),
        [
            pytest.param("120", timedelta(minutes=2), id="seconds"),
            pytest.param("-5", timedelta(), id="negative"),
            pytest.param("9" * 40, None, id="more than a span holds"),
            pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", None, id="a date"),
        ],
    )
    async def test_heeds_when_to_come_again(self, served: Receiver, given: str, wait: timedelta | None) -> None:
        async def busy(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=503, headers={"Retry-After": given})

        served.answers.append(busy)
        assert (await posted(LOOPBACK, served.url)).retry_after == wait

    async def test_tells_in_our_words_what_went_wrong(self) -> None:
        async def nobody(host: str, port: int) -> Sequence[str]:
            raise OSError("Name or service not known: hooks.example.com")

        assert await posted(LOOPBACK, "https://hooks.example.com/", nobody) == Posted(error="The name cannot be resolved.")
        # Nothing listens on this port of this machine.
        assert await posted(LOOPBACK, "http://127.0.0.7:1024/") == Posted(error="The connection failed or broke off.")

    @pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://localhost:{port}/", "nonsense"])
    async def test_refuses_a_private_address_however_it_is_spelt(self, served: Receiver, url: str) -> None:
        answer = await posted(AddressPolicy(), url.format(port=URL(served.url).port))
        assert answer.status is None
        assert answer.error
        assert served.got == []


class TestNames:
    async def test_go_to_the_address_that_was_checked(self, served: Receiver) -> None:
        """The name is nobody's: only the answer of the name server leads to the receiver."""
        names = Names(["127.0.0.1"])
        assert await posted(LOOPBACK, named(served.url), names.look_up) == Posted(status=200)
        assert names.asked == ["hooks.example.com"]
        assert served.got[0].headers["Host"] == f"hooks.example.com:{URL(served.url).port}"

    @pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"], []], ids=str)
    async def test_are_refused_when_one_address_is_private(self, served: Receiver, addresses: list[str]) -> None:
        answer = await posted(AddressPolicy(), named(served.url), Names(addresses).look_up)
        assert answer.status is None
        assert "address" in (answer.error or "")
        assert served.got == []

    async def test_are_looked_up_each_time(self, served: Receiver) -> None:
        """A name that has moved into our own network since the last time is refused, also by a courier that knows it already."""
        policy = AddressPolicy(read_networks("127.0.0.1/32"))
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        courier = Courier(policy, names.look_up)
        first, second = [await courier.post(named(served.url), {"webhook-id": "7"}, b"{}") for _ in range(2)]
        await courier.close()
        assert first == Posted(status=200)
        assert second.status is None
        assert (len(names.asked), len(served.got)) == (2, 1)

    async def test_are_looked_up_once_for_the_check_and_the_connection(self, served: Receiver) -> None:
        """Rebinding: whoever answers a good address for the check and a private one for the connection is never asked the second time."""
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        assert await posted(AddressPolicy(read_networks("127.0.0.1/32")), named(served.url), names.look_up) == Posted(status=200)
        assert names.asked == ["hooks.example.com"]


class TestAnswers:
    async def test_that_lead_elsewhere_are_not_followed(self, served: Receiver) -> None:
        async with receiver() as inner:
            served.answers.append(to(inner.url))
            answer = await posted(LOOPBACK, served.url)
            assert (answer.status, inner.got, len(served.got)) == (307, [], 1)
        assert "redirect" in (answer.error or "")

    async def test_that_never_come_are_not_waited_for(self, served: Receiver) -> None:
        served.answers.append(never)
        assert await posted(LOOPBACK, served.url, within=SHORT) == Posted(error="No answer within 0.3 seconds.")

    async def test_that_never_end_are_not_read(self, served: Receiver) -> None:
        sent = 0

        async def flood(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x" * 65_536)
                sent += 65_536
                await asyncio.sleep(0.001)

        served.answers.append(flood)
        assert await posted(LOOPBACK, served.url, within=SHORT) == Posted(status=200)
        # What lies in the system's buffers was never ours.
        assert sent < 32_000_000

    @pytest.mark.parametrize(
        "head",
        [
            pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000, id="a head without end"),
            pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, id="headers without end"),
            pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
            pytest.param(b"", id="nothing"),
        ],
    )
    async def test_that_make_no_sense_are_a_no(self, head: bytes) -> None:
        async def talk(writer: asyncio.StreamWriter) -> None:
            writer.write(head)

        async with speaking(talk) as url:
            answer = await posted(LOOPBACK, url)
        assert answer.status is None
        assert answer.error == "The connection failed or broke off."

    async def test_that_trickle_end_with_their_time(self) -> None:
        """A head that comes byte by byte is no answer yet."""

        async def trickle(writer: asyncio.StreamWriter) -> None:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)

        async with speaking(trickle) as url:
            answer = await posted(LOOPBACK, url, within=SHORT)
        assert answer == Posted(error="No answer within 0.3 seconds.")
