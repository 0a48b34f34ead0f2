"""What the hub shows: values as lists, pages and visitors see them, ready for the edge to dress."""

from dataclasses import dataclass, field
from datetime import datetime

from cases.values import CaseStatus, Priority
from channels.participants import Participant
from inbox.values import DeliveryState, Direction, MessageKind, ReplyOption


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
    is_automatic: bool
    placed_by: str
    participants: tuple[Participant, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionView:
    """A webhook subscription without its secret. `inbox_ids` is None for all of them; `state` is ok, failing (it is tried again at `next_try_at`) or paused."""

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    inbox_ids: tuple[int, ...] | None
    state: str
    paused_because: str | None
    last_error: str | None
    last_ok_at: datetime | None
    failing_since: datetime | None
    next_try_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDeliveryView:
    """What became of one event at one subscription; `delivered_at` is None while it is tried again."""

    event_id: int
    kind: str
    attempts: int
    status: int | None
    error: str | None
    first_at: datetime
    last_at: datetime
    delivered_at: datetime | None
