"""Shapes of search, reports, articles and dead letters."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Id, Moment, Named, PageShape, Shape
from inbox.views import SearchHit


class MessageHit(Shape):
    """A message that has the words; matches stand between U+0002 and U+0003."""

    type: Literal["message"] = "message"
    message_id: Id
    case_id: Id
    case_number: int
    customer: Named
    channel: str
    at: Moment
    snippet: str

    @classmethod
    def of(cls, hit: SearchHit) -> "MessageHit":
        """Show a hit."""
        return cls.model_validate(hit)


class CustomerHit(Shape):
    """A customer whose name or identity has the words."""

    type: Literal["customer"] = "customer"
    customer: Named
    snippet: str


Hit = Annotated[MessageHit | CustomerHit, Field(discriminator="type")]


class HitPage(PageShape[Hit]):
    """What was found, newest first."""


class SpreadShape(Shape):
    """A duration over many cases, in seconds; null when there was none."""

    median: float | None
    p90: float | None
    n: int


class FiguresShape(Shape):
    """How a desk did."""

    open: int
    unassigned: int
    first_response: SpreadShape
    resolution: SpreadShape
    working_resolution: SpreadShape


class TeamFiguresShape(FiguresShape):
    """How a team did; null is what no team has."""

    team: Named | None


class OverviewShape(Shape):
    """Open, unassigned and response figures of a period, by team."""

    from_: Annotated[Moment, Field(serialization_alias="from")]
    to: Moment
    updated_at: Moment
    teams: list[TeamFiguresShape]
    all: FiguresShape


class ArticleShape(Shape):
    """An answer that was written once."""

    id: Id
    title: str
    body: str
    status: str


class DeadLetterShape(Shape):
    """Something that came and could not be read or placed."""

    id: Id
    inbox_id: Id
    inbox_name: str
    source: str
    received_at: Moment
    code: str
    reason: str
    size: int
    state: Literal["dead", "replayed"]


class ReplayedShape(Shape):
    """What became of a dead letter that was tried again."""

    state: Literal["dead", "replayed"]
    message_ids: list[Id]
