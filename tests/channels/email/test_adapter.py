"""Replies handed to a mail server that takes them, puts them off, refuses them, or breaks."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.email.adapter import EmailAdapter
from channels.email.parse import parse
from kernel.clock import MovedClock
from kernel.errors import Unavailable, Undeliverable
from tests.channels.email.mails import ACCOUNT, DELIVERY_TOKEN, TOKEN, account, answer, plain
from tests.support.smtp_stand_in import PASSWORD, USER, SmtpStandIn


@pytest.fixture
def adapter(clock: MovedClock) -> EmailAdapter:
    """An adapter that does not wait long."""
    return EmailAdapter(clock, timeout_seconds=2)


class TestSend:
    async def test_hands_the_mail_over_with_the_token_as_return_address(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            accepted = await adapter.send(account(smtp_port=str(server.port)), answer())
        (sent,) = server.sent
        assert accepted.vendor_id == answer().external_id
        assert (sent.sender, sent.recipients) == (f"support+b{DELIVERY_TOKEN}@desk.example.com", ("ada@example.com",))
        assert parse(ACCOUNT, plain(sent.content)).text == "Tuesday it is."

    async def test_signs_in(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            await adapter.send(account(smtp_port=str(server.port), smtp_user=USER, smtp_password=PASSWORD), answer())
        assert len(server.sent) == 1

    @pytest.mark.parametrize("line", ["451 4.3.0 Later", "421 4.7.0 Too many connections", "452 4.2.2 Mailbox full", "450 greylisted"])
    async def test_is_put_off_by_4xx(self, adapter: EmailAdapter, line: str) -> None:
        async with SmtpStandIn() as server:
            server.fail(line)
            with pytest.raises(Unavailable) as trouble:
                await adapter.send(account(smtp_port=str(server.port)), answer())
        assert line.rsplit(" ", maxsplit=1)[-1] in trouble.value.sentence

    async def test_gives_up_on_5xx_with_the_servers_words(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            server.fail("550 5.1.1 No such user")
            with pytest.raises(Undeliverable, match=r"550 5\.1\.1 No such user"):
                await adapter.send(account(smtp_port=str(server.port)), answer())

    async def test_waits_when_the_server_does_not_know_our_password(self, adapter: EmailAdapter) -> None:
        """That is ours to mend; the mail must not be lost over it."""
        async with SmtpStandIn() as server:
            with pytest.raises(Unavailable, match="sign-in"):
                await adapter.send(account(smtp_port=str(server.port), smtp_user=USER, smtp_password="yesterday's"), answer())

    async def test_waits_when_starttls_is_asked_for_and_not_there(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            with pytest.raises(Unavailable):
                await adapter.send(account(smtp_port=str(server.port), smtp_security="starttls"), answer())
        assert server.sent == []

    async def test_waits_when_nobody_listens(self, adapter: EmailAdapter) -> None:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await adapter.send(account(smtp_port="9"), answer())

    async def test_repeats_with_the_same_id_when_the_connection_breaks_after_the_mail(self, adapter: EmailAdapter) -> None:
        """Whether it was taken, nobody knows: the copy can be told by its Message-ID."""
        taken: list[bytes] = []

        async def take_and_vanish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 here\r\n")
            while line := await reader.readline():
                if line.upper().startswith(b"DATA"):
                    writer.write(b"354 go on\r\n")
                    taken.append(await reader.readuntil(b"\r\n.\r\n"))
                    break
                writer.write(b"250 OK\r\n")
            writer.close()

        async with await asyncio.start_server(take_and_vanish, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await adapter.send(account(smtp_port=str(port)), answer())
        assert {parse(ACCOUNT, plain(raw[:-3])).external_id for raw in taken} == {answer().external_id}
        assert len(taken) == 2

    async def test_refuses_an_address_that_is_none_without_asking_anybody(self, adapter: EmailAdapter) -> None:
        with pytest.raises(Undeliverable):
            await adapter.send(account(smtp_port="9"), answer(recipient="not an address"))


class TestConnections:
    """A connection that has just served serves the next mail; one that may be gone is never tried with a mail."""

    @pytest.fixture
    async def counted(self) -> AsyncIterator[tuple[int, list[str]]]:
        """A server that notes what is said to it, and hangs up when it is reset for the second time."""
        said: list[str] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            said.append("connect")
            writer.write(b"220 here\r\n")
            resets = 0
            while line := await reader.readline():
                word = line.split()[0].decode().upper()
                said.append(word)
                if word == "DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                resets += word == "RSET"
                if resets == 2:
                    break
                writer.write(b"250 OK\r\n")
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1], said

    async def test_serve_again_while_they_answer(self, adapter: EmailAdapter, counted: tuple[int, list[str]]) -> None:
        port, said = counted
        for _ in range(3):
            await adapter.send(account(smtp_port=str(port)), answer())
        await adapter.close()
        assert (said.count("connect"), said.count("DATA")) == (2, 3)

    async def test_of_other_settings_are_others(self, adapter: EmailAdapter, counted: tuple[int, list[str]]) -> None:
        """Whoever signs in as somebody else never speaks on his connection."""
        port, said = counted
        await adapter.send(account(smtp_port=str(port)), answer())
        with pytest.raises(Unavailable):
            await adapter.send(account(smtp_port=str(port), smtp_user=USER, smtp_password=PASSWORD), answer())
        await adapter.close()
        assert said.count("connect") == 2

    async def test_end_with_a_refusal(self, adapter: EmailAdapter) -> None:
        async with SmtpStandIn() as server:
            server.fail("550 5.1.1 No such user")
            with pytest.raises(Undeliverable):
                await adapter.send(account(smtp_port=str(server.port)), answer())
            await adapter.send(account(smtp_port=str(server.port)), answer())
            await adapter.close()
        assert len(server.sent) == 1


class TestExternalId:
    async def test_carries_the_token_back(self, adapter: EmailAdapter) -> None:
        """An answer that kept only our Message-ID still finds its conversation."""
        external_id = adapter.external_id(ACCOUNT, 7_318_349_394_477_900, TOKEN)
        raw = f"From: ada@example.com\r\nIn-Reply-To: {external_id}\r\n\r\nYes.\r\n".encode()
        assert parse(ACCOUNT, plain(raw)).reply_tokens == (TOKEN,)
