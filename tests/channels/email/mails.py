"""What the tests of e-mail share: an inbox, its payloads, the written samples."""

from dataclasses import replace
from pathlib import Path

from channels.contract import Account, InboundMessage, OutboundMessage, RawPayload
from channels.email.framing import FRAMED, Envelope, framed
from channels.email.parse import parse
from tests.conftest import MOMENT

SAMPLES = Path(__file__).parent.parent / "samples" / "email"
TOKEN = "aebagbafaydqqcikbmga2dqp"
DELIVERY_TOKEN = "mfrggzdfmztwq2lk"
ACCOUNT = Account(inbox_id=7, key="desk", name="Desk", address="support@desk.example.com", settings={"smtp_host": "127.0.0.1", "smtp_security": "none"})


def account(**settings: str) -> Account:
    """Return the inbox with further settings."""
    return replace(ACCOUNT, settings={**ACCOUNT.settings, **settings})


def plain(raw: bytes) -> RawPayload:
    """Return a mail as IMAP brings it: without an envelope."""
    return RawPayload(source="email/imap", content_type="message/rfc822", body=raw, received_at=MOMENT)


def delivered(raw: bytes, sender: str, *recipients: str) -> RawPayload:
    """Return a mail as the door brings it: with its envelope."""
    return RawPayload(source="email/smtp", content_type=FRAMED, body=framed(Envelope(sender=sender, recipients=recipients), raw), received_at=MOMENT)


def read(raw: bytes, **settings: str) -> InboundMessage:
    """Return what a mail says."""
    return parse(account(**settings), plain(raw))


def sample(name: str, **settings: str) -> InboundMessage:
    """Return what a written sample says."""
    return read((SAMPLES / f"{name}.eml").read_bytes(), **settings)


def mail(body: str = "Hello.\n", **headers: str) -> bytes:
    """Return a mail with some headers (`Reply_To="…"` is Reply-To), in UTF-8 as it stands."""
    given = {"From": "Ada Quist <ada@example.com>", "Message_ID": "<a1@mail.example.com>"} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"{head}\r\n{body}".encode()


def answer(text: str = "Tuesday it is.", **changes: object) -> OutboundMessage:
    """Return something to say."""
    message = OutboundMessage(
        message_id=7_318_349_394_477_900,
        conversation_id=7_318_349_394_477_100,
        recipient="ada@example.com",
        recipient_name="Ada Quist",
        author_name="Ines",
        text=text,
        subject="Where is my order?",
        external_id=f"<c.{TOKEN}.7318349394477900@desk.example.com>",
        reply_token=TOKEN,
        delivery_token=DELIVERY_TOKEN,
        references=("<a1@mail.example.com>",),
        quoted=None,
        files=(),
        written_at=MOMENT,
        attempt=1,
    )
    return replace(message, **changes)  # type: ignore[arg-type]  # fields by name
