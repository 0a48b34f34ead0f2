"""The nouns of the scheduler."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FollowUpKind(StrEnum):
    """What is to be done when the time has come."""

    WAKE = "wake"


class FollowUpState(StrEnum):
    """What became of a follow-up."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A follow-up whose time has come, claimed for this transaction."""

    follow_up_id: int
    case_id: int
    kind: FollowUpKind
    due_at: datetime
