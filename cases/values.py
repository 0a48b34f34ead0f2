"""The nouns of cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands; `pending` waits for the customer, `on_hold` for a third party."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"


ACTIVE = (CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.PENDING, CaseStatus.ON_HOLD)
ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


class Priority(StrEnum):
    """How urgent a case is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class IntervalState(StrEnum):
    """Who a case is waiting for; the ledger's word."""

    WAITING_ON_US = "waiting_on_us"
    WAITING_ON_CUSTOMER = "waiting_on_customer"
    WAITING_ON_THIRD_PARTY = "waiting_on_third_party"
    SNOOZED = "snoozed"
    WITH_BOT = "with_bot"
    RESOLVED = "resolved"


class Verb(StrEnum):
    """What an activity says was done."""

    OPENED = "opened"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    STATUS = "status"
    PRIORITY = "priority"
    TAGGED = "tagged"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    TITLED = "titled"
    MERGED = "merged"
    UNMERGED = "unmerged"
    UNDONE = "undone"


class Change(StrEnum):
    """What a message did to the case it joined."""

    OPENED = "opened"
    REOPENED = "reopened"
    CONTINUED = "continued"


class View(StrEnum):
    """The lists that an agent works in; `all` is everything active."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Sort(StrEnum):
    """How a list is ordered: by last message, or by who waits longest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something: an agent, or nobody in particular (the system, by a rule or a customer's message)."""

    agent_id: int | None = None


SYSTEM = Actor()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRequest:
    """An inbound message that looks for its case. `conversation_case_id` is the conversation's latest case; a new conversation has none."""

    message_id: int
    conversation_id: int
    conversation_case_id: int | None
    customer_id: int
    root_id: int
    inbox_id: int
    team_id: int | None
    channel: str
    has_subject: bool
    title: str
    received_at: datetime
    reopen_within: timedelta
    continue_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlacement:
    """The case a message belongs to, what the message did to it, and why it is this one."""

    case_id: int
    change: Change
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases a list asks for; None means any. `inbox_ids` is what the viewer may see."""

    view: View = View.ALL
    agent_id: int
    inbox_ids: frozenset[int] | None
    team_id: int | None = None
    inbox_id: int | None = None
    root_id: int | None = None
    tag: str | None = None
    status: CaseStatus | None = None
    ids: tuple[int, ...] | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stretch of the ledger; a running one has no end."""

    case_id: int
    state: IntervalState
    started_at: datetime
    ended_at: datetime | None
    team_id: int | None
    agent_id: int | None
