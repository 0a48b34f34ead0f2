"""All SQL of staff."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import BindParameter, Row, Table, bindparam, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.db import core, written
from kernel.errors import NotFound
from staff.models import Agent, ApiToken, BusinessHours, Session, SignInThrottle, Team, TeamMember
from staff.values import Attempts, Role, Roster

T = TypeVar("T")
# (id, digest, CSRF token, last used at, agent, name, role, team), a row for each team of the agent's, one without when there is none.
Entry = Row[int, str, str | None, datetime | None, int, str, str, int | None]

_agents, _members, _sessions, _tokens = (cast(Table, row.__table__) for row in (Agent, TeamMember, Session, ApiToken))
# Built once, and one look: every request begins with it.
_DIGESTS: BindParameter[object] = bindparam("digests", expanding=True)
_WHO = (_agents.c.id, _agents.c.name, _agents.c.role, _members.c.team_id)
_BY_SESSION = (
    select(_sessions.c.id, _sessions.c.token_digest, _sessions.c.csrf, _sessions.c.last_used_at, *_WHO)
    .select_from(_sessions.join(_agents, _agents.c.id == _sessions.c.agent_id).join(_members, _members.c.agent_id == _agents.c.id, isouter=True))
    .where(_sessions.c.token_digest.in_(_DIGESTS), _sessions.c.expires_at > bindparam("now"), _agents.c.is_active)
)
_BY_TOKEN = (
    select(_tokens.c.id, _tokens.c.token_digest, literal(None), _tokens.c.last_used_at, *_WHO)
    .select_from(_tokens.join(_agents, _agents.c.id == _tokens.c.agent_id).join(_members, _members.c.agent_id == _agents.c.id, isouter=True))
    .where(_tokens.c.token_digest.in_(_DIGESTS), _agents.c.is_active)
)

_NAMES = select(_agents.c.id, _agents.c.name).where(_agents.c.id.in_(bindparam("ids", expanding=True)))
_ROSTERS = (
    select(Team.id, Team.name, Agent.id, Agent.name)
    .join_from(TeamMember, Team, Team.id == TeamMember.team_id)
    .join(Agent, Agent.id == TeamMember.agent_id)
    .where(TeamMember.team_id.in_(bindparam("ids", expanding=True)), Agent.is_active)
    .order_by(Agent.id)
)


class StaffRepository:
    """Agents, teams, sessions, tokens and hours."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Session | ApiToken | BusinessHours) -> None:
        """Keep a new row."""
        self._session.add(row)
        await self._session.flush()

    async def add_unless_taken(self, row: Agent | Team) -> bool:
        """Keep a new row, or say no when its unique name is taken."""
        try:
            async with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return False
        return True

    async def get_agent(self, agent_id: int) -> Agent:
        """Return an agent.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._session.get(Agent, agent_id), "agent", agent_id)

    async def get_team(self, team_id: int) -> Team:
        """Return a team.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._session.get(Team, team_id), "team", team_id)

    async def get_hours(self, hours_id: int) -> BusinessHours:
        """Return business hours.

        Raises:
            NotFound: there are none.
        """
        return _found(await self._session.get(BusinessHours, hours_id), "business hours", hours_id)

    async def agents(self) -> list[Agent]:
        """Return all agents, oldest first."""
        return list(await self._session.scalars(select(Agent).order_by(Agent.id)))

    async def agents_among(self, agent_ids: Collection[int]) -> list[Agent]:
        """Return those of some agents that there are."""
        return list(await self._session.scalars(select(Agent).where(Agent.id.in_(agent_ids))))

    async def find_agent(self, email: str) -> Agent | None:
        """Return the agent with a folded address."""
        found: Agent | None = await self._session.scalar(select(Agent).where(Agent.email == email))
        return found

    async def addresses_among(self, addresses: Collection[str]) -> set[str]:
        """Return which of some folded addresses are agents'."""
        return set(await self._session.scalars(select(Agent.email).where(Agent.email.in_(addresses))))

    async def existing(self, agent_ids: Collection[int]) -> set[int]:
        """Return which of some agents there are."""
        return set(await self._session.scalars(select(Agent.id).where(Agent.id.in_(agent_ids))))

    async def names(self, agent_ids: Collection[int]) -> dict[int, str]:
        """Return what agents are called."""
        return {row[0]: row[1] for row in await (await written(self._session)).execute(_NAMES, {"ids": list(agent_ids)})}

    async def other_active_admins(self, agent_id: int) -> int:
        """Return how many admins there are besides one; they are locked, so that two never step down at once."""
        query = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_active, Agent.id != agent_id).order_by(Agent.id).with_for_update()
        return len(list(await self._session.scalars(query)))

    async def teams(self) -> list[Team]:
        """Return all teams by name."""
        return list(await self._session.scalars(select(Team).order_by(Team.name)))

    async def is_team_name_taken(self, name: str, but: int) -> bool:
        """Say whether another team has a name."""
        return await self._session.scalar(select(Team.id).where(Team.name == name, Team.id != but)) is not None

    async def team_ids(self, agent_ids: Collection[int]) -> list[tuple[int, int]]:
        """Return (agent, team) for some agents."""
        query = select(TeamMember.agent_id, TeamMember.team_id).where(TeamMember.agent_id.in_(agent_ids)).order_by(TeamMember.team_id)
        return [(agent_id, team_id) for agent_id, team_id in await self._session.execute(query)]

    async def members(self, team_ids: Collection[int]) -> list[tuple[int, Agent]]:
        """Return (team, agent) for the active members of some teams, in the order of agents."""
        query = (
            select(TeamMember.team_id, Agent)
            .join(Agent, Agent.id == TeamMember.agent_id)
            .where(TeamMember.team_id.in_(team_ids), Agent.is_active)
            .order_by(Agent.id)
        )
        return [(team_id, agent) for team_id, agent in await self._session.execute(query)]

    async def rosters(self, team_ids: Collection[int]) -> dict[int, Roster]:
        """Return each team's name and active members, by id; for the hot path."""
        found: dict[int, Roster] = {}
        for team_id, team_name, agent_id, agent_name in await (await core(self._session)).execute(_ROSTERS, {"ids": team_ids}):
            found.setdefault(team_id, Roster(name=team_name, members={})).members[agent_id] = agent_name
        return found

    async def replace_members(self, team_id: int, agent_ids: Collection[int]) -> None:
        """Say anew who is in a team."""
        await self._session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
        self._session.add_all([TeamMember(team_id=team_id, agent_id=agent_id) for agent_id in agent_ids])
        await self._session.flush()

    async def sessions(self, digests: Collection[str], now: datetime) -> Sequence[Entry]:
        """Return the sessions under some digests that have not run out, of agents who may still sign in."""
        return (await (await core(self._session)).execute(_BY_SESSION, {"digests": list(digests), "now": now})).all()

    async def touch_sessions(self, session_ids: Collection[int], at: datetime, expires_at: datetime) -> None:
        """Note that sessions are in use."""
        await self._session.execute(update(Session).where(Session.id.in_(session_ids)).values(last_used_at=at, expires_at=expires_at))

    async def end_session(self, digest: str) -> None:
        """Forget one session."""
        await self._session.execute(delete(Session).where(Session.token_digest == digest))

    async def end_sessions(self, agent_id: int) -> None:
        """Forget all sessions of an agent."""
        await self._session.execute(delete(Session).where(Session.agent_id == agent_id))

    async def tokens(self, agent_id: int) -> list[ApiToken]:
        """Return an agent's tokens, newest first."""
        return list(await self._session.scalars(select(ApiToken).where(ApiToken.agent_id == agent_id).order_by(ApiToken.id.desc())))

    async def tokens_among(self, digests: Collection[str]) -> Sequence[Entry]:
        """Return the tokens under some digests, of agents who may still sign in."""
        return (await (await core(self._session)).execute(_BY_TOKEN, {"digests": list(digests)})).all()

    async def touch_tokens(self, token_ids: Collection[int], at: datetime) -> None:
        """Note that tokens are in use."""
        await self._session.execute(update(ApiToken).where(ApiToken.id.in_(token_ids)).values(last_used_at=at))

    async def delete_token(self, agent_id: int, token_id: int) -> None:
        """Forget a token.

        Raises:
            NotFound: the agent has no such token.
        """
        found = await self._session.scalar(delete(ApiToken).where(ApiToken.id == token_id, ApiToken.agent_id == agent_id).returning(ApiToken.id))
        _found(found, "token", token_id)

    async def sweep(self, now: datetime, attempts_before: datetime) -> None:
        """Forget sessions that have run out and failures that no longer count."""
        await self._session.execute(delete(Session).where(Session.expires_at <= now))
        stale = SignInThrottle.last_at < attempts_before
        await self._session.execute(delete(SignInThrottle).where(stale, or_(SignInThrottle.blocked_until.is_(None), SignInThrottle.blocked_until < now)))


class AttemptsRepository:
    """Failed sign-ins, one row for each account and address, locked while they are counted."""

    def __init__(self, session: AsyncSession, *, is_sqlite: bool) -> None:
        self._session = session
        self._is_sqlite = is_sqlite

    async def locked(self, names: Sequence[str], now: datetime) -> dict[str, Attempts]:
        """Return what is known under some names, made when it is missing and locked in their order, so that sign-ins tried at once are all counted."""
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        blank = [{"name": name, "failures": 0, "last_at": now} for name in sorted(names)]
        await self._session.execute(insert(SignInThrottle).values(blank).on_conflict_do_nothing())
        query = select(SignInThrottle).where(SignInThrottle.name.in_(names)).order_by(SignInThrottle.name)
        rows = await self._session.scalars(query.with_for_update().execution_options(populate_existing=True))
        return {row.name: Attempts(failures=row.failures, last_at=row.last_at, blocked_until=row.blocked_until) for row in rows}

    async def note(self, name: str, attempts: Attempts | None) -> None:
        """Keep what is now known under a name, or forget it."""
        if attempts is None:
            await self._session.execute(delete(SignInThrottle).where(SignInThrottle.name == name))
        else:
            values = {"failures": attempts.failures, "last_at": attempts.last_at, "blocked_until": attempts.blocked_until}
            await self._session.execute(update(SignInThrottle).where(SignInThrottle.name == name).values(values))


def _found(row: T | None, what: str, which: int) -> T:
    if row is None:
        raise NotFound(what, which)
    return row
