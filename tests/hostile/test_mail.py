"""Mail made to hurt: by its size, by its shape, and by what two mail servers read differently."""

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from channels.contract import Account
from channels.email import listener
from channels.email.listener import MailDoor
from channels.email.parse import parse
from kernel.clock import MovedClock
from tests.channels.email.mails import ACCOUNT, mail, read
from tests.hostile.besieged import ADDRESS, MAIL_MAX_BYTES, Besieged
from tests.support.intake import RememberingIntake
from tests.support.torture import size

pytestmark = pytest.mark.torture

MEGABYTE = 1024 * 1024
TALK = b"EHLO x\r\nMAIL FROM:<ada@example.com>\r\nRCPT TO:<%s>\r\nDATA\r\n"


@pytest.fixture
def intake() -> RememberingIntake:
    return RememberingIntake()


@pytest.fixture
async def port(intake: RememberingIntake, clock: MovedClock) -> AsyncIterator[int]:
    """A mail door for one inbox."""

    async def find(address: str) -> Account | None:
        return ACCOUNT if address == ACCOUNT.address else None

    door = MailDoor(find, intake.receive, clock, max_bytes=MAIL_MAX_BYTES)
    yield await door.listen("127.0.0.1", 0)
    await door.close()


async def talk(port: int, first: bytes, *more: bytes) -> bytes:
    """Say something, wait for the word to go on where a mail follows, say the rest, and return all answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        writer.write(first)
        if first.endswith(b"DATA\r\n"):
            heard = await asyncio.wait_for(reader.readuntil(b"354 "), 10)
        for piece in more:
            writer.write(piece)
            await writer.drain()
        while chunk := await asyncio.wait_for(reader.read(65_536), 10):
            heard += chunk
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
    return heard


def to(address: str = ACCOUNT.address) -> bytes:
    return TALK % address.encode()


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\n..\n", b"\r\n\0.\r\n"])
async def test_only_one_thing_ends_a_mail(port: int, intake: RememberingIntake, end: bytes) -> None:
    """What another server takes for the end would let its sender say the rest in that server's name (SMTP smuggling)."""
    second = b"MAIL FROM:<ceo@example.com>\r\nRCPT TO:<support@desk.example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
    heard = await talk(port, to(), b"Subject: one\r\n\r\nHello" + end + second + b"QUIT\r\n")
    assert len(intake.kept) == 1
    assert b"MAIL FROM:<ceo@" in intake.bodies[0]
    assert heard.count(b"250 2.0.0 Kept") == 1


async def test_a_command_without_an_end_is_cut_off(fortress: Besieged) -> None:
    before = fortress.memory()
    heard = await asyncio.gather(*(talk(fortress.smtp_port, b"EHLO ", *[b"x" * MEGABYTE] * 40) for _ in range(size(4, 20))))
    assert all(b"500 5.5.6" in one or b"354" not in one for one in heard)
    assert fortress.memory() - before < 16 * MEGABYTE


@pytest.mark.parametrize("piece", [b"x" * MEGABYTE, b"x" * 998 + b"\r\n"], ids=["an endless line", "endless lines"])
async def test_a_mail_that_is_far_too_large_is_passed_over(fortress: Besieged, piece: bytes) -> None:
    """It is read to its end, so that its sender hears that it is too large; nothing of it is kept meanwhile."""
    pieces = [b"Subject: x\r\n\r\n", *[piece] * (60 * MEGABYTE // len(piece)), b"\r\n.\r\nQUIT\r\n"]
    async with fortress.watched() as grown:
        heard = await asyncio.gather(*(talk(fortress.smtp_port, to(ADDRESS), *pieces) for _ in range(size(4, 20))))
        assert all(b"552 " in one or b"500 Line too long" in one for one in heard)
        assert grown() < size(4, 20) * 4 * MAIL_MAX_BYTES + 32 * MEGABYTE
    assert await fortress.health() < 8


async def test_unfinished_mails_hold_no_more_than_all_of_them_may(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_MOST_UNFINISHED", 2 * MEGABYTE)
    body = b"Subject: x\r\n\r\n" + b"x" * 900_000
    busy = []
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(to())
        await asyncio.wait_for(reader.readuntil(b"354 "), 10)
        writer.write(body)
        await writer.drain()
        busy.append(writer)
    assert b"421 4.3.1" in await talk(port, to(), body)
    # One that is small is taken all the same, and when the others are gone so are large ones.
    assert b"250 2.0.0" in await talk(port, to(), mail() + b"\r\n.\r\nQUIT\r\n")
    for writer in busy:
        writer.close()
        await writer.wait_closed()
    assert b"250 2.0.0" in await talk(port, to(), body + b"\r\n.\r\nQUIT\r\n")


async def test_a_thousand_recipients_are_ninety_nine_too_many_times_nine(port: int, intake: RememberingIntake) -> None:
    recipients = b"".join(b"RCPT TO:<support+%d@desk.example.com>\r\n" % number for number in range(1_000))
    heard = await talk(port, b"EHLO x\r\nMAIL FROM:<ada@example.com>\r\n" + recipients + b"QUIT\r\n")
    assert (heard.count(b"250 2.1.5"), heard.count(b"452 4.5.3")) == (100, 900)
    assert intake.kept == []


async def test_garbage_is_not_listened_to_for_long(port: int, intake: RememberingIntake) -> None:
    garbage = b"\x16\x03\x01\x02\x00\r\nGET / HTTP/1.1\r\nHost: x\r\n\xff\xfe\r\n\r\nEHLO\r\nMAIL FROM:x\r\nRCPT TO:<\0>\r\nDATA\r\n.\r\n"
    heard = await talk(port, garbage * 20)
    assert heard.count(b"\r\n") < 300
    assert intake.kept == []


def filled(name: str, content: bytes = b"x") -> bytes:
    """Return a mail with a file whose name is written as it stands, in RFC 2231."""
    quoted = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "surrogatepass"))
    head = f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''{quoted}\r\n\r\n".encode()
    return b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n" + head + content + b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "C:\\x",
        "..\\..\\x",
        "a\0b",
        "/etc/passwd",
        "x\r\nSet-Cookie: a=b",
        "invoice\u202efdp.exe",
        "x" * 5_000 + ".pdf",
        "..",
        "",
        "\ud800",
        "NUL",
        "a/../../b",
    ],
)
def test_a_files_name_is_only_a_name(name: str) -> None:
    [file] = read(filled(name)).files
    assert 0 < len(file.name) <= 200
    assert not set(file.name) & set("/\\\0\r\n\u202e")
    assert file.name not in (".", "..")
    file.name.encode()


def test_a_packed_bomb_stays_packed() -> None:
    """Nothing of ours unpacks what a customer sends: it costs what it weighs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(50 * MEGABYTE))
    letter = EmailMessage()
    letter["From"] = "a@b.example"
    letter.set_content("See the file")
    letter.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="bomb.zip")
    began = time.process_time()
    [file] = read(letter.as_bytes()).files
    assert file.content == packed.getvalue()
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\0" * MEGABYTE, id="nothing but NULs"),
        pytest.param(b"From: a@b.example\r\nX-Long: " + b"y" * 10 * MEGABYTE + b"\r\n\r\nHello", id="a header of ten megabytes"),
        pytest.param(
            mail(("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5_000) + "--b--", Content_Type="multipart/mixed; boundary=b"), id="five thousand parts"
        ),
        pytest.param(mail(Subject="=?utf-8?b?" + "/w==" * 10_000 + "?=" + "=?x-trap?q?" + "=00" * 10_000 + "?="), id="bombs in encoded words"),
        pytest.param(mail(Subject=" ".join(["=?utf-7?b?K0FEdy0=?="] * 5_000)), id="a tag in UTF-7"),
    ],
)
async def test_a_mail_of_any_shape_is_taken(port: int, intake: RememberingIntake, raw: bytes) -> None:
    heard = await talk(port, to(), *(raw[at : at + 65_536] for at in range(0, len(raw), 65_536)), b"\r\n.\r\nQUIT\r\n")
    if len(raw) > MAIL_MAX_BYTES:
        assert b"552 " in heard or b"500 Line too long" in heard
    else:
        assert b"250 2.0.0" in heard
    said = parse(ACCOUNT, intake.kept[0][1]) if intake.kept else read(raw)
    assert "\0" not in said.text + (said.subject or "")
    assert len(said.subject or "") <= 1_000
    assert len(said.files) <= 100
