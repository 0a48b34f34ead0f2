"""The rows of staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import ID, Base, Id


class Agent(Base):
    """Somebody who answers customers; `email` is folded."""

    __tablename__ = "agents"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    signature: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class BusinessHours(Base):
    """Open spans of a week in a time zone: `spans` is [[weekday 0–6, "09:00", "17:30"], …], `holidays` ISO dates."""

    __tablename__ = "business_hours"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    spans: Mapped[list[object]]
    holidays: Mapped[list[str]]


class Team(Base):
    """Agents who share work."""

    __tablename__ = "teams"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    business_hours_id: Mapped[int | None] = mapped_column(ForeignKey("business_hours.id"))
    created_at: Mapped[datetime]


class TeamMember(Base):
    """An agent's place in a team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ID, ForeignKey("teams.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"), primary_key=True, index=True)


class Session(Base):
    """A sign-in in a browser; only the token's digest is kept."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    agent_id: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A program's way in, as an agent; only the digest is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    agent_id: Mapped[int] = mapped_column(ID, ForeignKey("agents.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInThrottle(Base):
    """Failed sign-ins by address and by agent; `name` is a digest, so that no address lies about."""

    __tablename__ = "sign_in_throttles"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
