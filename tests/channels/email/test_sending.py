"""A mail to several people, and all that a mail server may do with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from channels.email.adapter import EmailAdapter
from channels.participants import Participant, Place
from kernel.clock import MovedClock
from kernel.errors import Unavailable, Undeliverable
from tests.channels.email.mails import account, answer
from tests.support.smtp_stand_in import SmtpStandIn

BEN = Participant(address="ben@example.org", name="Ben Ode", role=Place.CC)
CLEO = Participant(address="cleo@example.net", role=Place.CC)
DORA = Participant(address="dora@example.net", role=Place.BCC)


@pytest.fixture
async def adapter(clock: MovedClock) -> AsyncIterator[EmailAdapter]:
    """An adapter that does not wait long."""
    adapter = EmailAdapter(clock, timeout_seconds=2)
    yield adapter
    await adapter.close()


class TestOthers:
    async def test_get_the_same_mail_and_nobody_sees_a_blind_copy(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            accepted = await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN, CLEO, DORA)))
        (sent,) = server.sent
        assert sent.recipients == ("ada@example.com", "ben@example.org", "cleo@example.net", "dora@example.net")
        assert (sent.message["To"], sent.message["Cc"]) == ("Ada Quist <ada@example.com>", "Ben Ode <ben@example.org>, cleo@example.net")
        assert b"dora" not in sent.content
        assert accepted.refused == {}

    @pytest.mark.parametrize("line", ["550 5.1.1 No such user", "450 4.2.0 Greylisted", "452 4.5.3 Too many recipients"])
    async def test_who_are_refused_keep_it_from_nobody(self, adapter: EmailAdapter, line: str) -> None:
        """Tried again for them later, the rest would get a second mail: it is said instead."""
        async with SmtpStandIn() as server:
            server.refusals = {"ben@example.org": line}
            accepted = await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN, CLEO)))
        (sent,) = server.sent
        assert sent.recipients == ("ada@example.com", "cleo@example.net")
        assert accepted.refused == {"ben@example.org": line}

    @pytest.mark.parametrize(("line", "fault"), [("550 5.1.1 No such user", Undeliverable), ("450 4.2.0 Greylisted", Unavailable)])
    async def test_get_nothing_that_the_customer_does_not_get(self, adapter: EmailAdapter, line: str, fault: type[Exception]) -> None:
        async with SmtpStandIn() as server:
            server.refusals = {"ada@example.com": line}
            with pytest.raises(fault, match=line[:9]):
                await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN, CLEO)))
            server.refusals = {}
            await adapter.send(account(smtp_port=str(server.port)), answer())
        # And what was said for the refused mail is gone from the connection that serves the next one.
        assert [sent.recipients for sent in server.sent] == [("ada@example.com",)]

    async def test_who_have_it_are_named_and_not_written_to_again(self, adapter: EmailAdapter) -> None:
        ben = Participant(address="ben@example.org", role=Place.CC, has_it=True)
        async with SmtpStandIn() as server:
            await adapter.send(account(smtp_port=str(server.port)), answer(others=(ben, CLEO)))
        (sent,) = server.sent
        assert sent.recipients == ("ada@example.com", "cleo@example.net")
        assert sent.message["Cc"] == "ben@example.org, cleo@example.net"

    async def test_are_twenty_with_long_names_in_any_script_on_lines_that_servers_take(self, adapter: EmailAdapter) -> None:
        crowd = tuple(Participant(address=f"{'a' * 60}{n}@{'b' * 60}.example", name="Ωmega " * 30, role=Place.CC) for n in range(20))
        async with SmtpStandIn() as server:
            await adapter.send(account(smtp_port=str(server.port)), answer(others=crowd))
        (sent,) = server.sent
        assert max(map(len, sent.content.split(b"\r\n"))) <= 998
        assert [one.addr_spec for one in sent.message["Cc"].addresses] == [one.address for one in crowd]
        assert len(sent.recipients) == 21

    async def test_end_with_a_server_that_hangs_up_on_one(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            server.refusals = {"ben@example.org": "421 4.7.0 Too many errors"}
            with pytest.raises(Unavailable):
                await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN, CLEO)))
        assert server.sent == []


class TestAnswers:
    """What a server says to the mail itself, or does not."""

    @pytest.fixture
    async def server(self) -> AsyncIterator["_Server"]:
        server = _Server()
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            server.port = listening.sockets[0].getsockname()[1]
            yield server
            await server.end()

    async def test_no_to_the_content_is_no_to_all(self, adapter: EmailAdapter, server: "_Server") -> None:
        server.after_data = b"554 5.7.1 Looks like spam\r\n"
        with pytest.raises(Undeliverable, match=r"554 5\.7\.1 Looks like spam"):
            await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN,)))

    async def test_later_to_the_content_puts_it_off(self, adapter: EmailAdapter, server: "_Server") -> None:
        server.after_data = b"451 4.3.0 Queue is full\r\n"
        with pytest.raises(Unavailable, match=r"451 4\.3\.0 Queue is full"):
            await adapter.send(account(smtp_port=str(server.port)), answer())

    async def test_none_on_a_kept_connection_gives_way_to_a_new_one_in_time(self, adapter: EmailAdapter, server: "_Server") -> None:
        """Who waited there as long as for a server would have no time left for the server."""
        server.answers_rset = False
        for _ in range(2):
            await adapter.send(account(smtp_port=str(server.port)), answer())
        assert len(server.mails) == 2

    async def test_that_come_too_slowly_end_before_the_mail(self, server: "_Server", clock: MovedClock) -> None:
        """Each in time, all together not: the outbox would call it off in the middle of the mail."""
        adapter = EmailAdapter(clock, timeout_seconds=0.5)
        server.thinks_for = 0.2
        with pytest.raises(Unavailable, match="did not answer in time"):
            await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN, CLEO)))
        assert server.mails == []

    @pytest.mark.parametrize("after", [pytest.param(b"", id="hangs up"), pytest.param(None, id="says nothing")])
    async def test_none_after_the_mail_gives_it_time_to_show_and_repeats_it_to_the_byte(
        self, adapter: EmailAdapter, server: "_Server", after: bytes | None
    ) -> None:
        """It may have been taken (RFC 1047): a copy a minute later would be a second mail to the customer for nothing."""
        server.after_data = after
        for _ in range(2):
            with pytest.raises(Unavailable, match="has not said whether it took it") as trouble:
                await adapter.send(account(smtp_port=str(server.port)), answer(others=(BEN,)))
            assert trouble.value.retry_after is not None
            assert trouble.value.retry_after.total_seconds() >= 600
        assert len(server.mails) == 2
        assert len(set(server.mails)) == 1


class _Server:
    """Takes mails and answers them as told; None is silence, nothing is hanging up."""

    def __init__(self) -> None:
        self.port = 0
        self.after_data: bytes | None = b"250 OK\r\n"
        self.mails: list[bytes] = []
        self.thinks_for = 0.0
        self.answers_rset = True
        self.ended = asyncio.Event()
        self._writers: list[asyncio.StreamWriter] = []

    async def end(self) -> None:
        """Hang up on everybody."""
        self.ended.set()
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            await asyncio.sleep(self.thinks_for)
            if line.upper().startswith(b"RSET") and not self.answers_rset:
                await self.ended.wait()
                break
            if not line.upper().startswith(b"DATA"):
                writer.write(b"250 OK\r\n")
                continue
            writer.write(b"354 go on\r\n")
            self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            if self.after_data is None:
                await self.ended.wait()
            if not self.after_data:
                break
            writer.write(self.after_data)
        writer.close()
