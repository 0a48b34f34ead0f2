"""Who gets new cases: routing is asked before they are written, so that each is written once."""

from collections.abc import Sequence

from cases.events import CaseOpened
from cases.values import Assignment
from kernel.uow import UnitOfWork
from routing import service as routing
from routing.values import RoutingRequest
from staff import service as staff


async def choose_agents(uow: UnitOfWork, opened: Sequence[CaseOpened]) -> list[Assignment]:
    """Return for each new case whom routing gives it to; set-based, since every new customer's first message comes by here."""
    rosters = await staff.rosters(uow, sorted({fact.team_id for fact in opened if fact.team_id is not None}))
    names = {agent_id: name for roster in rosters.values() for agent_id, name in roster.members.items()}
    members = {team_id: tuple(roster.members) for team_id, roster in rosters.items()}
    requests = [
        RoutingRequest(
            case_id=fact.case_id,
            team_id=fact.team_id,
            members=members.get(fact.team_id or 0, ()),
            team_name=rosters[fact.team_id].name if fact.team_id in rosters else "the team",
            names=names,
        )
        for fact in opened
    ]
    decisions = await routing.decide_all(uow, requests)
    return [Assignment(case_id=decision.case_id, agent_id=decision.agent_id, reason=decision.reason) for decision in decisions]
