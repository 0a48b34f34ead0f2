"""Shapes of outgoing webhooks: subscriptions, what became of events at them, and a try."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Body, GivenId, Id, Line, Moment, Name, Shape
from kernel.addresses import LONGEST_URL

Url = Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST_URL)]
Kinds = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(min_length=1, max_length=50)]
InboxIds = Annotated[list[GivenId], Field(max_length=200)]


class WebhookShape(Shape):
    """A URL that is told of events; `inbox_ids` is null for all inboxes, and then events that belong to no inbox are told too."""

    id: Id
    name: str
    url: str
    kinds: list[str]
    inbox_ids: list[Id] | None
    state: Literal["ok", "failing", "paused"]
    paused_because: str | None
    last_error: str | None
    last_ok_at: Moment | None
    failing_since: Moment | None
    next_try_at: Moment | None
    created_at: Moment


class FreshWebhookShape(WebhookShape):
    """A webhook that was just made, with the secret that its letters are signed with."""

    secret: str


class KindShape(Shape):
    """A kind of event."""

    kind: str


class EventDeliveryShape(Shape):
    """What became of one event at one webhook; `delivered_at` is null while it is tried again."""

    event_id: Id
    kind: str
    attempts: int
    status: int | None
    error: str | None
    first_at: Moment
    last_at: Moment
    delivered_at: Moment | None


class PostedShape(Shape):
    """What a receiver made of a try: the status it gave, if any, and why that is no success; null when it took it."""

    status: int | None
    error: str | None


class WebhookBody(Body):
    """A new webhook: where to, of which kinds (`*` for all), of which inboxes (null or left out for all)."""

    name: Name
    url: Url
    kinds: Kinds
    inbox_ids: InboxIds | None = None


class WebhookChange(Body):
    """What changes about a webhook; what is left out stays, null inboxes are all of them."""

    name: Name | None = None
    url: Url | None = None
    kinds: Kinds | None = None
    inbox_ids: InboxIds | None = None


class ResumeBody(Body):
    """Whether to go on where it stopped, or from now."""

    skip_missed: bool = False
