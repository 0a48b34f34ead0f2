"""The nouns of identity resolution."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.claims import Claim


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
