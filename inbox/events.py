"""Facts of the hub: what was said, written and carried."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Fact):
    """A customer's message is kept, in its conversation and its case."""

    kind: ClassVar[str] = "message.received"

    message_id: int
    conversation_id: int
    case_id: int
    customer_id: int
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyQueued(Fact):
    """A reply waits in the outbox; an agent's may be undone until `due_at` (microseconds since 1970), one that nobody wrote (`agent_id` None) leaves then."""

    kind: ClassVar[str] = "message.sent"

    message_id: int
    conversation_id: int
    case_id: int
    inbox_id: int
    agent_id: int | None
    due_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Fact):
    """An agent wrote a private note."""

    kind: ClassVar[str] = "note.added"

    message_id: int
    case_id: int
    inbox_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMoved(Fact):
    """A delivery came further, failed or was called back."""

    kind: ClassVar[str] = "delivery.moved"

    message_id: int
    conversation_id: int
    case_id: int
    inbox_id: int
    state: str
