"""The nouns of identity resolution."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from kernel.claims import Claim, IdentityKind, Trust


class Stage(StrEnum):
    """Where a customer stands with us."""

    LEAD = "lead"
    CUSTOMER = "customer"
    FORMER = "former"


class Satisfaction(StrEnum):
    """How a customer feels about us."""

    AFFECTION = "affection"
    INDIFFERENT = "indifferent"
    DEFECTION = "defection"


class CardState(StrEnum):
    """What became of a review card."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What an agent says to a review card."""

    SAME = "same"
    DIFFERENT = "different"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One field's weight for (+) or against (−) two customers being one, in bits, with both values and the reason in words."""

    field: str
    left: str
    right: str
    bits: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderClaims:
    """What one message says about who wrote it: the channel's truth first, then the rest. `message_id` is the id it will be kept under."""

    message_id: int
    sender: Claim
    claims: tuple[Claim, ...]
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whose message it is: the leaf it is filed in, the root to read it under, the identity it came by, and why."""

    customer_id: int
    root_id: int
    identity_id: int
    customer_name: str
    is_new: bool
    is_verified: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldIdentity:
    """One way of reaching a customer; `customer_id` is the leaf that holds it, `is_sender` says that messages came by it."""

    id: int
    customer_id: int
    kind: IdentityKind
    value: str
    normalised: str
    trust: Trust
    is_sender: bool
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLeaf:
    """A merge that stands: the leaf that was named as the loser, and who merged it when (`author_id` is None for the machine)."""

    link_id: int
    leaf_id: int
    name: str
    at: datetime
    author_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two customers that a proposal is about."""

    root_id: int
    name: str
    identities: tuple[HeldIdentity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An open question whether two customers are one, with what speaks for and against it; `left` is the one that was asked for."""

    id: int
    left: Side
    other: Side
    bits: float
    evidence: tuple[Evidence, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProfile:
    """All that is known of a customer: the root's fields, and the identities, merges and open proposals of all its leaves."""

    id: int
    name: str
    company: str | None
    locale: str | None
    time_zone: str | None
    stage: Stage
    satisfaction: Satisfaction
    attributes: dict[str, object]
    created_at: datetime
    last_seen_at: datetime
    leaf_ids: tuple[int, ...]
    identities: tuple[HeldIdentity, ...]
    merged: tuple[MergedLeaf, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Two customers after a merge was undone: the root that stayed and the root that stands by itself again."""

    root_id: int
    other_id: int


class ProfileFields(TypedDict, total=False):
    """What an agent may edit; a key that is left out stays as it is."""

    name: str
    company: str | None
    locale: str | None
    time_zone: str | None
    stage: Stage
    satisfaction: Satisfaction
    attributes: dict[str, object]
