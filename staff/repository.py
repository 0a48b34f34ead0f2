"""All SQL of staff."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.db import Base
from kernel.errors import NotFound
from staff.models import Agent, ApiToken, BusinessHours, Session, SignInThrottle, Team, TeamMember


class StaffRepository:
    """Agents, teams, sessions, tokens: small tables, read often."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Base) -> None:
        """Add a row."""
        self._session.add(row)
        await self._session.flush()

    async def agent(self, agent_id: int) -> Agent:
        """Return an agent.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(Agent, agent_id)
        if row is None:
            raise NotFound("agent", agent_id)
        return row

    async def agent_by_email(self, email: str) -> Agent | None:
        """Return the agent with a folded address."""
        return (await self._session.execute(select(Agent).where(Agent.email == email))).scalar_one_or_none()

    async def agents(self) -> Sequence[Agent]:
        """Return everybody, by name."""
        return (await self._session.execute(select(Agent).order_by(Agent.name, Agent.id))).scalars().all()

    async def names(self, agent_ids: Sequence[int]) -> dict[int, str]:
        """Return the names of some agents."""
        rows = await self._session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(agent_ids)))
        return {row.id: row.name for row in rows}

    async def existing(self, agent_ids: Sequence[int]) -> set[int]:
        """Return which of these are agents."""
        return set((await self._session.execute(select(Agent.id).where(Agent.id.in_(agent_ids)))).scalars())

    async def team(self, team_id: int) -> Team:
        """Return a team.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(Team, team_id)
        if row is None:
            raise NotFound("team", team_id)
        return row

    async def teams(self) -> Sequence[Team]:
        """Return all teams, by name."""
        return (await self._session.execute(select(Team).order_by(Team.name))).scalars().all()

    async def team_by_name(self, name: str) -> Team | None:
        """Return the team of a name."""
        return (await self._session.execute(select(Team).where(Team.name == name))).scalar_one_or_none()

    async def members(self, team_ids: Sequence[int], *, active_only: bool) -> list[tuple[int, Agent]]:
        """Return (team, agent) for some teams, agents by id."""
        statement = select(TeamMember.team_id, Agent).join(Agent, Agent.id == TeamMember.agent_id).where(TeamMember.team_id.in_(team_ids)).order_by(Agent.id)
        if active_only:
            statement = statement.where(Agent.is_active)
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def member_ids(self) -> list[tuple[int, int]]:
        """Return every (team, agent)."""
        return [(row[0], row[1]) for row in await self._session.execute(select(TeamMember.team_id, TeamMember.agent_id).order_by(TeamMember.agent_id))]

    async def teams_of(self, agent_id: int) -> list[int]:
        """Return the teams of an agent."""
        return list((await self._session.execute(select(TeamMember.team_id).where(TeamMember.agent_id == agent_id))).scalars())

    async def put_members(self, team_id: int, agent_ids: Sequence[int]) -> None:
        """Let a team have exactly these members."""
        await self._session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
        self._session.add_all(TeamMember(team_id=team_id, agent_id=agent_id) for agent_id in agent_ids)
        await self._session.flush()

    async def session_by_digest(self, digest: str) -> tuple[Session, Agent] | None:
        """Return a session with its agent."""
        statement = select(Session, Agent).join(Agent, Agent.id == Session.agent_id).where(Session.token_digest == digest)
        return (await self._session.execute(statement)).tuples().one_or_none()

    async def touch_session(self, session_id: int, used_at: datetime, expires_at: datetime) -> None:
        """Note that a session was used."""
        await self._session.execute(update(Session).where(Session.id == session_id).values(last_used_at=used_at, expires_at=expires_at))

    async def end_session(self, digest: str) -> None:
        """Forget a session."""
        await self._session.execute(delete(Session).where(Session.token_digest == digest))

    async def end_sessions(self, agent_id: int) -> None:
        """Forget all sessions of an agent."""
        await self._session.execute(delete(Session).where(Session.agent_id == agent_id))

    async def forget_expired(self, before: datetime) -> None:
        """Forget sessions that have expired."""
        await self._session.execute(delete(Session).where(Session.expires_at < before))

    async def token_by_digest(self, digest: str) -> tuple[ApiToken, Agent] | None:
        """Return a token with its agent."""
        statement = select(ApiToken, Agent).join(Agent, Agent.id == ApiToken.agent_id).where(ApiToken.token_digest == digest)
        return (await self._session.execute(statement)).tuples().one_or_none()

    async def touch_token(self, token_id: int, used_at: datetime) -> None:
        """Note that a token was used."""
        await self._session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=used_at))

    async def tokens(self, agent_id: int) -> Sequence[ApiToken]:
        """Return an agent's tokens, newest first."""
        return (await self._session.execute(select(ApiToken).where(ApiToken.agent_id == agent_id).order_by(ApiToken.id.desc()))).scalars().all()

    async def end_token(self, agent_id: int, token_id: int) -> None:
        """Forget one of an agent's tokens.

        Raises:
            NotFound: they have none with this id.
        """
        gone = await self._session.execute(delete(ApiToken).where(ApiToken.id == token_id, ApiToken.agent_id == agent_id).returning(ApiToken.id))
        if gone.scalar_one_or_none() is None:
            raise NotFound("token", token_id)

    async def throttle(self, name: str) -> SignInThrottle | None:
        """Return what is known of failed sign-ins, locked."""
        return (await self._session.execute(select(SignInThrottle).where(SignInThrottle.name == name).with_for_update())).scalar_one_or_none()

    async def forget_throttle(self, name: str) -> None:
        """Forget failed sign-ins."""
        await self._session.execute(delete(SignInThrottle).where(SignInThrottle.name == name))

    async def hours(self, hours_id: int) -> BusinessHours:
        """Return business hours.

        Raises:
            NotFound: there are none with this id.
        """
        row = await self._session.get(BusinessHours, hours_id)
        if row is None:
            raise NotFound("business hours", hours_id)
        return row
