"""The nouns of the hub."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cases.values import CaseStatus, Priority
from channels.contract import InboundMessage


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
    """An inbox's thresholds: how long a resolved case is reopened, and how long a fresh thread without a subject continues the only active case."""

    reopen_days: float = 7
    continue_hours: float = 24

    @property
    def reopen_within(self) -> timedelta:
        """The reopening window."""
        return timedelta(days=self.reopen_days)

    @property
    def continue_within(self) -> timedelta:
        """How recently the only active case must have moved."""
        return timedelta(hours=self.continue_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """An inbox as agents see it: no settings, no secrets. `health` is ok, quiet (nothing came yet), failing or off."""

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
    root_id: int
    case_id: int | None
    folded_subject: str | None
    last_message_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The conversation a message joins (None: its own), why, and whether its sender is a stranger to what it refers to."""

    conversation_id: int | None
    reason: str
    is_stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an agent wants to say. `seen_message_id` is the newest message the agent had seen (None: no guard), `confirm` sends although something newer came."""

    text: str
    option_key: str
    seen_message_id: int | None = None
    confirm: bool = False
    attachment_ids: tuple[int, ...] = ()
    subject: str | None = None
    then: CaseStatus = CaseStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyOption:
    """One way to reach the customer: over a conversation that exists, or a new one to an identity. `key` names it."""

    key: str
    inbox_id: int
    inbox_name: str
    channel: str
    channel_name: str
    conversation_id: int | None
    identity_id: int
    recipient: str
    is_verified: bool
    features: tuple[str, ...]
    text_limit: int | None
    subject: str | None
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An id with its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxName:
    """An inbox, named, with its channel."""

    id: int
    name: str
    channel: str
    channel_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMessage:
    """The first words of a case's newest message."""

    id: int
    preview: str
    direction: Direction
    kind: MessageKind
    channel: str
    at: datetime
    is_unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as a list shows it."""

    id: int
    number: int
    title: str
    status: CaseStatus
    priority: Priority
    customer: Named
    assignee: Named | None
    team: Named | None
    inbox: InboxName
    tags: tuple[str, ...]
    last_message: LastMessage | None
    is_unread: bool
    opened_at: datetime
    waiting_since: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    snoozed_until: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A case as its own page shows it."""

    row: CaseRow
    reply_options: tuple[ReplyOption, ...]
    newest_message_id: int
    allowed_statuses: tuple[CaseStatus, ...]
    linked_case_id: int | None
    opened_reason: str
    assigned_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file of a message."""

    id: int
    name: str
    media_type: str
    size: int
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """How far a reply has come; `undo_until` is set while it can still be called back."""

    state: DeliveryState
    recipient: str
    attempts: int
    error: str | None
    undo_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message as the timeline shows it; `author` is None for the system."""

    id: int
    case_id: int
    conversation_id: int
    customer_id: int
    inbox: InboxName
    direction: Direction
    kind: MessageKind
    author_type: str
    author: Named | None
    text: str
    quoted: str | None
    subject: str | None
    has_html: bool
    is_unverified: bool
    placed_by: str
    sent_at: datetime
    received_at: datetime
    files: tuple[FileView, ...]
    delivery: DeliveryView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """A line of history as the timeline shows it, with a summary in words."""

    id: int
    case_id: int | None
    actor: Named | None
    verb: str
    before: dict[str, object]
    after: dict[str, object]
    summary: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a timeline: a message or an activity; `in_case` says whether it belongs to the case that was asked for."""

    id: int
    at: datetime
    in_case: bool
    message: MessageView | None = None
    activity: ActivityView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A thread on one channel."""

    id: int
    inbox: InboxName
    customer: Named
    case_id: int | None
    subject: str | None
    last_message_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A message that has the words; in `snippet` matches stand between U+0002 and U+0003."""

    message_id: int
    case_id: int
    case_number: int
    customer: Named
    channel: str
    at: datetime
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something that came and could not be read or placed; it can be replayed."""

    id: int
    inbox_id: int
    inbox_name: str
    source: str
    received_at: datetime
    code: str
    reason: str
    size: int
    state: str


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
class ChatMessage:
    """A message as the visitor of a web chat sees it."""

    id: int
    client_id: str | None
    direction: Direction
    author_name: str
    text: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWelcome:
    """What a visitor is told when they come (back)."""

    visitor_token: str
    cursor: int
    inbox_id: int
    inbox_name: str
    team_name: str | None
    conversation_id: int | None
    case_id: int | None
    messages: tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSaid:
    """The acknowledgement of a visitor's message, after the commit."""

    visitor_token: str
    message_id: int
    conversation_id: int
    case_id: int | None
    at: datetime
    cursor: int
