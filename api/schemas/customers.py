"""Shapes of customers, their identities, and the question whether two are one."""

from typing import Annotated, Literal

from pydantic import JsonValue, StringConstraints

from api.schemas.common import Attributes, Body, GivenId, Id, Line, Moment, Name, Paging, Prose, Shape
from cases.values import CaseStatus
from identity_resolution.values import Answer, Satisfaction
from kernel.claims import IdentityKind


class IdentityShape(Shape):
    """One way of reaching a customer: `value` as it was seen, `label` as people are shown it; `customer_id` is the leaf that holds it."""

    id: Id
    kind: IdentityKind
    value: str
    label: str
    trust: Literal["verified", "claimed"]
    channel_name: str
    customer_id: Id
    first_seen_at: Moment
    last_seen_at: Moment


class CustomerShort(Shape):
    """A customer by name and identities."""

    id: Id
    name: str
    identities: list[IdentityShape]


class EvidenceShape(Shape):
    """One field's weight for (+) or against (−), in bits."""

    field: str
    left: str | None
    right: str | None
    bits: float
    words: str


class ProposalShape(Shape):
    """The question whether a customer and `other` are one, with its evidence."""

    id: Id
    other: CustomerShort
    bits: float
    evidence: list[EvidenceShape]


class ReviewShape(ProposalShape):
    """The question with both its sides."""

    left: CustomerShort


class MergedShape(Shape):
    """A profile that was merged in; `link_id` undoes it."""

    link_id: Id
    leaf_id: Id
    name: str
    at: Moment
    by: str


class OpenCaseShape(Shape):
    """A case at work, in a line."""

    id: Id
    number: int
    title: str
    status: CaseStatus


class CustomerShape(Shape):
    """A person who writes to us; `id` is the survivor of all merges."""

    id: Id
    name: str
    company: str | None
    locale: str | None
    time_zone: str | None
    stage: str
    satisfaction: Satisfaction
    attributes: dict[str, JsonValue]
    created_at: Moment
    last_seen_at: Moment | None
    identities: list[IdentityShape]
    merged: list[MergedShape]
    open_cases: list[OpenCaseShape]
    proposals: list[ProposalShape]


class CustomerQuery(Paging):
    """Words of a name, or the beginning of an address, number or handle."""

    q: Annotated[Prose, StringConstraints(max_length=200)] = ""


class CustomerChange(Body):
    """What changes about a profile; what is left out stays, null empties a field, attributes are replaced whole."""

    name: Name | None = None
    company: Annotated[Line, StringConstraints(max_length=200)] | None = None
    locale: Annotated[Line, StringConstraints(max_length=35)] | None = None
    time_zone: Annotated[Line, StringConstraints(max_length=64)] | None = None
    attributes: Attributes | None = None


class MergeBody(Body):
    """Who is the same person."""

    other_id: GivenId


class MergeShape(Shape):
    """What a merge made, and the link that undoes it."""

    link_id: Id
    customer: CustomerShape


class UnmergedShape(Shape):
    """Both sides, apart again."""

    customer: CustomerShape
    other: CustomerShape


class AnswerBody(Body):
    """The answer to the question whether two are one."""

    answer: Answer


class AnsweredShape(Shape):
    """What was answered; `link_id` is the merge that it led to."""

    proposal_id: Id
    answer: Answer
    link_id: Id | None
