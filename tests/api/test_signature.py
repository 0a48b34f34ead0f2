"""What an agent signs with: their own word, below their own replies."""

import pytest

from tests.api.desk import Desk
from tests.support import house
from tests.support.house import registry_of


async def test_stands_below_the_agents_own_replies(desk: Desk) -> None:
    changed = await desk.ines.patch("/me", {"signature": "\r\nInes  \r\nTier 1\r\n\r\n"})
    assert (changed.status, changed.json["signature"]) == (200, "Ines\nTier 1")
    assert (await desk.ines.get("/session")).json["agent"]["signature"] == "Ines\nTier 1"
    assert (await desk.otto.get("/me")).json["signature"] == ""
    for person in (desk.ines, desk.otto):
        await desk.reply(person, (await desk.says("Hello", sender=f"+4477009000{person.agent_id[-2:]}"))["case_id"])
    await desk.carry()
    signed = {message.author_name: message.author_signature for message in registry_of(desk.estate).sent["sms"]}
    assert signed == {"Ines": "Ines\nTier 1", "Otto": ""}


async def test_is_taken_away_and_left_alone(desk: Desk) -> None:
    await desk.ines.patch("/me", {"signature": "Ines"})
    assert (await desk.ines.patch("/me", {})).json["signature"] == "Ines"
    assert (await desk.ines.patch("/me", {"signature": ""})).json["signature"] == ""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"signature": "x" * 2001}, id="too long"),
        pytest.param({"signature": 7}, id="no text"),
        pytest.param({"role": "admin"}, id="what is not theirs to change"),
    ],
)
async def test_and_nothing_else_is_changed(desk: Desk, body: dict[str, object]) -> None:
    assert (await desk.ines.patch("/me", body)).status == 422
    me = (await desk.ines.get("/me")).json
    assert (me["signature"], me["role"]) == ("", "agent")


async def test_needs_the_pages_proof(desk: Desk) -> None:
    refused = await desk.stranger.ask("PATCH", "/me", {"signature": "x"}, headers={"Cookie": desk.ines.proof["Cookie"]})
    assert refused.status == 403
    assert house.registry_of(desk.estate).sent == {}
