"""The nouns of routing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRequest:
    """What routing needs to know of a case; `members` are the active agents of the team, in a fixed order. The names are for the reason only."""

    case_id: int
    team_id: int | None
    members: tuple[int, ...]
    team_name: str = "the team"
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who should take it, and why, in words that a supervisor can read."""

    case_id: int
    agent_id: int | None
    reason: str
