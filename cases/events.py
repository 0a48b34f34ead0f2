"""Facts about cases."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Fact):
    """A message began a new case."""

    kind: ClassVar[str] = "case.opened"

    case_id: int
    customer_id: int
    inbox_id: int
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Fact):
    """A resolved case is at work again."""

    kind: ClassVar[str] = "case.reopened"

    case_id: int
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChanged(Fact):
    """Status, assignee, team, tags, priority, title or snooze of a case changed; `what` names which."""

    kind: ClassVar[str] = "case.changed"

    case_id: int
    inbox_id: int
    what: str
    activity_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSnoozed(Fact):
    """A case was put away until a moment (microseconds since 1970)."""

    kind: ClassVar[str] = "case.snoozed"

    case_id: int
    inbox_id: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWoken(Fact):
    """A snoozed case is back, before or at its time."""

    kind: ClassVar[str] = "case.woken"

    case_id: int
    inbox_id: int
