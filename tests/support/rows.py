"""Rows that others refer to, written straight: each function takes a unit of work and returns the new id."""

from identity_resolution.models import Customer
from identity_resolution.repository.finding import keep_terms
from identity_resolution.values import Satisfaction, Stage
from inbox.models import Inbox
from kernel.text import fold
from kernel.uow import UnitOfWork
from staff.models import Agent, Team, TeamMember
from staff.values import Role


async def agent(uow: UnitOfWork, name: str = "Ines", *, role: Role = Role.AGENT, is_active: bool = True, email: str | None = None) -> int:
    """Write an agent, who cannot sign in."""
    agent_id = uow.ids()
    uow.session.add(
        Agent(id=agent_id, name=name, email=email or f"{agent_id}@example.com", password_hash=None, role=role, is_active=is_active, created_at=uow.clock.now())
    )
    await uow.session.flush()
    return agent_id


async def team(uow: UnitOfWork, *members: int, name: str | None = None) -> int:
    """Write a team of agents."""
    team_id = uow.ids()
    uow.session.add(Team(id=team_id, name=name or f"Team {team_id}", business_hours_id=None, created_at=uow.clock.now()))
    await uow.session.flush()
    uow.session.add_all(TeamMember(team_id=team_id, agent_id=agent_id) for agent_id in members)
    await uow.session.flush()
    return team_id


async def customer(uow: UnitOfWork, name: str = "Ada Fuller", *, root_id: int | None = None) -> int:
    """Write a customer: a root of its own, or a leaf of another."""
    customer_id = uow.ids()
    now = uow.clock.now()
    uow.session.add(
        Customer(
            id=customer_id,
            root_id=root_id or customer_id,
            name=name,
            folded_name=fold(name),
            is_named=True,
            stage=Stage.LEAD,
            satisfaction=Satisfaction.INDIFFERENT,
            attributes={},
            consent={},
            created_at=now,
            last_seen_at=now,
        )
    )
    await uow.session.flush()
    await keep_terms(uow.session, [(customer_id, fold(name))], [])
    return customer_id


async def inbox(uow: UnitOfWork, *, channel: str = "sms", name: str = "Text messages", team_id: int | None = None, is_restricted: bool = False) -> int:
    """Write an inbox that is on, without settings."""
    inbox_id = uow.ids()
    uow.session.add(
        Inbox(
            id=inbox_id,
            key=f"k{inbox_id}",
            channel=channel,
            name=name,
            address=f"{inbox_id}@desk.example.com",
            sealed_settings=b"",
            options={},
            team_id=team_id,
            is_restricted=is_restricted,
            is_on=True,
            created_at=uow.clock.now(),
        )
    )
    await uow.session.flush()
    return inbox_id
