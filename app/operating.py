"""What the command line does: the same verbs as the edge, without HTTP."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from app.compose import Estate, compose
from channels.contract import Feature
from channels.registry import Registry, Setting
from inbox import dead_letters as letters
from inbox.values import InboxView, Received
from inbox.views import DeadLetter
from kernel.clock import SystemClock
from kernel.config import Settings
from kernel.crypto import hash_password
from kernel.errors import Invalid, NotFound
from migrations.standing import bring_up
from staff import service as staff
from staff.values import Role, Viewer

OPERATOR = Viewer(agent_id=0, name="operator", role=Role.ADMIN, team_ids=frozenset(), inbox_ids=None)
_SHORTEST_PASSWORD = 10


@asynccontextmanager
async def _estate(settings: Settings) -> AsyncIterator[Estate]:
    await bring_up(settings.database_url)
    estate = compose(settings)
    try:
        yield estate
    finally:
        await estate.close()


async def create_agent(settings: Settings, *, name: str, email: str, password: str, role: str) -> int:
    """Let somebody sign in and return their id.

    Raises:
        Invalid: the password is short, the address is none or the role unknown. Conflict: the address is taken.
    """
    if len(password) < _SHORTEST_PASSWORD:
        raise Invalid(f"A password has at least {_SHORTEST_PASSWORD} characters.")
    if role not in set(Role):
        raise Invalid(f"A role is one of {', '.join(Role)}.")
    hashed = await hash_password(password)
    async with _estate(settings) as estate, estate.house.factory() as uow:
        return (await staff.create_agent(uow, name=name, email=email, password_hash=hashed, role=Role(role))).id


async def create_token(settings: Settings, *, email: str, name: str) -> str:
    """Make an API token for an agent and return it; only its digest is kept.

    Raises:
        NotFound: there is no such agent.
    """
    async with _estate(settings) as estate, estate.house.factory() as uow:
        agent = await staff.find_for_sign_in(uow, email)
        if agent is None or not agent.is_active:
            raise NotFound("agent", email)
        _, token = await staff.create_token(uow, agent.id, name)
        return token


async def create_inbox(
    settings: Settings, *, channel: str, name: str, address: str, settings_of_inbox: Mapping[str, str], team: str | None, is_restricted: bool
) -> InboxView:
    """Set up an inbox.

    Raises:
        NotFound: there is no such channel or team. Invalid: a setting is missing or wrong. AddressTaken: it exists.
    """
    async with _estate(settings) as estate:
        team_id = None
        if team is not None:
            async with estate.house.factory.reading() as uow:
                team_id = next((row.id for row in await staff.teams(uow) if row.name == team), None)
            if team_id is None:
                raise NotFound("team", team)
        return await estate.house.directory.create(
            channel=channel, name=name, address=address, settings=settings_of_inbox, team_id=team_id, is_restricted=is_restricted
        )


def settings_of(settings: Settings, channel: str) -> Sequence[Setting]:
    """Return what an inbox of a channel can be told."""
    return Registry(settings, SystemClock()).settings(channel)


def next_steps(settings: Settings, view: InboxView) -> list[str]:
    """Return what the operator has to do at the vendor's, read off the channel's manifest."""
    manifest = Registry(settings, SystemClock()).manifest(view.channel)
    steps = [f"Webhook: {settings.base_url}/hooks/{view.channel}/{view.id}{'/' + tail if tail else ''}" for tail in manifest.hooks]
    if Feature.LIVE in manifest.features:
        steps.append(f'On your site: <script src="{settings.base_url}/w.js" data-inbox="{view.key}" defer></script>')
    return steps


async def inboxes(settings: Settings) -> list[InboxView]:
    """Return all inboxes."""
    async with _estate(settings) as estate:
        return await estate.house.directory.views(OPERATOR)


async def dead_letters(settings: Settings, most: int = 50) -> Sequence[DeadLetter]:
    """Return the newest dead letters."""
    async with _estate(settings) as estate, estate.house.factory.reading() as uow:
        return (await letters.page(uow, OPERATOR, None, most)).items


async def replay(settings: Settings, letter_id: int) -> Received:
    """Read a dead letter again.

    Raises:
        NotFound, AlreadyReplayed: as they say.
    """
    async with _estate(settings) as estate:
        return await estate.house.door.replay(letter_id)
