"""The verb of routing."""

from collections.abc import Sequence

from kernel.uow import UnitOfWork
from routing.repository import TurnRepository
from routing.rules import decide
from routing.values import Decision, RoutingRequest


async def decide_all(uow: UnitOfWork, requests: Sequence[RoutingRequest]) -> list[Decision]:
    """Return who should take each case, in order. Each turn is given once, whatever the number of processes: the teams' rows are held until the commit."""
    turns = TurnRepository(uow.session)
    # Who would begin: the row must be there before it can be held, and only one process can write it.
    first = {request.team_id: request.members[-1] for request in requests if request.team_id is not None and request.members}
    last: dict[int, int | None] = {**await turns.held(sorted(first))} if first else {}
    fresh = {team_id: agent_id for team_id, agent_id in first.items() if team_id not in last}
    if fresh and (late := fresh.keys() - await turns.begin(fresh)):
        last |= await turns.held(sorted(late))
    taken: dict[int, int] = {}
    decisions = []
    for request in requests:
        decision = decide(request, last.get(request.team_id) if request.team_id is not None else None)
        if request.team_id is not None and decision.agent_id is not None:
            last[request.team_id] = taken[request.team_id] = decision.agent_id
        decisions.append(decision)
    if taken:
        await turns.take(taken)
    return decisions
