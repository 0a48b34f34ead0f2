"""A mail's bytes to an InboundMessage: pure, and never a refusal — what is broken is read as far as it goes, with a warning."""

import hashlib
import html
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from channels.contract import Account, InboundFile, InboundMessage, RawPayload
from channels.email import quoting
from channels.email.bodies import content_id_of, content_of, disposition_of, media_type_of, name_for, sort_out, text_of
from channels.email.charsets import decode
from channels.email.framing import Envelope, opened
from channels.email.headers import MOST_IDS, Mailbox, addresses_of, decode_words, mailboxes, message_ids
from channels.email.markup import clean_html, html_to_text, is_too_deep
from channels.email.mime import Part, read_tree
from channels.email.sender import claims_of, is_automatic, reply_tokens, sender_of
from kernel.text import clean

_LONGEST_SUBJECT = 1000
_MOST_TEXT = 1_000_000
_MOST_FILES = 100
_MOST_WARNINGS = 20
_MOST_PARTICIPANTS = 50
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
# Everything that the libraries below can raise over bytes made to hurt; the fuzzing tests keep this list honest.
_TROUBLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a mail holds below its headers."""

    text: str
    html: str | None
    files: tuple[InboundFile, ...]


def parse(account: Account, payload: RawPayload) -> InboundMessage:
    """Return the message in a mail, whatever its bytes. The payload may carry an envelope (see `framing`)."""
    envelope, raw = opened(payload)
    try:
        return _read(account, payload, envelope, raw)
    except _TROUBLE:
        return _bare(account, payload, envelope, raw)


def _read(account: Account, payload: RawPayload, envelope: Envelope, raw: bytes) -> InboundMessage:
    root, warnings = read_tree(raw)
    hint = str(root.get_param("charset", "")) or None
    external_id = _external_id(root, raw, warnings)
    references = _references(root, external_id)
    sender, claims = sender_of(root, account, envelope, digest_of(raw), hint, warnings)
    content = _content(root, warnings)
    subject = decode_words(root.value("subject"), hint)[:_LONGEST_SUBJECT] or None
    parts = quoting.split(content.text, subject)
    text = parts.reply or parts.signature or ""
    folded = (parts.signature if parts.reply else None, parts.quoted)
    recipients = [box for name in ("to", "cc") for box in mailboxes(root.values(name), hint)]
    return InboundMessage(
        inbox_id=account.inbox_id,
        external_id=external_id,
        sender=sender,
        text=text,
        quoted="\n\n".join(part for part in folded if part) or None,
        html=content.html,
        claims=claims_of(sender, claims, f"{text}\n{parts.signature or ''}"),
        reply_tokens=reply_tokens(root, envelope, recipients, references),
        references=references,
        subject=subject,
        sent_at=_sent_at(root.value("date"), payload.received_at),
        files=content.files,
        participants=_participants(recipients, account, sender.value),
        locale=_locale(root.value("content-language")),
        is_automatic=is_automatic(root, envelope),
        warnings=tuple(dict.fromkeys(warnings))[:_MOST_WARNINGS],
        raw=payload,
    )


def _bare(account: Account, payload: RawPayload, envelope: Envelope, raw: bytes) -> InboundMessage:
    """Return what can be said of a mail that no parser survives: its text as it lies there, from whom the envelope says."""
    warnings = ["The mail could not be taken apart; its source stands as text."]
    sender, _ = sender_of(Part(), account, envelope, digest_of(raw), None, warnings)
    text = clean(decode(raw[:_MOST_TEXT]).replace("\r\n", "\n").replace("\r", "\n"))
    return InboundMessage(inbox_id=account.inbox_id, external_id=f"sha256:{digest_of(raw)}", sender=sender, text=text, warnings=tuple(warnings), raw=payload)


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of a mail without its frame: the same mail by two doors has the same."""
    return hashlib.sha256(raw).hexdigest()


def _external_id(root: Part, raw: bytes, warnings: list[str]) -> str:
    ids = message_ids(root.value("message-id"))
    if len(ids) == 1:
        return ids[0]
    if root.value("message-id"):
        warnings.append("The Message-ID is malformed.")
    return f"sha256:{digest_of(raw)}"


def _references(root: Part, own: str) -> tuple[str, ...]:
    """Return the ids that a mail answers, nearest first: In-Reply-To, then References from its end; its own id (a cycle) is none."""
    answered = [found for value in root.values("in-reply-to")[:5] for found in message_ids(value)]
    thread = [found for value in root.values("references")[:5] for found in message_ids(value)]
    nearest_first = dict.fromkeys([*answered, *reversed(thread)])
    nearest_first.pop(own, None)
    return tuple(nearest_first)[:MOST_IDS]


def _sent_at(value: str, received_at: datetime) -> datetime | None:
    """Return what the Date header says, or None where it says nothing that can be: it never decides an order."""
    try:
        said = parsedate_to_datetime(value[:200])
        at = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except _TROUBLE:
        return None
    return at if _EARLIEST <= at <= received_at + timedelta(days=1) else None


def _participants(recipients: list[Mailbox], account: Account, sender: str) -> tuple[str, ...]:
    """Return who else was written to, each once; we under any of our plus-addresses are nobody else."""
    known = {account.address.lower(), sender.lower()}
    others: dict[str, str] = {}
    for box in recipients:
        if box.is_usable and known.isdisjoint(addresses_of(box.address)):
            others.setdefault(box.address.lower(), box.address)
    return tuple(others.values())[:_MOST_PARTICIPANTS]


def _locale(value: str) -> str | None:
    tag = value.partition(",")[0].partition(";")[0].strip()
    return tag if 2 <= len(tag) <= 20 and tag.isascii() and tag.replace("-", "").isalnum() else None


def _content(root: Part, warnings: list[str]) -> _Content:
    bodies = sort_out(root)
    sources = {id(part): text_of(part, warnings) for part in {id(body): body for body in [*bodies.text, *bodies.html]}.values() if _is_text(part)}
    plain = [sources[id(part)] for part in bodies.text if id(part) in sources and not _is_html(part)]
    marked_up = [part for part in bodies.html if _is_html(part)]
    shown = (
        "".join(sources[id(part)] if _is_html(part) else f"<pre>{html.escape(sources[id(part)])}</pre>" for part in bodies.html if id(part) in sources)
        if marked_up
        else None
    )
    if "".join(plain).strip():
        text = "\n".join(sources[id(part)] if not _is_html(part) else html_to_text(sources[id(part)]) for part in bodies.text if id(part) in sources)
    else:
        text = html_to_text(shown) if shown else "\n".join(plain)
    if len(text) > _MOST_TEXT:
        text = text[:_MOST_TEXT]
        warnings.append("The text is longer than we show; the end was left off.")
    if shown is not None and is_too_deep(shown):
        warnings.append("The HTML is nested deeper than we show; its text stands alone.")
        shown = None
    others = {id(part): part for part in [*bodies.text, *bodies.html, *bodies.files] if id(part) not in sources}
    safe = clean_html(shown) if shown is not None else None
    return _Content(text=clean(text).strip("\n"), html=safe, files=_files(list(others.values()), shown or "", warnings))


def _is_html(part: Part) -> bool:
    return media_type_of(part) == "text/html"


def _is_text(part: Part) -> bool:
    media_type = media_type_of(part)
    return media_type in ("text/plain", "text/html") or media_type.startswith("multipart/")


def _files(parts: list[Part], markup: str, warnings: list[str]) -> tuple[InboundFile, ...]:
    if len(parts) > _MOST_FILES:
        warnings.append(f"The mail has more than {_MOST_FILES} files; the rest was left off.")
    linked = unquote(markup) if "cid:" in markup else ""
    files = []
    for number, part in enumerate(parts[:_MOST_FILES], start=1):
        content_id = content_id_of(part)
        is_linked = content_id is not None and f"cid:{content_id}" in linked
        media_type = media_type_of(part)
        files.append(
            InboundFile(
                name=name_for(part, number),
                media_type=media_type,
                content=content_of(part, warnings),
                content_id=content_id,
                is_inline=is_linked or (media_type.startswith("image/") and disposition_of(part) == "inline" and content_id is not None),
            )
        )
    return tuple(files)
