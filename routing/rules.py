"""Who is next, and why."""

from collections.abc import Sequence

from routing.values import Decision, RoutingRequest


def next_in_turn(members: Sequence[int], last_agent_id: int | None) -> int | None:
    """Return the member after the last one, round and round; the first one when nobody was, or when the last one is no member any more. None without members."""
    if not members:
        return None
    if last_agent_id not in members:
        return members[0]
    return members[(members.index(last_agent_id) + 1) % len(members)]


def decide(request: RoutingRequest, last_agent_id: int | None) -> Decision:
    """Return who should take a case, given who took the team's last one."""
    agent_id = next_in_turn(request.members, last_agent_id)
    return Decision(case_id=request.case_id, agent_id=agent_id, reason=_reason(request, agent_id, last_agent_id))


def _reason(request: RoutingRequest, agent_id: int | None, last_agent_id: int | None) -> str:
    if request.team_id is None:
        return "Nobody: the inbox has no team."
    if agent_id is None:
        return f"Nobody: {request.team_name} has no active agent."
    name = _name(request, agent_id)
    if len(request.members) == 1:
        return f"Round robin in {request.team_name}: {name} is the only active agent."
    if last_agent_id is None or last_agent_id == agent_id:
        return f"Round robin in {request.team_name}: {name} begins."
    return f"Round robin in {request.team_name}: {name} is next after {_name(request, last_agent_id)}."


def _name(request: RoutingRequest, agent_id: int) -> str:
    return request.names.get(agent_id, "a former member" if agent_id not in request.members else f"agent {agent_id}")
