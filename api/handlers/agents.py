"""Agents: who answers customers."""

from api.errors import InvalidRequest
from api.hub import HUB
from api.route import Call, Routes
from api.schemas.common import PageShape
from api.schemas.staff import AgentBody, AgentChange, AgentShape
from api.showing import show_agent, show_agents
from kernel.crypto import hash_password
from staff import service as staff
from staff.values import Role

routes = Routes("agents")


@routes.route("GET", "/api/v1/agents", answers={200: PageShape[AgentShape]})
async def list_agents(call: Call) -> PageShape[AgentShape]:
    """Return everybody, also who left."""
    async with call.house.factory.reading() as uow:
        return PageShape[AgentShape](items=await show_agents(uow, await staff.agents(uow)))


@routes.route("POST", "/api/v1/agents", answers={201: AgentShape}, refuses=(409,), who=Role.ADMIN)
async def create_agent(call: Call, body: AgentBody) -> AgentShape:
    """Let somebody sign in."""
    # Argon2 takes its time: not inside a unit of work.
    hashed = await hash_password(body.password)
    async with call.house.factory() as uow:
        agent = await staff.create_agent(uow, name=body.name, email=body.email, password_hash=hashed, role=body.role)
        return await show_agent(uow, agent.id)


@routes.route("GET", "/api/v1/agents/{agent_id}", answers={200: AgentShape})
async def get_agent(call: Call, agent_id: int) -> AgentShape:
    """Return an agent."""
    async with call.house.factory.reading() as uow:
        return await show_agent(uow, agent_id)


@routes.route("PATCH", "/api/v1/agents/{agent_id}", answers={200: AgentShape}, who=Role.ADMIN)
async def change_agent(call: Call, agent_id: int, body: AgentChange) -> AgentShape:
    """Change an agent; whoever is made inactive is signed out everywhere."""
    if agent_id == call.viewer.agent_id and (body.is_active is False or body.role not in (None, Role.ADMIN)):
        raise InvalidRequest([("body", "an admin cannot shut themselves out; another admin can")])
    async with call.house.factory() as uow:
        await staff.change_agent(uow, agent_id, name=body.name, role=body.role, is_active=body.is_active)
        shown = await show_agent(uow, agent_id)
    call.request.app[HUB].recheck()
    return shown
