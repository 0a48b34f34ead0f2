"""What customers' programs and vendors would send: raw mails, Twilio's forms, Telegram's updates, the widget's JSON."""

import html
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlencode

import orjson

from app.demo.papers import paper
from app.demo.people import INBOXES, Person
from channels.contract import OutboundMessage, RawPayload
from channels.email.framing import FRAMED, Envelope, framed

# Long References must not be written as encoded words (cpython#79986).
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a customer writes in their mail program. `answers` is our reply and `to` its Reply-To, `follows` their own last mail; `file` names an enclosed paper."""

    person: Person
    message_id: str
    subject: str
    text: str
    at: datetime
    to: str
    answers: OutboundMessage | None = None
    follows: str | None = None
    file: str | None = None
    is_html: bool = False


def mail(written: Mail) -> RawPayload:
    """Return the raw mail with its envelope, as the SMTP listener hands it over; one that answers quotes what it answers, as mail programs do."""
    person, answers = written.person, written.answers
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = Address(display_name=person.name, addr_spec=person.email)
    letter["To"] = Address(addr_spec=written.to)
    letter["Date"] = written.at
    letter["Message-ID"] = written.message_id
    letter["Content-Language"] = person.locale
    letter["Subject"] = f"Re: {written.subject}" if answers or written.follows else written.subject
    body = f"{written.text}\n\n{person.signature}".rstrip()
    if answers is not None:
        letter["In-Reply-To"] = answers.external_id
        letter["References"] = " ".join([*answers.references, answers.external_id])
        body = f"{body}\n\n{_quoted(answers)}"
    elif written.follows is not None:
        letter["In-Reply-To"] = letter["References"] = written.follows
    letter.set_content(body + "\n", cte="quoted-printable")
    if written.is_html:
        letter.add_alternative(_marked_up(body), subtype="html", cte="quoted-printable")
    if written.file is not None:
        media_type, content = paper(written.file, f"{person.name}: {written.subject}")
        maintype, _, subtype = media_type.partition("/")
        letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=written.file)
    raw = framed(Envelope(sender=person.email, recipients=(written.to,)), letter.as_bytes())
    return RawPayload(source="email/smtp", content_type=FRAMED, body=raw, received_at=written.at)


def sms(person: Person, *, sid: str, text: str, at: datetime) -> RawPayload:
    """Return the form that Twilio posts for an incoming SMS, with all its usual fields."""
    ours = INBOXES["sms"]
    country = "US" if person.phone.startswith("+1") else "GB"
    fields = {
        "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "WASHINGTON", "FromZip": "", "SmsSid": sid, "FromState": "",
        "SmsStatus": "received", "FromCity": "", "Body": text, "FromCountry": country, "To": ours.address, "ToZip": "", "NumSegments": str(len(text) // 153 + 1),
        "MessageSid": sid, "AccountSid": ours.settings["account_sid"], "From": person.phone, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return RawPayload(source="sms", content_type="application/x-www-form-urlencoded", body=urlencode(fields).encode(), received_at=at)


def sms_status(vendor_id: str, person: Person, at: datetime) -> RawPayload:
    """Return the form by which Twilio says that our SMS has arrived."""
    ours = INBOXES["sms"]
    fields = {
        "SmsSid": vendor_id, "SmsStatus": "delivered", "MessageStatus": "delivered", "To": person.phone, "MessageSid": vendor_id,
        "AccountSid": ours.settings["account_sid"], "From": ours.address, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return RawPayload(source="sms/status", content_type="application/x-www-form-urlencoded", body=urlencode(fields).encode(), received_at=at)


def telegram(person: Person, *, number: int, text: str, at: datetime, with_card: bool) -> RawPayload:
    """Return the update that Telegram posts for a message, or for the customer's own contact card."""
    first, _, last = person.name.partition(" ")
    names = {"first_name": first, **({"last_name": last} if last else {})}
    said: dict[str, object] = {
        "message_id": number,
        "from": {"id": person.telegram_id, "is_bot": False, **names, "language_code": person.locale},
        "chat": {"id": person.telegram_id, **names, "type": "private"},
        "date": int(at.timestamp()),
    }
    if with_card:
        said["contact"] = {"phone_number": person.phone.lstrip("+"), **names, "user_id": person.telegram_id}
    else:
        said["text"] = text
    body = orjson.dumps({"update_id": 730_000_000 + number, "message": said})
    return RawPayload(source="telegram", content_type="application/json", body=body, received_at=at)


def chat(person: Person, *, visitor_id: int, client_id: str, text: str, at: datetime, with_email: bool) -> RawPayload:
    """Return what the edge hands over for a visitor of the web chat, with the address they typed if they did."""
    said = {"visitor_id": str(visitor_id), "client_id": client_id, "text": text, "name": person.name, "email": person.email if with_email else None}
    return RawPayload(source="chat", content_type="application/json", body=orjson.dumps(said | {"locale": person.locale}), received_at=at)


def _quoted(answered: OutboundMessage) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in answered.text.split("\n"))
    return f"On {answered.written_at:%a, %d %b %Y at %H:%M}, {answered.author_name} <{INBOXES['mail'].address}> wrote:\n\n{lines}"


def _marked_up(body: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(block)}</p>".replace("\n", "<br>") for block in body.split("\n\n"))
    return f'<html><body style="font-family: Georgia, serif; color: #333">{paragraphs}</body></html>'
