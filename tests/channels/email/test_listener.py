"""The door: what it takes, when it says so, and what it says when it cannot."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable

import pytest

from channels.contract import Account
from channels.email.listener import MailDoor
from channels.email.parse import parse
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.channels.email.mails import ACCOUNT, TOKEN, mail
from tests.support.intake import RememberingIntake

SALES = Account(inbox_id=8, key="sales", name="Sales", address="sales@desk.example.com", settings={})
ACCOUNTS = {account.address: account for account in (ACCOUNT, SALES)}
MAX_BYTES = 200_000


class Directory:
    """Finds inboxes by address, or fails when the database is down."""

    def __init__(self) -> None:
        self.is_down = False

    async def find(self, address: str) -> Account | None:
        """Return the inbox of an address."""
        if self.is_down:
            raise StorageUnavailable
        return ACCOUNTS.get(address)


@pytest.fixture
def intake() -> RememberingIntake:
    return RememberingIntake()


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def door(intake: RememberingIntake, directory: Directory, clock: MovedClock) -> AsyncIterator[MailDoor]:
    door = MailDoor(directory.find, intake.receive, clock, max_bytes=MAX_BYTES)
    yield door
    await door.close()


async def smtp(door: MailDoor, say: Callable[[smtplib.SMTP], object]) -> object:
    """Talk SMTP to the door, from a thread as another machine would."""
    port = await door.listen("127.0.0.1", 0)

    def talk() -> object:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            return say(client)

    return await asyncio.to_thread(talk)


async def lmtp(door: MailDoor, *lines: bytes, answers: int) -> list[bytes]:
    """Say lines to the LMTP side, one after the other, and return so many answers to the last."""
    port = await door.listen("127.0.0.1", 0, is_lmtp=True)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    for line in lines[:-1]:
        writer.write(line)
        while (await reader.readline())[3:4] == b"-":
            pass
    writer.write(lines[-1])
    heard = [(await asyncio.wait_for(reader.readline(), 10)).strip() for _ in range(answers)]
    writer.close()
    await writer.wait_closed()
    return heard


class TestSmtp:
    async def test_keeps_the_mail_with_its_envelope(self, door: MailDoor, intake: RememberingIntake) -> None:
        raw = mail("Hello.\r\n.one dot\r\n")
        await smtp(door, lambda client: client.sendmail("ada@example.com", [f"Support+C{TOKEN}@Desk.Example.com"], raw))
        ((inbox_id, payload),) = intake.kept
        said = parse(ACCOUNT, payload)
        assert (inbox_id, payload.source) == (ACCOUNT.inbox_id, "email/smtp")
        assert payload.body.endswith(raw)
        assert (said.text, said.reply_tokens) == ("Hello.\n.one dot", (TOKEN,))

    async def test_keeps_one_mail_for_two_inboxes_once_each_and_tells_neither_of_the_other(self, door: MailDoor, intake: RememberingIntake) -> None:
        recipients = ["support@desk.example.com", "support+x@desk.example.com", "sales@desk.example.com"]
        await smtp(door, lambda client: client.sendmail("ada@example.com", recipients, mail()))
        assert [inbox_id for inbox_id, _ in intake.kept] == [ACCOUNT.inbox_id, SALES.inbox_id]
        assert b"sales@" not in intake.kept[0][1].body

    async def test_says_250_only_after_the_mail_is_kept(self, clock: MovedClock) -> None:
        order: list[str] = []
        is_asked, may_keep = asyncio.Event(), asyncio.Event()

        async def keep(inbox_id: int, payload: object) -> None:
            is_asked.set()
            await may_keep.wait()
            order.append("kept")

        door = MailDoor(Directory().find, keep, clock, max_bytes=MAX_BYTES)

        def send(client: smtplib.SMTP) -> None:
            client.sendmail("ada@example.com", [ACCOUNT.address], mail())
            order.append("answered")

        sending = asyncio.ensure_future(smtp(door, send))
        await is_asked.wait()
        assert not sending.done()
        may_keep.set()
        await sending
        await door.close()
        assert order == ["kept", "answered"]

    @pytest.mark.parametrize(
        "fault", [pytest.param(StorageUnavailable(), id="the database is down"), pytest.param(RuntimeError("private words"), id="anything else")]
    )
    async def test_asks_again_when_the_mail_could_not_be_kept(self, door: MailDoor, intake: RememberingIntake, fault: Exception) -> None:
        intake.fail(fault)

        def twice(client: smtplib.SMTP) -> None:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("ada@example.com", [ACCOUNT.address], mail())
            assert refused.value.smtp_code == 451
            assert b"private" not in refused.value.smtp_error
            client.sendmail("ada@example.com", [ACCOUNT.address], mail())

        await smtp(door, twice)
        assert len(intake.kept) == 1

    async def test_asks_again_for_all_when_one_inbox_failed(self, door: MailDoor, intake: RememberingIntake) -> None:
        intake.fail(StorageUnavailable(), inbox_id=SALES.inbox_id)

        def send(client: smtplib.SMTP) -> None:
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                client.sendmail("ada@example.com", [ACCOUNT.address, SALES.address], mail())

        await smtp(door, send)
        assert [inbox_id for inbox_id, _ in intake.kept] == [ACCOUNT.inbox_id]

    async def test_knows_no_other_mailbox(self, door: MailDoor, intake: RememberingIntake) -> None:
        def send(client: smtplib.SMTP) -> object:
            return client.sendmail("ada@example.com", ["nobody@desk.example.com", ACCOUNT.address], mail())

        refused = await smtp(door, send)
        assert refused == {"nobody@desk.example.com": (550, b"5.1.1 No such mailbox here")}
        assert len(intake.kept) == 1

    async def test_asks_again_when_recipients_cannot_be_looked_up(self, door: MailDoor, directory: Directory) -> None:
        directory.is_down = True

        def send(client: smtplib.SMTP) -> int:
            client.ehlo()
            client.mail("ada@example.com")
            return client.rcpt(ACCOUNT.address)[0]

        assert await smtp(door, send) == 451

    @pytest.mark.parametrize("declares", [True, False])
    async def test_refuses_what_is_too_large(self, door: MailDoor, intake: RememberingIntake, declares: bool) -> None:
        def send(client: smtplib.SMTP) -> int:
            client.ehlo()
            code, _ = client.mail("ada@example.com", [f"SIZE={MAX_BYTES + 1}"] if declares else [])
            if code == 250:
                client.rcpt(ACCOUNT.address)
                code, _ = client.data(mail("x" * 70 + "\r\n") + (b"y" * 70 + b"\r\n") * (MAX_BYTES // 70))
            return code

        assert await smtp(door, send) == 552
        assert intake.kept == []

    async def test_takes_lines_of_any_length(self, door: MailDoor, intake: RememberingIntake) -> None:
        """The library's own limit of 1,001 refused one real mail in a hundred."""
        raw = mail("z" * 150_000 + "\r\n")
        await smtp(door, lambda client: client.sendmail("ada@example.com", [ACCOUNT.address], raw))
        assert intake.bodies[0].endswith(raw)

    async def test_takes_raw_bytes_and_the_null_sender(self, door: MailDoor, intake: RememberingIntake) -> None:
        raw = mail(Subject="Grüße") + b"\xff\xfe\r\n"
        await smtp(door, lambda client: client.sendmail("", [ACCOUNT.address], raw))
        assert parse(ACCOUNT, intake.kept[0][1]).is_automatic

    async def test_survives_a_sender_who_leaves_in_the_middle(self, door: MailDoor, intake: RememberingIntake) -> None:
        port = await door.listen("127.0.0.1", 0)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example.com>\r\nDATA\r\nSubject: half a")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await smtp(door, lambda client: client.sendmail("ada@example.com", [ACCOUNT.address], mail()))
        assert len(intake.kept) == 1


class TestLmtp:
    GREETING = (
        b"LHLO mta\r\n",
        b"MAIL FROM:<ada@example.com>\r\n",
        b"RCPT TO:<support@desk.example.com>\r\n",
        b"RCPT TO:<sales@desk.example.com>\r\n",
        b"DATA\r\n",
    )

    async def test_answers_for_each_recipient(self, door: MailDoor, intake: RememberingIntake) -> None:
        intake.fail(StorageUnavailable(), inbox_id=ACCOUNT.inbox_id)
        heard = await lmtp(door, *self.GREETING, mail() + b"\r\n.\r\n", answers=2)
        assert [line[:3] for line in heard] == [b"451", b"250"]
        assert [(inbox_id, payload.source) for inbox_id, payload in intake.kept] == [(SALES.inbox_id, "email/lmtp")]

    async def test_answers_for_each_recipient_also_when_something_breaks(self, door: MailDoor, intake: RememberingIntake) -> None:
        intake.fail(RuntimeError("no"))
        heard = await lmtp(door, *self.GREETING, mail() + b"\r\n.\r\n", answers=2)
        assert [line[:3] for line in heard] == [b"451", b"451"]

    async def test_answers_for_each_recipient_also_when_it_is_too_large(self, door: MailDoor) -> None:
        heard = await lmtp(door, *self.GREETING, (b"y" * 70 + b"\r\n") * (MAX_BYTES // 70) + b".\r\n", answers=2)
        assert [line[:3] for line in heard] == [b"552", b"552"]


class TestClose:
    async def test_ends_those_who_say_nothing_and_keeps_what_is_being_kept(self, clock: MovedClock) -> None:
        """A process that ends has no time for a sender's five minutes; a mail whose keeping has begun is answered."""
        is_asked, may_keep = asyncio.Event(), asyncio.Event()

        async def keep(inbox_id: int, payload: object) -> None:
            is_asked.set()
            await may_keep.wait()

        door = MailDoor(Directory().find, keep, clock, max_bytes=MAX_BYTES)
        port = await door.listen("127.0.0.1", 0)
        idle, idle_writer = await asyncio.open_connection("127.0.0.1", port)
        busy, busy_writer = await asyncio.open_connection("127.0.0.1", port)
        await idle.readline()
        for line in (b"", b"HELO x", b"MAIL FROM:<ada@example.com>", f"RCPT TO:<{ACCOUNT.address}>".encode(), b"DATA"):
            busy_writer.write(line + b"\r\n" if line else b"")
            await busy.readline()
        busy_writer.write(mail() + b"\r\n.\r\n")
        await is_asked.wait()
        closing = asyncio.ensure_future(door.close())
        assert (await asyncio.wait_for(idle.read(), 4)).startswith(b"421 4.3.2")
        assert not closing.done()
        may_keep.set()
        assert [line[:3] for line in (await busy.read()).splitlines()] == [b"250", b"421"]
        await asyncio.wait_for(closing, 2)
        for writer in (idle_writer, busy_writer):
            writer.close()
