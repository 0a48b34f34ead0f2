"""Agents and teams, who may see what, and business hours."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from kernel.business_time import Hours
from kernel.errors import NotFound
from kernel.uow import UnitOfWork
from staff import rules
from staff.errors import AgentExists, LastAdmin, NotSignedIn, TeamExists
from staff.models import Agent, BusinessHours, Team
from staff.repository import StaffRepository
from staff.values import InboxAccess, Known, Role, Roster, Viewer


async def create_agent(uow: UnitOfWork, *, name: str, email: str, password_hash: str | None, role: Role = Role.AGENT) -> Agent:
    """Let somebody answer customers. The password is hashed before (`kernel.crypto.hash_password`), outside the unit of work.

    Raises:
        AgentExists: the address is taken. BadAddress: it is none. NoName: the name is empty.
    """
    agent = Agent(
        id=uow.ids(),
        name=rules.written_name(name),
        email=rules.written_email(email),
        password_hash=password_hash,
        role=role.value,
        is_active=True,
        created_at=uow.clock.now(),
    )
    if not await StaffRepository(uow.session).add_unless_taken(agent):
        raise AgentExists(agent.email)
    return agent


async def change_agent(uow: UnitOfWork, agent_id: int, *, name: str | None = None, role: Role | None = None, is_active: bool | None = None) -> Agent:
    """Change what is given. Who is no longer active is signed out everywhere, and their tokens stop working.

    Raises:
        NotFound: there is no such agent. LastAdmin: nobody else could administrate. NoName: the name is empty.
    """
    sql = StaffRepository(uow.session)
    agent = await sql.get_agent(agent_id)
    steps_down = is_active is False or (role is not None and role is not Role.ADMIN)
    if steps_down and agent.role == Role.ADMIN and agent.is_active and not await sql.other_active_admins(agent_id):
        raise LastAdmin
    if name is not None:
        agent.name = rules.written_name(name)
    if role is not None:
        agent.role = role.value
    if is_active is not None:
        agent.is_active = is_active
    if not agent.is_active:
        await sql.end_sessions(agent_id)
    return agent


async def sign_with(uow: UnitOfWork, agent_id: int, signature: str) -> Agent:
    """Set what stands below an agent's replies, at most 2,000 characters; nothing does when it is empty.

    Raises:
        NotFound: there is no such agent.
    """
    agent = await StaffRepository(uow.session).get_agent(agent_id)
    agent.signature = rules.written_signature(signature) or None
    return agent


async def set_password(uow: UnitOfWork, agent_id: int, password_hash: str) -> None:
    """Set a password, hashed before, and end the sessions that the old one opened.

    Raises:
        NotFound: there is no such agent.
    """
    sql = StaffRepository(uow.session)
    (await sql.get_agent(agent_id)).password_hash = password_hash
    await sql.end_sessions(agent_id)


async def agents(uow: UnitOfWork) -> list[Agent]:
    """Return all agents, active or not, oldest first."""
    return await StaffRepository(uow.session).agents()


async def get_agent(uow: UnitOfWork, agent_id: int) -> Agent:
    """Return an agent, active or not.

    Raises:
        NotFound: there is none.
    """
    return await StaffRepository(uow.session).get_agent(agent_id)


async def addresses_among(uow: UnitOfWork, addresses: Collection[str]) -> set[str]:
    """Return which of some addresses are agents' own, also of those who are no longer active."""
    taken = await StaffRepository(uow.session).addresses_among({rules.folded_email(address) for address in addresses})
    return {address for address in addresses if rules.folded_email(address) in taken}


async def names_of(uow: UnitOfWork, agent_ids: Collection[int]) -> dict[int, str]:
    """Return what some agents are called."""
    return await StaffRepository(uow.session).names(agent_ids) if agent_ids else {}


async def viewer(uow: UnitOfWork, agent_id: int, inboxes: Sequence[InboxAccess]) -> Viewer:
    """Return what limits everything that an agent reads.

    Raises:
        NotSignedIn: the agent may not sign in (any more).
    """
    sql = StaffRepository(uow.session)
    agent = next(iter(await sql.agents_among([agent_id])), None)
    if agent is None or not agent.is_active:
        raise NotSignedIn
    team_ids = frozenset(team_id for _, team_id in await sql.team_ids([agent_id]))
    return _viewer(agent.id, agent.name, Role(agent.role), team_ids, inboxes)


def viewer_of(known: Known, inboxes: Sequence[InboxAccess]) -> Viewer:
    """Return what limits everything that somebody who came back reads."""
    return _viewer(known.agent_id, known.name, known.role, known.team_ids, inboxes)


def _viewer(agent_id: int, name: str, role: Role, team_ids: frozenset[int], inboxes: Sequence[InboxAccess]) -> Viewer:
    return Viewer(agent_id=agent_id, name=name, role=role, team_ids=team_ids, inbox_ids=rules.visible_inboxes(role, team_ids, inboxes))


async def create_team(uow: UnitOfWork, *, name: str, member_ids: Collection[int] = (), business_hours_id: int | None = None) -> Team:
    """Let agents share work.

    Raises:
        TeamExists: the name is taken. NotFound: a member or the hours do not exist. NoName: the name is empty.
    """
    sql = StaffRepository(uow.session)
    if business_hours_id is not None:
        await sql.get_hours(business_hours_id)
    team = Team(id=uow.ids(), name=rules.written_name(name), business_hours_id=business_hours_id, created_at=uow.clock.now())
    if not await sql.add_unless_taken(team):
        raise TeamExists(team.name)
    await _set_members(sql, team.id, member_ids)
    return team


async def change_team(uow: UnitOfWork, team_id: int, *, name: str | None = None, member_ids: Collection[int] | None = None) -> Team:
    """Change what is given; `member_ids` says anew who is in the team.

    Raises:
        NotFound: the team or a member does not exist. TeamExists: the name is taken. NoName: the name is empty.
    """
    sql = StaffRepository(uow.session)
    team = await sql.get_team(team_id)
    if name is not None:
        written = rules.written_name(name)
        if await sql.is_team_name_taken(written, but=team_id):
            raise TeamExists(written)
        team.name = written
    if member_ids is not None:
        await _set_members(sql, team_id, member_ids)
    return team


async def _set_members(sql: StaffRepository, team_id: int, member_ids: Collection[int]) -> None:
    wanted = sorted(set(member_ids))
    existing = await sql.existing(wanted) if wanted else set()
    for agent_id in wanted:
        if agent_id not in existing:
            raise NotFound("agent", agent_id)
    await sql.replace_members(team_id, wanted)


async def teams(uow: UnitOfWork) -> list[Team]:
    """Return all teams by name."""
    return await StaffRepository(uow.session).teams()


async def get_team(uow: UnitOfWork, team_id: int) -> Team:
    """Return a team.

    Raises:
        NotFound: there is none.
    """
    return await StaffRepository(uow.session).get_team(team_id)


async def members_of(uow: UnitOfWork, team_ids: Collection[int]) -> dict[int, list[Agent]]:
    """Return the active members of some teams, always in the same order; teams without any are left out."""
    members: dict[int, list[Agent]] = defaultdict(list)
    for team_id, agent in await StaffRepository(uow.session).members(team_ids) if team_ids else []:
        members[team_id].append(agent)
    return dict(members)


async def rosters(uow: UnitOfWork, team_ids: Collection[int]) -> dict[int, Roster]:
    """Return who can take a case in each of some teams, by one statement; teams without anybody are left out."""
    return await StaffRepository(uow.session).rosters(team_ids) if team_ids else {}


async def teams_of(uow: UnitOfWork, agent_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of the teams that some agents are in; agents without any are left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for agent_id, team_id in await StaffRepository(uow.session).team_ids(agent_ids) if agent_ids else []:
        found[agent_id].append(team_id)
    return dict(found)


async def create_hours(uow: UnitOfWork, *, name: str, time_zone: str, spans: Sequence[Sequence[object]], holidays: Sequence[str] = ()) -> BusinessHours:
    """Keep business hours: spans as `[weekday 0–6, "09:00", "17:30"]`, holidays as ISO dates.

    Raises:
        BadHours: they mean nothing or are never open. NoName: the name is empty.
    """
    Hours.read(time_zone, spans, holidays)
    hours = BusinessHours(id=uow.ids(), name=rules.written_name(name), time_zone=time_zone, spans=[list(span) for span in spans], holidays=list(holidays))
    await StaffRepository(uow.session).add(hours)
    return hours


async def get_hours(uow: UnitOfWork, hours_id: int) -> BusinessHours:
    """Return business hours.

    Raises:
        NotFound: there are none.
    """
    return await StaffRepository(uow.session).get_hours(hours_id)
