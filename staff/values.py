"""Roles, and what an agent may see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an agent may do; each includes the one before."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking: every read is limited by it. `inbox_ids` is None when all inboxes may be seen."""

    agent_id: int
    name: str
    role: Role
    team_ids: frozenset[int]
    inbox_ids: frozenset[int] | None

    def may_see(self, inbox_id: int | None) -> bool:
        """Say whether what belongs to this inbox may be seen."""
        return self.inbox_ids is None or inbox_id in self.inbox_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that was just made; its `token` is told this once."""

    session_id: int
    agent_id: int
    csrf: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who came back by a session (`csrf` is set) or an API token, whose id is `entry_id`; `is_touch_due` asks to note that it is in use."""

    entry_id: int
    agent_id: int
    name: str
    role: Role
    team_ids: frozenset[int]
    csrf: str | None
    is_touch_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Failed sign-ins of an account or from an address, and how long no more are taken."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who can take a case in a team: the active members' names by their ids, in the order of ids."""

    name: str
    members: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxAccess:
    """What decides who may see an inbox; the inbox itself is another room's."""

    id: int
    team_id: int | None
    is_restricted: bool
