"""The nouns of routing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRequest:
    """What routing needs to know of a case; `members` are the active agents of the team, in a fixed order."""

    case_id: int
    team_id: int | None
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who should take it, and why, in words that a supervisor can read."""

    case_id: int
    agent_id: int | None
    reason: str
