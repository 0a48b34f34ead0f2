"""The nouns of cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import NamedTuple


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


class Keep(Enum):
    """Stands for "leave it as it is" where None means "nobody"."""

    KEEP = "keep"


KEEP = Keep.KEEP


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


UNDOABLE = frozenset({Verb.ASSIGNED, Verb.STATUS, Verb.PRIORITY, Verb.TAGGED, Verb.SNOOZED, Verb.WOKEN})


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
    """An inbound message that looks for its case. `conversation_case_id` is the conversation's latest case; a new conversation has none.

    `alike` are the inboxes that the same people may see (None: all): a fresh thread continues no case from where its own agents cannot look.
    `is_auto_reply`: nobody wrote it, and its case stays as it is.
    """

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
    alike: frozenset[int] | None = None
    is_auto_reply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a case stands, with the moments that belong to it; `waiting_since` is the oldest message that nobody has answered."""

    status: CaseStatus
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case as a batch sees it, held until the transaction ends so that nobody else changes it meanwhile."""

    case_id: int
    customer_id: int
    inbox_id: int
    assignee_id: int | None
    team_id: int | None
    standing: Standing
    last_message_id: int
    last_inbound_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that a message might belong to."""

    case_id: int
    status: CaseStatus
    resolved_at: datetime | None
    last_message_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was decided for a message: continue or reopen `case_id`, or open a new case (None) that follows `linked_case_id`; and why."""

    change: Change
    case_id: int | None
    reason: str
    linked_case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who gets a new case, or nobody, and why in words."""

    case_id: int
    agent_id: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlacement:
    """The case a message belongs to, what the message did to it, and why it is this one."""

    case_id: int
    change: Change
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases a list asks for; None means any. `inbox_ids` is what the viewer may see.

    `status` takes the place of the view's own statuses; `ids` asks for those rows whatever the view.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A stretch of a case's ledger as it is kept: usually the one that has not ended."""

    interval_id: int
    span: Span
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A new line of a case's history; `before` and `after` are plain JSON."""

    id: int
    case_id: int
    customer_id: int
    actor_id: int | None
    verb: Verb
    before: dict[str, object]
    after: dict[str, object]
    reason: str | None
    done_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a case stands from a moment on, for the ledger to follow; without a channel it stays on the one it was on."""

    case_id: int
    status: CaseStatus
    team_id: int | None
    agent_id: int | None
    at: datetime
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases each list holds; `resolved` counts those with a message in the last 30 days."""

    mine: int
    unassigned: int
    all: int
    snoozed: int
    resolved: int
    teams: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much of a team's work is at hand now; snoozed cases are not."""

    team_id: int | None
    open: int
    unassigned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResponse:
    """How long a customer waited for the first human answer."""

    team_id: int | None
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How long a case took from its first message to its last resolve, and how much of that it waited on us; `team_id` is who resolved it."""

    case_id: int
    team_id: int | None
    took: timedelta
    worked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Median and 90th percentile of `n` spans; both None when there is none."""

    median: timedelta | None
    p90: timedelta | None
    n: int


class KeptLine(NamedTuple):
    """A line of a case's history, as it was written."""

    id: int
    case_id: int | None
    actor_id: int | None
    verb: str
    before: dict[str, object]
    after: dict[str, object]
    reason: str | None
    done_at: datetime
