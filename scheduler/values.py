"""The nouns of the scheduler."""

from enum import StrEnum


class FollowUpKind(StrEnum):
    """What is to be done when the time has come."""

    WAKE = "wake"


class FollowUpState(StrEnum):
    """What became of a follow-up."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
