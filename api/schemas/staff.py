"""Shapes of sessions, agents, teams and tokens."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from api.schemas.common import Body, GivenId, Id, Line, Moment, Name, Prose, Shape
from staff.rules import LONGEST_SIGNATURE
from staff.values import Role


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (local and at and domain) or " " in value:
        raise ValueError("an e-mail address")
    return value


Address = Annotated[Line, StringConstraints(min_length=3, max_length=320), AfterValidator(_address)]
Password = Annotated[str, StringConstraints(min_length=10, max_length=200)]


class AgentShape(Shape):
    """Somebody who answers customers; `signature` stands below their replies."""

    id: Id
    name: str
    email: str
    role: Role
    is_active: bool
    team_ids: list[Id]
    signature: str


class TeamShape(Shape):
    """Agents who share work."""

    id: Id
    name: str
    member_ids: list[Id]
    business_hours_id: Id | None


class SessionShape(Shape):
    """Who is signed in, and the token that changes need."""

    agent: AgentShape
    csrf: str


class TokenShape(Shape):
    """A program's way in; the token itself is shown once, when it is made."""

    id: Id
    name: str
    created_at: Moment
    last_used_at: Moment | None


class FreshTokenShape(TokenShape):
    """A token that was just made, with what to send."""

    token: str


class SignInBody(Body):
    """Who wants in."""

    email: Annotated[Line, StringConstraints(max_length=320)]
    password: Annotated[str, StringConstraints(max_length=1000)]


class AgentBody(Body):
    """A new agent."""

    name: Name
    email: Address
    password: Password
    role: Role = Role.AGENT


class AgentChange(Body):
    """What changes about an agent; what is left out stays."""

    name: Name | None = None
    role: Role | None = None
    is_active: bool | None = None


class MyChange(Body):
    """What changes about the agent who asks; what is left out stays."""

    signature: Annotated[Prose, StringConstraints(max_length=LONGEST_SIGNATURE)] | None = None


class TeamBody(Body):
    """A new team."""

    name: Name
    member_ids: list[GivenId] = []


class TeamChange(Body):
    """What changes about a team; what is left out stays."""

    name: Name | None = None
    member_ids: list[GivenId] | None = None


class TokenBody(Body):
    """A new token's name."""

    name: Name
