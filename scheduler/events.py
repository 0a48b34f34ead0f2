"""Facts about what was to happen later."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpDue(Fact):
    """The time of a follow-up has come, and it was claimed: whoever reacts does it in the same transaction."""

    kind: ClassVar[str] = "follow_up.due"

    follow_up_id: int
    case_id: int
    action: str
