"""Letters as their vendors bring them: signed forms, updates, visitors' words and mails, as bytes that need nothing but sending."""

import base64
import binascii
import hashlib
import hmac
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import orjson

from bench.letters import Letter
from channels.contract import RawPayload
from channels.email.framing import FRAMED, Envelope, framed

MAILBOX, NUMBER = "support@desk.example", "+15005550006"
AUTH_TOKEN, SECRET_TOKEN, BOT_TOKEN = "benches only", "benches_only", "123456:benches-only"
_ACCOUNT = "AC" + "0" * 32
_FORM, _JSON = "application/x-www-form-urlencoded; charset=UTF-8", "application/json"
_HISTORY = 560
_BEGAN = 1_767_225_600  # 2026-01-01T00:00:00Z
_TRACE = "dkim=pass header.d=mail.example; spf=pass (the sender's servers are named in its record) smtp.mailfrom=mail.example; dmarc=pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where letters go: the server's base URL and mail port, the ids of its inboxes by channel, and the chat's public key."""

    url: str
    smtp_port: int
    inboxes: Mapping[str, int]
    chat_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is said and what must be answered, in turn (a status or a reply code). A visitor who is known by a token has it put between `said` and `rest`."""

    letter: Letter
    steps: tuple[tuple[bytes, bytes], ...] = ()
    said: bytes = b""
    rest: bytes = b""
    head: bytes = b""

    def with_token(self, token: bytes) -> bytes:
        """Return the request of a known visitor."""
        length = len(self.said) + len(token) + len(self.rest)
        return b"%b%d\r\n\r\n%b%b%b" % (self.head, length, self.said, token, self.rest)


def packed(letter: Letter, doors: Doors) -> Parcel:
    """Return a letter as its channel's door takes it."""
    return {"sms": _sms, "telegram": _telegram, "chat": _chat, "email": _email}[letter.channel](letter, doors)


def payload(letter: Letter, at: datetime) -> RawPayload:
    """Return a letter as the door inside takes it, when its own door has let it pass."""
    if letter.channel == "sms":
        source, content_type, body = "sms", _FORM, urlencode(form(letter)).encode()
    elif letter.channel == "telegram":
        source, content_type, body = "telegram", _JSON, update(letter)
    elif letter.channel == "chat":
        source, content_type, body = "chat", _JSON, _said(letter)
    else:
        envelope = Envelope(sender=f"robin{letter.person}@mail.example", recipients=(MAILBOX,))
        source, content_type, body = "email/smtp", FRAMED, framed(envelope, mail(letter))
    return RawPayload(source=source, content_type=content_type, body=body, received_at=at)


def form(letter: Letter) -> dict[str, str]:
    """Return the fields of Twilio's form."""
    sid = f"SM{letter.number:032x}"
    return {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "", "SmsSid": sid, "FromState": "",
        "SmsStatus": "received", "FromCity": "", "Body": letter.text, "FromCountry": "GB", "To": NUMBER, "MessagingServiceSid": "", "ToZip": "",
        "NumSegments": "2", "MessageSid": sid, "AccountSid": _ACCOUNT, "From": f"+4477{letter.person:08}", "ApiVersion": "2010-04-01",
    }  # fmt: skip


def update(letter: Letter) -> bytes:
    """Return Telegram's update."""
    user_id = 1_000_000 + letter.person
    person = {"id": user_id, "first_name": f"Robin {letter.person}", "last_name": "Gray", "username": f"robin{letter.person}"}
    message = {
        "message_id": letter.number + 1,
        "from": person | {"is_bot": False, "language_code": letter.language},
        "chat": person | {"type": "private"},
        "date": _BEGAN + letter.number,
        "text": letter.text,
    }
    return orjson.dumps({"update_id": letter.number + 1, "message": message})


def mail(letter: Letter) -> bytes:
    """Return a mail of two to four kilobytes with its history; every second one has an HTML side."""
    name, address = f"Robin {letter.person}", f"robin{letter.person}@mail.example"
    said = f"{letter.text} {letter.text}"[:_HISTORY]
    history = [said[at : at + 70] for at in range(0, len(said), 70)]
    signature = base64.b64encode(hashlib.sha512(letter.text.encode()).digest() * 4).decode()
    intro = f"On Thu, Jan 1, 2026 at 9:30 AM Support <{MAILBOX}> wrote:"
    plain = "\n".join([f"Hello,\n\n{letter.text}\n\nKind regards\n{name}\n\n{intro}", *(f"> {line}" for line in history), ""])
    lines = [
        f"Received: from mail.example (mail.example [192.0.2.{letter.number % 250}]) by mx.desk.example with ESMTPS id {letter.number:016x};",
        " Thu, 1 Jan 2026 10:00:00 +0000",
        f"Authentication-Results: mx.desk.example; {_TRACE}",
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=one; h=from:to:subject:date:message-id;",
        *(f" {signature[at : at + 70]}" for at in range(0, len(signature), 70)),
        f"From: {name} <{address}>",
        f"To: Support <{MAILBOX}>",
        f"Subject: {'Re: ' if letter.earlier else ''}Order {letter.person} has not come",
        f"Message-ID: <{letter.number}.{letter.person}@mail.example>",
        *([f"In-Reply-To: {_names(letter)[-1]}", f"References: {' '.join(_names(letter))}"] if letter.earlier else []),
        "Date: Thu, 01 Jan 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
    ]
    if letter.number // 4 % 2:
        body = _part("plain", plain)
    else:
        quoted = "".join(f"<div>{html.escape(line)}</div>" for line in history)
        rich = (
            f'<html><body><div dir="ltr"><p>Hello,</p><p>{html.escape(letter.text)}</p><p>Kind regards<br>{name}</p></div><br>'
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{html.escape(intro)}<br></div><blockquote>{quoted}</blockquote></div></body></html>'
        )
        edge = f"=_{letter.number:024x}"
        parts = b"".join(b"--%b\r\n%b\r\n" % (edge.encode(), part) for part in (_part("plain", plain), _part("html", rich)))
        body = b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n%b--%b--\r\n' % (edge.encode(), parts, edge.encode())
    return "\r\n".join(lines).encode() + b"\r\n" + body


def _said(letter: Letter) -> bytes:
    said = {"visitor_id": str(_BEGAN * 1_000_000 + letter.person), "client_id": f"bench-{letter.number}", "text": letter.text, "name": None, "email": None}
    return orjson.dumps(said)


def _names(letter: Letter) -> list[str]:
    return [f"<{number}.{letter.person}@mail.example>" for number in letter.earlier]


def _part(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
    return head + binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n") + b"\r\n"


def _sms(letter: Letter, doors: Doors) -> Parcel:
    fields, path = form(letter), f"/hooks/sms/{doors.inboxes['sms']}"
    signed = doors.url + path + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {
        "Content-Type": _FORM,
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": str(letter.number),
    }
    return _post(letter, doors, path, headers, urlencode(fields).encode())


def _telegram(letter: Letter, doors: Doors) -> Parcel:
    headers = {"Content-Type": _JSON, "X-Telegram-Bot-Api-Secret-Token": SECRET_TOKEN}
    return _post(letter, doors, f"/hooks/telegram/{doors.inboxes['telegram']}", headers, update(letter))


def _chat(letter: Letter, doors: Doors) -> Parcel:
    path, headers = f"/api/v1/chat/{doors.chat_key}/messages", {"Content-Type": _JSON, "Origin": doors.url}
    said = orjson.dumps({"client_id": f"bench-{letter.number}", "text": letter.text})
    if not letter.earlier:
        return _post(letter, doors, path, headers, said, b"201")
    return Parcel(letter=letter, head=_head(doors, path, headers), said=said[:-1] + b',"visitor":"', rest=b'"}')


def _email(letter: Letter, doors: Doors) -> Parcel:
    content = mail(letter).replace(b"\r\n.", b"\r\n..") + b".\r\n"
    return Parcel(
        letter=letter,
        steps=(
            (b"MAIL FROM:<robin%d@mail.example>\r\n" % letter.person, b"250"),
            (b"RCPT TO:<%b>\r\n" % MAILBOX.encode(), b"250"),
            (b"DATA\r\n", b"354"),
            (content, b"250"),
        ),
    )


def _post(letter: Letter, doors: Doors, path: str, headers: Mapping[str, str], body: bytes, status: bytes = b"200") -> Parcel:
    return Parcel(letter=letter, steps=((b"%b%d\r\n\r\n%b" % (_head(doors, path, headers), len(body), body), status),))


def _head(doors: Doors, path: str, headers: Mapping[str, str]) -> bytes:
    """Return a request's head up to the number that says how long its body is."""
    given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: {doors.url.partition('://')[2]}\r\nUser-Agent: bench/1\r\nAccept: */*\r\n{given}Content-Length: ".encode()
