"""A mail's bytes to an InboundMessage: pure, and never a refusal — what is broken is read as far as it goes, with a warning."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from channels.contract import Account, InboundFile, InboundMessage, RawPayload
from channels.email.answering import forbids_answer
from channels.email.bounces import Judgement, MailKind, judge
from channels.email.charsets import decode
from channels.email.content import read_content
from channels.email.forwards import Forwarded, forwarded
from channels.email.framing import Envelope, opened
from channels.email.headers import MOST_IDS, Mailbox, decode_words, mailboxes, message_ids
from channels.email.html_quotes import split_body
from channels.email.labels import labels_of
from channels.email.mime import Part, read_tree
from channels.email.quoting import Split
from channels.email.returns import delivery_tokens
from channels.email.sender import claims_of, reply_tokens, sender_of
from channels.participants import Participant, Place, besides
from kernel.text import clean

_LONGEST_SUBJECT = 1000
_MOST_TEXT = 1_000_000
_AUTO_REPLIES = (MailKind.AUTO_REPLY, MailKind.OUT_OF_OFFICE)
_MOST_WARNINGS = 20
_MOST_PARTICIPANTS = 50
_UNJUDGED = Judgement(kind=MailKind.MESSAGE, reason="It could not be judged.")
_Found = TypeVar("_Found")
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
# Everything that the libraries below can raise over bytes made to hurt; the fuzzing tests keep this list honest.
_TROUBLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail taken apart, before anybody asks whose it is; `text` is the whole of it, `split` what it was parted into."""

    root: Part
    digest: str
    message_id: str | None = None
    references: tuple[str, ...] = ()
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    subject: str | None = None
    text: str
    split: Split
    judgement: Judgement
    inner: Forwarded | None = None
    html: str | None = None
    files: tuple[InboundFile, ...] = ()
    warnings: list[str] = field(default_factory=list)

    @property
    def hint(self) -> str | None:
        """The charset that the mail states for its body; raw letters in its headers may be in it too."""
        return self.root.parameter("charset") or None


def parse(account: Account, payload: RawPayload) -> InboundMessage:
    """Return the message in a mail, whatever its bytes. The payload may carry an envelope (see `framing`)."""
    envelope, raw = opened(payload)
    return message_of(account, payload, envelope, read_mail(raw, envelope))


def read_mail(raw: bytes, envelope: Envelope) -> Mail:
    """Return a mail taken apart; where no reader survives it, its source as text."""
    try:
        return _read(raw, envelope)
    except _TROUBLE:
        return _bare(raw)


def _read(raw: bytes, envelope: Envelope) -> Mail:
    root, warnings = read_tree(raw)
    hint = root.parameter("charset") or None
    message_id = _message_id(root, warnings)
    content = read_content(root, warnings)
    warnings += labels_of(root, content.text)
    subject = decode_words(root.value("subject"), hint)[:_LONGEST_SUBJECT] or None
    return Mail(
        root=root,
        digest=digest_of(raw),
        message_id=message_id,
        references=_references(root, message_id),
        to=tuple(mailboxes(root.values("to"), hint)),
        cc=tuple(mailboxes(root.values("cc"), hint)),
        subject=subject,
        text=content.text,
        split=_or(Split(reply=content.text), lambda: split_body(content.text, content.source, subject)),
        judgement=_or(_UNJUDGED, lambda: judge(root, content.text, envelope)),
        inner=_or(None, lambda: forwarded(content.text, subject)),
        html=content.html,
        files=content.files,
        warnings=warnings,
    )


def _bare(raw: bytes) -> Mail:
    """Return what can be said of a mail that no reader survives: its text as it lies there."""
    text = clean(decode(raw[:_MOST_TEXT]).replace("\r\n", "\n").replace("\r", "\n"))
    warning = "The mail could not be taken apart; its source stands as text."
    return Mail(root=Part(), digest=digest_of(raw), text=text, split=Split(reply=text), judgement=_UNJUDGED, warnings=[warning])


def message_of(account: Account, payload: RawPayload, envelope: Envelope, mail: Mail) -> InboundMessage:
    """Return the message in a mail that was taken apart."""
    warnings = list(mail.warnings)
    root = mail.root
    sender, claims = sender_of(root, account, envelope, mail.digest, mail.hint, warnings)
    recipients = [*mail.to, *mail.cc]
    tokens = delivery_tokens(root, envelope)
    return InboundMessage(
        inbox_id=account.inbox_id,
        external_id=mail.message_id or f"sha256:{mail.digest}",
        sender=sender,
        text=mail.split.shown,
        quoted=mail.split.folded,
        html=mail.html,
        claims=_or(tuple(claims), lambda: claims_of(sender, claims, mail.split, mail.inner)),
        reply_tokens=reply_tokens(root, envelope, recipients, mail.references),
        delivery_tokens=tokens,
        references=mail.references,
        subject=mail.subject,
        sent_at=_sent_at(root.value("date"), payload.received_at),
        files=mail.files,
        participants=_participants(mail, account, sender.value),
        locale=_locale(root.value("content-language")),
        is_automatic=mail.judgement.is_automatic,
        no_answer=forbids_answer(root, mail.judgement, sender.value, came_back=bool(tokens)),
        is_auto_reply=mail.judgement.kind in _AUTO_REPLIES,
        warnings=tuple(dict.fromkeys(warnings))[:_MOST_WARNINGS],
        raw=payload,
    )


def _or(otherwise: _Found, look: Callable[[], _Found]) -> _Found:
    """Return what a look at the words finds; one that stumbles over them costs no more than its own answer."""
    try:
        return look()
    except _TROUBLE:
        return otherwise


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of a mail without its frame: the same mail by two doors has the same."""
    return hashlib.sha256(raw).hexdigest()


def _message_id(root: Part, warnings: list[str]) -> str | None:
    ids = message_ids(root.value("message-id"))
    if len(ids) == 1:
        return ids[0]
    if root.value("message-id"):
        warnings.append("The Message-ID is malformed.")
    return None


def _references(root: Part, own: str | None) -> tuple[str, ...]:
    """Return the ids that a mail answers, nearest first: In-Reply-To, then References from its end; its own id (a cycle) is none."""
    answered = [found for value in root.values("in-reply-to")[:5] for found in message_ids(value)]
    thread = [found for value in root.values("references")[:5] for found in message_ids(value)]
    nearest_first = dict.fromkeys([*answered, *reversed(thread)])
    if own is not None:
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


def _participants(mail: Mail, account: Account, sender: str) -> tuple[Participant, ...]:
    """Return who else was written to, each once; we under any of our plus-addresses are nobody else."""
    named = ((box, place) for boxes, place in ((mail.to, Place.TO), (mail.cc, Place.CC)) for box in boxes)
    people = (Participant(address=box.address, name=box.name or None, role=place) for box, place in named if box.is_usable)
    return besides(people, (account.address,), sender)[:_MOST_PARTICIPANTS]


def _locale(value: str) -> str | None:
    tag = value.partition(",")[0].partition(";")[0].strip()
    return tag if 2 <= len(tag) <= 20 and tag.isascii() and tag.replace("-", "").isalnum() else None
