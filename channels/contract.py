"""What an adapter is: its manifest, the values that cross its border, and the protocols it fulfils."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from channels.participants import Participant
from kernel.claims import Claim, IdentityKind
from kernel.errors import Forbidden, Invalid


class Feature(StrEnum):
    """One ability of a channel; the product asks for these, never for a channel's name."""

    SUBJECT = "subject"
    HTML = "html"
    ATTACHMENTS = "attachments"
    RECEIPTS = "receipts"
    TYPING = "typing"
    QUOTES_HISTORY = "quotes_history"
    REACHES_ANYONE = "reaches_anyone"  # a conversation may be opened by us, without the customer having written first
    CC = "cc"  # one message may go to several people
    LIVE = "live"  # the customer may be looking right now: sent is what the event feed has shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An adapter's word about itself; `text_limit` is in characters, None for no limit.

    `identity_label` is how an identity is shown to people: with `{value}` where the value says something to them.
    """

    channel: str
    name: str
    identity_kind: IdentityKind
    features: frozenset[Feature]
    text_limit: int | None
    settings: type[BaseModel]
    identity_label: str = "{value}"
    hooks: tuple[str, ...] = ()  # tails of /hooks/{channel}/{inbox_id}/…; "" is the bare address


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One inbox as its adapter sees it: the address and the opened settings, already checked by `Manifest.settings`."""

    inbox_id: int
    key: str
    name: str
    address: str
    settings: Mapping[str, str] = field(repr=False)  # holds secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPayload:
    """What came over the wire, exactly: enough to read it again later. `source` says by which door (`sms`, `sms/status`, `email/smtp`)."""

    source: str
    content_type: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """An HTTP call from a vendor: `url` is the public one that the vendor signed, `headers` have lower-case names."""

    url: str
    tail: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    """What a vendor expects to hear."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundFile:
    """A file that came with a message; `content` is None until `Adapter.complete` has fetched it by `remote_id`."""

    name: str
    media_type: str
    content: bytes | None
    content_id: str | None = None
    is_inline: bool = False
    remote_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One thing a customer said, in our words.

    `external_id` is the vendor's id, unique in its inbox; `sender` is the truth of the channel, `claims` what is said besides.
    `thread_key` names the channel's own thread (a chat, a pair of numbers) or is None where `reply_tokens`, `delivery_tokens`
    (it came to where reports on a message of ours come back to), `references` (nearest first) and `subject` decide.
    `text` is the new part, `quoted` the history that came along.
    """

    inbox_id: int
    external_id: str
    sender: Claim
    text: str
    claims: tuple[Claim, ...] = ()
    thread_key: str | None = None
    reply_tokens: tuple[str, ...] = ()
    delivery_tokens: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str | None = None
    html: str | None = None
    quoted: str | None = None
    sent_at: datetime | None = None
    files: tuple[InboundFile, ...] = ()
    participants: tuple[Participant, ...] = ()
    locale: str | None = None
    is_automatic: bool = False  # a machine wrote it
    no_answer: str | None = None  # why no machine may answer it, in words
    is_auto_reply: bool = False  # out of office and the like: it says that our mail came, and changes nothing about its case
    warnings: tuple[str, ...] = ()
    raw: RawPayload | None = field(default=None, repr=False)

    def content_hash(self) -> str:
        """Return a digest of what was said: the same id with the same digest is the same message, with another it is kept beside it."""
        digest = hashlib.sha256()
        for part in (self.sender.value, self.subject or "", self.text, self.html or "", self.quoted or ""):
            digest.update(part.encode("utf-8", "surrogatepass"))
            digest.update(b"\0")
        for file in self.files:
            digest.update(file.remote_id.encode() if file.content is None and file.remote_id else hashlib.sha256(file.content or b"").digest())
        return digest.hexdigest()[:32]


class ReceiptState(StrEnum):
    """How far a delivery has come, by the vendor's word; only forward. The last two move nothing: they are words about it."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    DELAYED = "delayed"  # they still try
    COMPLAINED = "complained"  # the recipient called it spam


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The vendor's word on one delivery, found by the id it gave us when it accepted, by our own token, or by the recipient, whichever is first known.

    With `raw`, the report is kept beside its message, and is a dead letter when it speaks of none of ours.
    """

    inbox_id: int
    vendor_id: str
    state: ReceiptState
    error: str | None = None
    tokens: tuple[str, ...] = ()
    recipient: str | None = None
    raw: RawPayload | None = field(default=None, repr=False)


Inbound = InboundMessage | Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file to send along; `![name](attachment:ID)` in the text says where it stands."""

    id: int = 0
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One thing to say to a customer; the recipient was frozen when the agent wrote it.

    `external_id` is our own name for it (a Message-ID) where the channel lets us choose; `delivery_token` is where reports on it come back to.
    `others` also get it; `author_signature` is the agent's own.
    """

    message_id: int
    conversation_id: int
    recipient: str
    recipient_name: str | None
    author_name: str
    author_signature: str = ""
    text: str
    subject: str | None
    external_id: str
    reply_token: str
    delivery_token: str
    references: tuple[str, ...]  # oldest first
    quoted: str | None
    quoted_from: str | None = None  # the address it came from; None: the recipient's
    files: tuple[OutboundFile, ...]
    written_at: datetime
    attempt: int
    others: tuple[Participant, ...] = ()
    is_automatic: bool = False  # nobody wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The vendor took it for its recipient; `vendor_id` is how its receipts will name it, `refused` for which of the others it did not, with its words."""

    vendor_id: str
    refused: Mapping[str, str] = field(default_factory=dict)


class Unreadable(Invalid):
    """A payload was authentic but makes no sense: it becomes a dead letter."""

    code = "channel.unreadable"


class BadSignature(Forbidden):
    """A webhook was not signed by the vendor we know."""

    code = "channel.bad_signature"

    def __init__(self) -> None:
        super().__init__("The signature does not fit. Check the inbox's secret and KINDRED_PUBLIC_URL.")


class Adapter(Protocol):
    """The code for one channel. `read` is pure and is also what replays a dead letter."""

    @property
    def manifest(self) -> Manifest:
        """Its word about itself."""
        ...

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return what a payload says, in order; nothing when it says nothing to us.

        Raises:
            Unreadable: it cannot be understood; the sentence carries no personal data.
        """
        ...

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message with its remote files fetched.

        Raises:
            Unavailable: the vendor cannot give them now.
        """
        ...

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return our own name for an outbound message, unique in the inbox, by which answers will refer to it where the channel does so."""
        ...

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Hand a message to the vendor.

        Raises:
            Unavailable: again later.
            Undeliverable: never again; its sentence is the vendor's words.
        """
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class Webhook(Protocol):
    """An adapter that a vendor calls."""

    def verify(self, account: Account, request: WebhookRequest) -> None:
        """Check the signature, in constant time, before anything is parsed.

        Raises:
            BadSignature: it does not fit.
        """
        ...

    def answer(self, tail: str) -> WebhookAnswer:
        """Return what the vendor expects to hear once all is kept."""
        ...


Receive = Callable[[int, RawPayload], Awaitable[object]]
"""Takes a payload for an inbox; returns after the commit (also when it became a dead letter), raises StorageUnavailable or Unavailable when it must come again."""


Renew = Callable[[int, Mapping[str, str]], Awaitable[None]]
"""Keeps settings of an inbox that its vendor has renewed; may raise StorageUnavailable."""


class Watermarks(Protocol):
    """How far a source has been read; moved only after what came before it is kept."""

    async def get(self, inbox_id: int, name: str) -> str | None:
        """Return the mark, or None at the very beginning."""
        ...

    async def put(self, inbox_id: int, name: str, value: str) -> None:
        """Move the mark."""
        ...


class Health(Protocol):
    """Where a source says how it is, and what a vendor has given it anew."""

    async def report(self, inbox_id: int, error: str | None) -> None:
        """Note that the source works (None) or why it does not."""
        ...

    async def renew(self, inbox_id: int, settings: Mapping[str, str]) -> None:
        """Keep settings of the inbox that its vendor has renewed; the account changes with them.

        Raises:
            StorageUnavailable: they were not kept.
        """
        ...


class Source(Protocol):
    """An adapter that fetches by itself (polling)."""

    def is_wanted(self, account: Account) -> bool:
        """Say whether this account is to be polled."""
        ...

    async def poll(self, account: Account, receive: Receive, watermarks: Watermarks, health: Health) -> None:
        """Fetch for ever; raise when the connection is lost (the caller starts it again, later and later)."""
        ...
