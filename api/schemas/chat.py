"""Shapes of the web chat: what a visitor sends and sees."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from api.schemas.common import Body, GivenId, Id, Line, Moment, NotBlank, Prose, Query, Shape
from inbox.values import Direction
from inbox.views import ChatMessage, ChatSaid, ChatWelcome

Visitor = Annotated[str, StringConstraints(max_length=200)]
Cursor = GivenId
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
# The channel's own limit is the chat desk's to say, by its own code.
Said = Annotated[Prose, StringConstraints(min_length=1, max_length=20_000), NotBlank]


class ChatMessageShape(Shape):
    """A message as the visitor sees it; `in` is theirs, `out` the desk's."""

    id: Id
    client_id: str | None
    direction: Direction
    author_name: str
    text: str
    at: Moment
    state: Literal["sent", "delivered", "read"]

    @classmethod
    def of(cls, message: ChatMessage) -> "ChatMessageShape":
        """Show a message."""
        return cls.model_validate(message)


class ChatInboxShape(Shape):
    """Who the visitor talks to."""

    name: str
    team: str | None


class WelcomeFrame(Shape):
    """The first frame a visitor gets."""

    type: Literal["welcome"] = "welcome"
    visitor: str
    cursor: Id
    inbox: ChatInboxShape
    conversation_id: Id | None
    messages: list[ChatMessageShape]

    @classmethod
    def of(cls, welcome: ChatWelcome) -> "WelcomeFrame":
        """Show a welcome."""
        return cls(
            visitor=welcome.visitor_token,
            cursor=welcome.cursor,
            inbox=ChatInboxShape(name=welcome.inbox_name, team=welcome.team_name),
            conversation_id=welcome.conversation_id,
            messages=[ChatMessageShape.of(message) for message in welcome.messages],
        )


class AckFrame(Shape):
    """A visitor's message is kept."""

    type: Literal["ack"] = "ack"
    client_id: str
    message_id: Id
    at: Moment
    cursor: Id


class MessageFrame(Shape):
    """A message for the visitor, new or moved on."""

    type: Literal["message"] = "message"
    cursor: Id
    message: ChatMessageShape


class RefusedFrame(Shape):
    """A frame that was not taken."""

    type: Literal["refused"] = "refused"
    client_id: str | None
    code: str
    detail: str


class SayBody(Body):
    """What a visitor says; `client_id` makes repeating safe."""

    visitor: Visitor | None = None
    client_id: ClientId
    text: Said
    name: Annotated[Line, StringConstraints(max_length=200)] | None = None
    email: Annotated[Line, StringConstraints(max_length=320)] | None = None


class SaidShape(Shape):
    """The message is kept; send `visitor` along from now on."""

    visitor: str
    message_id: Id
    at: Moment
    cursor: Id

    @classmethod
    def of(cls, said: ChatSaid) -> "SaidShape":
        """Show an acknowledgement."""
        return cls(visitor=said.visitor_token, message_id=said.message_id, at=said.at, cursor=said.cursor)


class SinceQuery(Query):
    """From which event on."""

    since: Cursor | None = None


class ChatMessagesShape(Shape):
    """What came after the cursor that was sent, and the next one to send."""

    messages: list[ChatMessageShape]
    cursor: Id


class HelloFrame(Body):
    """A visitor's first frame."""

    type: Literal["hello"]
    visitor: Visitor | None = None
    since: Cursor | None = None
    page_locale: Annotated[Line, StringConstraints(max_length=35)] | None = None


class ContactFrame(Body):
    """What a visitor says of themselves between two messages."""

    type: Literal["contact"]
    name: Annotated[Line, StringConstraints(max_length=200)] | None = None
    email: Annotated[Line, StringConstraints(max_length=320)] | None = None


class ContactKeptFrame(Shape):
    """The desk knows now what the visitor said of themselves."""

    type: Literal["contact_kept"] = "contact_kept"


class SayFrame(Body):
    """A visitor's message."""

    type: Literal["message"]
    client_id: ClientId
    text: Said
    name: Annotated[Line, StringConstraints(max_length=200)] | None = None
    email: Annotated[Line, StringConstraints(max_length=320)] | None = None


class VisitorTypingFrame(Body):
    """The visitor is typing."""

    type: Literal["typing"]


class ReadFrame(Body):
    """The visitor has read up to a message."""

    type: Literal["read"]
    message_id: GivenId


VISITOR_FRAME: TypeAdapter[HelloFrame | SayFrame | ContactFrame | VisitorTypingFrame | ReadFrame] = TypeAdapter(
    Annotated[HelloFrame | SayFrame | ContactFrame | VisitorTypingFrame | ReadFrame, Field(discriminator="type")]
)
