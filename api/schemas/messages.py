"""Shapes of messages, activities and the timeline that holds both."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from api.schemas.common import Id, Moment, Named, PageShape, Shape
from channels.participants import Place
from inbox.values import DeliveryState, Direction, MessageKind
from inbox.views import ActivityView, ConversationView, DeliveryView, Entry, FileView, MessageView


class AuthorShape(Shape):
    """Who said or did something; the system has no id."""

    type: Literal["customer", "agent", "system"]
    id: Id | None
    name: str


class AttachmentShape(Shape):
    """A file; `url` answers to whoever may see its message."""

    id: Id
    name: str
    media_type: str
    size: int
    url: str

    @classmethod
    def of(cls, file: FileView) -> "AttachmentShape":
        """Show a file."""
        return cls(id=file.id, name=file.name, media_type=file.media_type, size=file.size, url=f"/api/v1/attachments/{file.id}")


class DeliveryShape(Shape):
    """How far a reply has come."""

    state: DeliveryState
    recipient: str
    attempts: int
    error: str | None
    undo_until: Moment | None


class ParticipantShape(Shape):
    """Somebody a message was also written to; of those in `bcc` only agents know."""

    name: str | None
    address: str
    role: Place


class MessageShape(Shape):
    """One thing said: `text` is the new part, `quoted` the history that came along; `placed_by` says why it stands here, `participants` who else was written to."""

    id: Id
    case_id: Id
    conversation_id: Id | None
    customer_id: Id
    inbox_id: Id | None
    channel: str
    channel_name: str
    direction: Direction
    kind: MessageKind
    author: AuthorShape
    text: str
    quoted: str | None
    subject: str | None
    has_html: bool
    is_unverified: bool
    is_automatic: bool
    placed_by: str
    participants: list[ParticipantShape]
    sent_at: Moment
    received_at: Moment | None
    attachments: list[AttachmentShape]
    delivery: DeliveryShape | None

    @classmethod
    def of(cls, message: MessageView) -> "MessageShape":
        """Show a message."""
        return cls(
            id=message.id,
            case_id=message.case_id,
            conversation_id=message.conversation_id,
            customer_id=message.customer_id,
            inbox_id=message.inbox.id,
            channel=message.inbox.channel,
            channel_name=message.inbox.channel_name,
            direction=message.direction,
            kind=message.kind,
            author=AuthorShape.model_validate(
                {"type": message.author_type, "id": message.author.id if message.author else None, "name": message.author.name if message.author else "Kindred"}
            ),
            text=message.text,
            quoted=message.quoted,
            subject=message.subject,
            has_html=message.has_html,
            is_unverified=message.is_unverified,
            is_automatic=message.is_automatic,
            placed_by=message.placed_by,
            participants=[ParticipantShape.model_validate(one) for one in message.participants],
            sent_at=message.sent_at,
            received_at=message.received_at,
            attachments=[AttachmentShape.of(file) for file in message.files],
            delivery=_delivery(message.delivery),
        )


def _delivery(delivery: DeliveryView | None) -> DeliveryShape | None:
    return None if delivery is None else DeliveryShape.model_validate(delivery)


class ActivityShape(Shape):
    """A line of history, with a summary in words."""

    id: Id
    case_id: Id | None
    actor: AuthorShape
    verb: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    summary: str
    reason: str | None

    @classmethod
    def of(cls, activity: ActivityView) -> "ActivityShape":
        """Show an activity; what it holds by id travels as strings, as every id does."""
        actor = activity.actor
        return cls(
            id=activity.id,
            case_id=activity.case_id,
            actor=AuthorShape(type="agent", id=actor.id, name=actor.name) if actor else AuthorShape(type="system", id=None, name="Kindred"),
            verb=activity.verb,
            before=_ids_as_strings(activity.before),
            after=_ids_as_strings(activity.after),
            summary=activity.summary,
            reason=activity.reason,
        )


def _ids_as_strings(values: dict[str, object]) -> dict[str, JsonValue]:
    return {name: str(value) if isinstance(value, int) and name.endswith("_id") else value for name, value in values.items()}  # type: ignore[misc]


class MessageEntry(Shape):
    """A message in its place in time."""

    type: Literal["message"] = "message"
    id: Id
    at: Moment
    in_case: bool
    message: MessageShape


class ActivityEntry(Shape):
    """An activity in its place in time."""

    type: Literal["activity"] = "activity"
    id: Id
    at: Moment
    in_case: bool
    activity: ActivityShape


EntryShape = Annotated[MessageEntry | ActivityEntry, Field(discriminator="type")]


def entry(found: Entry) -> MessageEntry | ActivityEntry:
    """Show an entry of a timeline."""
    if found.message is not None:
        return MessageEntry(id=found.id, at=found.at, in_case=found.in_case, message=MessageShape.of(found.message))
    if found.activity is not None:
        return ActivityEntry(id=found.id, at=found.at, in_case=found.in_case, activity=ActivityShape.of(found.activity))
    raise AssertionError("an entry is a message or an activity")


class TimelinePage(PageShape[EntryShape]):
    """A stretch of a timeline, newest first."""


class ConversationShape(Shape):
    """A thread on one channel."""

    id: Id
    inbox_id: Id
    channel: str
    customer: Named
    case_id: Id | None
    subject: str | None
    last_message_at: Moment

    @classmethod
    def of(cls, conversation: ConversationView) -> "ConversationShape":
        """Show a conversation."""
        return cls(
            id=conversation.id,
            inbox_id=conversation.inbox.id,
            channel=conversation.inbox.channel,
            customer=Named.model_validate(conversation.customer),
            case_id=conversation.case_id,
            subject=conversation.subject,
            last_message_at=conversation.last_message_at,
        )
