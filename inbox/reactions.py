"""What follows from what, in the same transaction: the hub turns one room's fact into another room's verb."""

from collections.abc import Sequence

from cases import service as cases
from cases.events import CaseOpened, CaseSnoozed, CaseWoken
from kernel.db import moment
from kernel.uow import UnitOfWork
from routing import service as routing
from routing.values import RoutingRequest
from scheduler import service as scheduler
from scheduler.events import FollowUpDue
from scheduler.values import FollowUpKind
from staff import service as staff


async def offer_new_cases(facts: Sequence[CaseOpened], uow: UnitOfWork) -> None:
    """Route new cases and give them to whom routing says; set-based, since every new customer's first message comes by here."""
    rosters = await staff.rosters(uow, sorted({fact.team_id for fact in facts if fact.team_id is not None}))
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
        for fact in facts
    ]
    decisions = await routing.decide_all(uow, requests)
    await cases.assign_all(uow, [(d.case_id, d.agent_id, d.reason) for d in decisions])


async def plan_to_wake(fact: CaseSnoozed, uow: UnitOfWork) -> None:
    """Let a snoozed case come back by itself; an earlier plan is dropped."""
    await scheduler.cancel(uow, [fact.case_id], "snoozed anew")
    await scheduler.schedule(uow, fact.case_id, FollowUpKind.WAKE, moment(fact.until), set_by=None)


async def drop_plans(facts: Sequence[CaseWoken], uow: UnitOfWork) -> None:
    """A case that is back needs no waking, whether it was woken, answered, moved on by hand or undone: `CaseWoken` tells of each."""
    await scheduler.cancel(uow, [fact.case_id for fact in facts], "the case is back")


async def carry_out(fact: FollowUpDue, uow: UnitOfWork) -> None:
    """Do what was planned; it was claimed in this very transaction, so it happens once or not at all."""
    if fact.action == FollowUpKind.WAKE:
        await cases.wake_when_due(uow, fact.case_id)
