"""The verbs of staff."""

import secrets as randomness
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from kernel.crypto import digest_of_token, fresh_token
from kernel.uow import UnitOfWork
from staff.errors import AgentExists, BadAgent, BadTeam, TeamExists
from staff.models import Agent, ApiToken, BusinessHours, Session, Team
from staff.repository import StaffRepository
from staff.rules import visible
from staff.values import InboxAccess, Role, SignedIn, Viewer

_TOUCH_EVERY = timedelta(minutes=1)


def folded(email: str) -> str:
    """Return an address as it is looked up."""
    return unicodedata.normalize("NFC", email).strip().casefold()


async def create_agent(uow: UnitOfWork, *, name: str, email: str, password_hash: str | None, role: Role) -> Agent:
    """Let somebody sign in; the password was hashed before, outside any unit of work.

    Raises:
        BadAgent: no name, or no address. AgentExists: the address is taken.
    """
    repository = StaffRepository(uow.session)
    name = unicodedata.normalize("NFC", name).strip()[:200]
    if not name:
        raise BadAgent("An agent needs a name.")
    try:
        validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise BadAgent("An agent needs an e-mail address to sign in with.") from None
    if await repository.agent_by_email(folded(email)):
        raise AgentExists
    agent = Agent(id=uow.ids(), name=name, email=folded(email), password_hash=password_hash, role=role, is_active=True, created_at=uow.clock.now())
    await repository.add(agent)
    return agent


async def change_agent(uow: UnitOfWork, agent_id: int, *, name: str | None = None, role: Role | None = None, is_active: bool | None = None) -> Agent:
    """Change what is given; whoever is made inactive is signed out everywhere, and their tokens stop working.

    Raises:
        NotFound: there is no such agent. BadAgent: the name is empty.
    """
    repository = StaffRepository(uow.session)
    agent = await repository.agent(agent_id)
    if name is not None:
        if not name.strip():
            raise BadAgent("An agent needs a name.")
        agent.name = unicodedata.normalize("NFC", name).strip()[:200]
    agent.role = role if role is not None else agent.role
    if is_active is not None:
        agent.is_active = is_active
        if not is_active:
            await repository.end_sessions(agent_id)
    return agent


async def agent(uow: UnitOfWork, agent_id: int) -> Agent:
    """Return an agent, or refuse with NotFound."""
    return await StaffRepository(uow.session).agent(agent_id)


async def agents(uow: UnitOfWork) -> Sequence[Agent]:
    """Return everybody, also who left, by name."""
    return await StaffRepository(uow.session).agents()


async def find_for_sign_in(uow: UnitOfWork, email: str) -> Agent | None:
    """Return the agent with this address, active or not."""
    return await StaffRepository(uow.session).agent_by_email(folded(email))


async def names_of(uow: UnitOfWork, agent_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of some agents; asks nothing when there are none."""
    return await StaffRepository(uow.session).names(agent_ids) if agent_ids else {}


async def create_team(uow: UnitOfWork, *, name: str, member_ids: Sequence[int], business_hours_id: int | None = None) -> Team:
    """Make a team.

    Raises:
        BadTeam: no name, or a member who is no agent. TeamExists: the name is taken.
    """
    repository = StaffRepository(uow.session)
    team = Team(id=uow.ids(), name=await _free_name(repository, name), business_hours_id=business_hours_id, created_at=uow.clock.now())
    await repository.add(team)
    await _put_members(repository, team.id, member_ids)
    return team


async def change_team(uow: UnitOfWork, team_id: int, *, name: str | None = None, member_ids: Sequence[int] | None = None) -> Team:
    """Change what is given.

    Raises:
        NotFound, BadTeam, TeamExists: as they say.
    """
    repository = StaffRepository(uow.session)
    team = await repository.team(team_id)
    if name is not None and name.strip() != team.name:
        team.name = await _free_name(repository, name)
    if member_ids is not None:
        await _put_members(repository, team_id, member_ids)
    return team


async def teams(uow: UnitOfWork) -> Sequence[Team]:
    """Return all teams, by name."""
    return await StaffRepository(uow.session).teams()


async def team(uow: UnitOfWork, team_id: int) -> Team:
    """Return a team, or refuse with NotFound."""
    return await StaffRepository(uow.session).team(team_id)


async def members_of(uow: UnitOfWork, team_ids: Sequence[int]) -> dict[int, list[Agent]]:
    """Return the active members of some teams, by id; asks nothing when there are none."""
    found: dict[int, list[Agent]] = {}
    for team_id, member in await StaffRepository(uow.session).members(team_ids, active_only=True) if team_ids else []:
        found.setdefault(team_id, []).append(member)
    return found


async def member_ids(uow: UnitOfWork) -> dict[int, list[int]]:
    """Return the members of every team, also those who left."""
    found: dict[int, list[int]] = {}
    for team_id, agent_id in await StaffRepository(uow.session).member_ids():
        found.setdefault(team_id, []).append(agent_id)
    return found


async def teams_of(uow: UnitOfWork, agent_id: int) -> frozenset[int]:
    """Return the teams of an agent."""
    return frozenset(await StaffRepository(uow.session).teams_of(agent_id))


async def viewer(uow: UnitOfWork, agent_id: int, inboxes: Sequence[InboxAccess]) -> Viewer:
    """Return an agent as somebody who asks: what they may do, and which inboxes they may see.

    Raises:
        NotFound: there is no such agent.
    """
    found = await StaffRepository(uow.session).agent(agent_id)
    team_ids, role = await teams_of(uow, agent_id), Role(found.role)
    return Viewer(agent_id=found.id, name=found.name, role=role, team_ids=team_ids, inbox_ids=visible(role, team_ids, inboxes))


async def begin_session(uow: UnitOfWork, agent_id: int, lasts: timedelta) -> SignedIn:
    """Sign an agent in with a fresh token: one that was there before is never taken over."""
    now, token, csrf = uow.clock.now(), fresh_token("kds_"), randomness.token_urlsafe(24)
    repository = StaffRepository(uow.session)
    await repository.forget_expired(now)
    await repository.add(
        Session(id=uow.ids(), agent_id=agent_id, token_digest=digest_of_token(token), csrf=csrf, created_at=now, last_used_at=now, expires_at=now + lasts)
    )
    return SignedIn(agent_id=agent_id, csrf=csrf, token=token, expires_at=now + lasts)


async def session_of(uow: UnitOfWork, token: str) -> SignedIn | None:
    """Return whose session a token is, or None when it has ended or its agent has left. Reads only."""
    found = await StaffRepository(uow.session).session_by_digest(digest_of_token(token))
    if found is None or not found[1].is_active or found[0].expires_at <= uow.clock.now():
        return None
    return SignedIn(agent_id=found[0].agent_id, csrf=found[0].csrf, token=None, expires_at=found[0].expires_at)


async def touch_session(uow: UnitOfWork, token: str, lasts: timedelta) -> None:
    """Let a session that is in use last on; written at most once a minute."""
    repository = StaffRepository(uow.session)
    found = await repository.session_by_digest(digest_of_token(token))
    if found is not None and uow.clock.now() - found[0].last_used_at >= _TOUCH_EVERY:
        await repository.touch_session(found[0].id, uow.clock.now(), uow.clock.now() + lasts)


async def end_session(uow: UnitOfWork, token: str) -> None:
    """Sign out."""
    await StaffRepository(uow.session).end_session(digest_of_token(token))


async def create_token(uow: UnitOfWork, agent_id: int, name: str) -> tuple[ApiToken, str]:
    """Make an API token; the second value is shown this once."""
    token = fresh_token("kdt_")
    row = ApiToken(
        id=uow.ids(),
        agent_id=agent_id,
        name=name.strip()[:200] or "unnamed",
        token_digest=digest_of_token(token),
        created_at=uow.clock.now(),
        last_used_at=None,
    )
    await StaffRepository(uow.session).add(row)
    return row, token


async def agent_of_token(uow: UnitOfWork, token: str) -> int | None:
    """Return as whom an API token acts, or None when it is not ours or its agent has left. Reads only."""
    found = await StaffRepository(uow.session).token_by_digest(digest_of_token(token))
    return found[1].id if found is not None and found[1].is_active else None


async def touch_token(uow: UnitOfWork, token: str) -> None:
    """Note that a token was used; written at most once a minute."""
    repository, now = StaffRepository(uow.session), uow.clock.now()
    found = await repository.token_by_digest(digest_of_token(token))
    if found is not None and (found[0].last_used_at is None or now - found[0].last_used_at >= _TOUCH_EVERY):
        await repository.touch_token(found[0].id, now)


async def tokens(uow: UnitOfWork, agent_id: int) -> Sequence[ApiToken]:
    """Return an agent's tokens, newest first."""
    return await StaffRepository(uow.session).tokens(agent_id)


async def revoke_token(uow: UnitOfWork, agent_id: int, token_id: int) -> None:
    """End one of an agent's tokens, or refuse with NotFound."""
    await StaffRepository(uow.session).end_token(agent_id, token_id)


async def create_hours(uow: UnitOfWork, *, name: str, time_zone: str, spans: Sequence[tuple[int, str, str]], holidays: Sequence[str] = ()) -> BusinessHours:
    """Keep opening hours; kernel.business_time reads them."""
    row = BusinessHours(id=uow.ids(), name=name, time_zone=time_zone, spans=[list(span) for span in spans], holidays=list(holidays))
    await StaffRepository(uow.session).add(row)
    return row


async def hours(uow: UnitOfWork, hours_id: int) -> BusinessHours:
    """Return opening hours, or refuse with NotFound."""
    return await StaffRepository(uow.session).hours(hours_id)


async def _free_name(repository: StaffRepository, name: str) -> str:
    name = unicodedata.normalize("NFC", name).strip()[:200]
    if not name:
        raise BadTeam("A team needs a name.")
    if await repository.team_by_name(name):
        raise TeamExists(name)
    return name


async def _put_members(repository: StaffRepository, team_id: int, member_ids: Sequence[int]) -> None:
    wanted = list(dict.fromkeys(member_ids))
    if len(await repository.existing(wanted)) != len(wanted):
        raise BadTeam("A member is no agent.")
    await repository.put_members(team_id, wanted)
