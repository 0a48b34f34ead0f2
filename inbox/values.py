"""The nouns of the hub."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.values import CaseStatus
from channels.contract import InboundMessage
from channels.participants import Participant


class Direction(StrEnum):
    """Which way a message went; a note goes out, but to nobody."""

    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    """Whether the customer takes part in it."""

    MESSAGE = "message"
    NOTE = "note"


class DeliveryState(StrEnum):
    """How far a message has come on its way out."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNSENT = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.SENDING)
SHOWN_TO_CUSTOMER = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxOptions:
    """An inbox's thresholds: how long a resolved case is reopened, how long a fresh thread without a subject continues the only active case, and after how
    long a silence an answer under another subject begins a conversation of its own.
    """

    reopen_days: float = 7
    continue_hours: float = 24
    part_days: float = 30

    @property
    def reopen_within(self) -> timedelta:
        """The reopening window."""
        return timedelta(days=self.reopen_days)

    @property
    def part_after(self) -> timedelta:
        """How quiet a conversation must have been for another subject to begin a new one."""
        return timedelta(days=self.part_days)

    @property
    def continue_within(self) -> timedelta:
        """How recently the only active case must have moved."""
        return timedelta(hours=self.continue_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """An inbox as agents see it: no settings, no secrets. `health` is ok, quiet (nothing came yet), failing or off.

    `last_seen_at` is when what it is fetched from last answered; None where everything is brought to us.
    """

    id: int
    key: str
    channel: str
    name: str
    address: str
    is_on: bool
    is_restricted: bool
    team_id: int | None
    options: InboxOptions
    health: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    last_seen_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of an inbound message, already in the blob store."""

    name: str
    media_type: str
    size: int
    digest: str
    content_id: str | None
    is_inline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An inbound message on its way through intake, its files and its raw payload made ready outside the transaction."""

    message: InboundMessage
    content_hash: str
    files: tuple[StoredFile, ...] = ()
    raw_body: bytes | None = None
    raw_blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an arrival; a duplicate names the message that was there already. `dead_letter_id` is set when it could not be placed."""

    message_id: int | None
    conversation_id: int | None
    case_id: int | None
    is_duplicate: bool = False
    dead_letter_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a payload."""

    taken: tuple[Taken, ...] = ()
    receipts: int = 0
    dead_letter_id: int | None = None

    @property
    def message_ids(self) -> list[int]:
        """The messages it said, also those that were there already."""
        return [taken.message_id for taken in self.taken if taken.message_id is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationHint:
    """What threading knows of a conversation."""

    id: int
    inbox_id: int
    customer_id: int
    root_id: int
    case_id: int | None
    folded_subject: str | None
    last_message_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The conversation a message joins (None: its own), why, and who its sender is there: a stranger to what it refers to, or a guest in somebody else's."""

    conversation_id: int | None
    reason: str
    is_stranger: bool = False
    is_guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an agent wants to say. `seen_message_id` is the newest message the agent had seen (None: no guard), `confirm` sends although something newer came."""

    text: str
    option_key: str
    seen_message_id: int | None = None
    confirm: bool = False
    attachment_ids: tuple[int, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str | None = None
    then: CaseStatus = CaseStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyOption:
    """One way to reach the customer: over a conversation that exists, or a new one to an identity. `key` names it, `recipient` shows it, `address` is where it goes."""

    key: str
    inbox_id: int
    inbox_name: str
    channel: str
    channel_name: str
    conversation_id: int | None
    identity_id: int
    recipient: str
    address: str
    is_verified: bool
    features: tuple[str, ...]
    text_limit: int | None
    subject: str | None
    is_default: bool
    cc: tuple[Participant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """A row of the feed; `payload` is ready for JSON (ids are strings). Without an inbox it may be shown to every agent."""

    id: int
    kind: str
    inbox_id: int | None
    conversation_id: int | None
    payload: dict[str, object]
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a receiver made of a webhook: the status it gave, if any, and in our words why that is no success (None: it took it)."""

    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None
