"""Teams: agents who share work."""

from collections.abc import Sequence

from api.hub import HUB
from api.route import Call, Routes
from api.schemas.common import PageShape
from api.schemas.staff import TeamBody, TeamChange, TeamShape
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.models import Team
from staff.values import Role

routes = Routes("teams")


@routes.route("GET", "/api/v1/teams", answers={200: PageShape[TeamShape]})
async def list_teams(call: Call) -> PageShape[TeamShape]:
    """Return all teams with their members."""
    async with call.house.factory.reading() as uow:
        return PageShape[TeamShape](items=await _shown(uow, await staff.teams(uow)))


@routes.route("POST", "/api/v1/teams", answers={201: TeamShape}, refuses=(404, 409), who=Role.ADMIN)
async def create_team(call: Call, body: TeamBody) -> TeamShape:
    """Make a team."""
    async with call.house.factory() as uow:
        [shown] = await _shown(uow, [await staff.create_team(uow, name=body.name, member_ids=body.member_ids)])
    call.request.app[HUB].recheck()
    return shown


@routes.route("PATCH", "/api/v1/teams/{team_id}", answers={200: TeamShape}, refuses=(409,), who=Role.ADMIN)
async def change_team(call: Call, team_id: int, body: TeamChange) -> TeamShape:
    """Rename a team, or say anew who is in it."""
    async with call.house.factory() as uow:
        [shown] = await _shown(uow, [await staff.change_team(uow, team_id, name=body.name, member_ids=body.member_ids)])
    call.request.app[HUB].recheck()
    return shown


async def _shown(uow: UnitOfWork, teams: Sequence[Team]) -> list[TeamShape]:
    members = await staff.members_of(uow, [team.id for team in teams])
    return [
        TeamShape(id=team.id, name=team.name, member_ids=[agent.id for agent in members.get(team.id, ())], business_hours_id=team.business_hours_id)
        for team in teams
    ]
