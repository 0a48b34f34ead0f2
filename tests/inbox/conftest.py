"""A house with one inbox a channel, two agents and a team."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.compose import Estate
from inbox.values import Draft, Taken
from kernel.clock import MovedClock
from staff.values import Role, Viewer
from tests.support import house, rows
from tests.support.receiver import Receiver, receiver

# The receivers of tests are on this machine.
WEBHOOKS = {"webhook_networks": "127.0.0.0/8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A house that is set up."""

    estate: Estate
    sms: int
    email: int
    chat: int
    telegram: int
    team_id: int
    ines: Viewer
    ravi: Viewer


@pytest.fixture
async def estate(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
    """A house on each database in turn."""
    async with house.built(database_url, tmp_path / "var", clock, **WEBHOOKS) as built:
        yield built


@pytest.fixture
async def desk(estate: Estate) -> Desk:
    """The house with its inboxes and people."""
    async with estate.house.factory() as uow:
        ines, ravi = await rows.agent(uow, "Ines"), await rows.agent(uow, "Ravi")
        team_id = await rows.team(uow, ines, ravi, name="Tier 1")
    create = estate.house.directory.create
    sms = await create(channel="sms", name="Texts", address="+15005550006", settings=house.SMS, team_id=team_id)
    email = await create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL, team_id=team_id)
    chat = await create(channel="chat", name="Site", address="desk.example", settings={})
    telegram = await create(channel="telegram", name="Bot", address="@desk_bot", settings=house.TELEGRAM)
    return Desk(
        estate=estate, sms=sms.id, email=email.id, chat=chat.id, telegram=telegram.id, team_id=team_id,
        ines=house.viewer(ines), ravi=house.viewer(ravi, name="Ravi", role=Role.AGENT),
    )  # fmt: skip


@pytest.fixture
async def told() -> AsyncIterator[Receiver]:
    """Somebody who is told of events."""
    async with receiver() as taking:
        yield taking


async def answer(desk: Desk, taken: Taken, text: str = "On its way!") -> int:
    """Answer a message where it was asked; return the answer's id."""
    assert taken.case_id is not None
    async with desk.estate.house.factory() as uow:
        return await desk.estate.house.replies.write(uow, desk.ines, taken.case_id, Draft(text=text, option_key=f"c{taken.conversation_id}"))
