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
    """A case changed; `what` is one of status, assignee (or team), tags, priority, title, snooze."""

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
    """A case is no longer snoozed: its time came, a message came, or somebody moved it."""

    kind: ClassVar[str] = "case.woken"

    case_id: int
    inbox_id: int
