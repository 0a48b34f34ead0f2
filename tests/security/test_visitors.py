"""A visitor of the chat sees their own conversation and nothing else, whatever token they bring."""

import base64
from collections.abc import Iterator
from contextlib import suppress

import pytest

from inbox.models import Message
from tests.api.desk import PUBLIC_URL, Desk, Json, Wire
from tests.support import house
from tests.support.torture import dice, size

pytestmark = pytest.mark.torture

SECRET = "qzxsecret"
_FRAMES = ("message", "typing", "contact_kept", "refused", "ack", "event", "presence")


async def _begun(desk: Desk, key: str, text: str = f"{SECRET} said") -> Json:
    """Let somebody write by HTTP, be answered, and be talked about in a note; return {visitor, message_id, case_id}."""
    said = (await desk.stranger.post(f"/chat/{key}/messages", {"client_id": f"c-{text}"[:20].replace(" ", "-"), "text": text})).json
    message = next(row for row in await house.rows(desk.estate.house.factory, Message) if str(row.id) == said["message_id"])
    case_id = str(message.case_id)
    assert (await desk.reply(desk.ines, case_id, f"{SECRET} answer")).status == 201
    await desk.carry()
    assert (await desk.ines.post(f"/cases/{case_id}/note", {"text": "qzxnote"})).status == 201
    return {**said, "case_id": case_id}


async def test_no_forged_token_opens_a_conversation(desk: Desk) -> None:
    """Letters changed, cut, added, decoded and put together anew, of another inbox, of another visitor's number."""
    begun, other = await _begun(desk, desk.chat_key), await _begun(desk, desk.chat_key, "Somebody else")
    second = await desk.estate.house.directory.create(channel="chat", name="Other site", address="other.example", settings={})
    elsewhere = await _begun(desk, second.key, f"{SECRET} elsewhere")
    forged = {elsewhere["visitor"], *_forged(begun["visitor"], other["visitor"])} - {begun["visitor"], other["visitor"]}
    assert len(forged) >= size(60, 600)
    for token in sorted(forged):
        answer = await desk.stranger.get(f"/chat/{desk.chat_key}/messages", headers={"X-Visitor": token})
        assert (answer.status, SECRET.encode() in answer.content) == (404, False), token
        desk.clock.advance(seconds=2)
    for token in sorted(forged)[: size(8, 40)]:
        async with await desk.stranger.wire(f"/ws/chat/{desk.chat_key}") as wire:
            await wire.say({"type": "hello", "visitor": token})
            welcome = await wire.next("welcome")
            assert (welcome["messages"], welcome["conversation_id"]) == ([], None), token
            assert welcome["visitor"] not in (token, begun["visitor"], other["visitor"])


async def test_another_visitors_socket_tells_nothing(desk: Desk) -> None:
    """Not what is said, not who types, not who reads, and no note; nor can it mark as read what is not its own."""
    async with await desk.stranger.wire(f"/ws/chat/{desk.chat_key}") as spy:
        await spy.say({"type": "hello"})
        visitor = (await spy.next("welcome"))["visitor"]
        await spy.say({"type": "message", "client_id": "s-1", "text": "Hello"})
        await spy.next("ack")
        begun = await _begun(desk, desk.chat_key)
        answer = next(row for row in await house.rows(desk.estate.house.factory, Message) if row.text == f"{SECRET} answer")
        async with await desk.ines.live() as agent:
            await agent.say({"type": "presence", "case_id": begun["case_id"], "state": "composing"})
            await spy.say({"type": "read", "message_id": str(answer.id)})
            await spy.say({"type": "contact", "name": "Spy", "email": "spy@customer.example"})
            frames = await _heard(spy)
        assert SECRET not in str(frames)
        assert "qzxnote" not in str(frames)
        assert {frame["type"] for frame in frames} <= {"contact_kept"}
    seen = (await desk.ines.get(f"/messages/{answer.id}")).json
    assert seen["delivery"]["state"] != "read"
    own = (await desk.stranger.get(f"/chat/{desk.chat_key}/messages", headers={"X-Visitor": visitor})).content.decode()
    assert SECRET not in own
    theirs = (await desk.stranger.get(f"/chat/{desk.chat_key}/messages", headers={"X-Visitor": begun["visitor"]})).content.decode()
    assert SECRET in theirs
    assert "qzxnote" not in theirs


async def test_a_visitors_token_is_no_way_in_for_agents(desk: Desk) -> None:
    token = (await _begun(desk, desk.chat_key))["visitor"]
    for path in ("/cases", "/customers", "/search?q=qzx", "/inboxes", "/me", "/session", "/agents"):
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"__Host-kindred_session={token}"}, {"X-Visitor": token}):
            assert (await desk.stranger.get(path, headers=headers)).status == 401, path


async def test_a_site_that_is_not_named_cannot_use_the_chat(desk: Desk) -> None:
    await desk.admin.patch(f"/inboxes/{desk.chat}", {"settings": {"allowed_origins": "https://lamps.example"}})
    body = {"client_id": "c1", "text": "Hi"}
    for origin, status in (
        ("https://lamps.example", 201),
        (PUBLIC_URL, 201),
        ("https://lamps.example.evil.example", 403),
        ("null", 403),
        ("http://lamps.example", 403),
    ):
        assert (await desk.stranger.post(f"/chat/{desk.chat_key}/messages", body, headers={"Origin": origin})).status == status, origin


async def _heard(wire: Wire) -> list[Json]:
    """Return all frames until nothing has come for a while."""
    found: list[Json] = []
    with suppress(TimeoutError):
        while True:
            found.append(await wire.next(*_FRAMES, within=0.5))
    return found


def _forged(token: str, other: str) -> Iterator[str]:
    chance, letters = dice("forged visitors"), "abcdefghijklmnopqrstuvwxyz234567"
    raw, other_raw = (base64.b32decode(one.upper() + "=" * (-len(one) % 8)) for one in (token, other))
    # Each half from another: a number with somebody else's signature.
    for mixed in (raw[:8] + other_raw[8:], other_raw[:8] + raw[8:], raw[:8], raw[8:], bytes(24), raw[:8] + bytes(16), raw + raw):
        yield base64.b32encode(mixed).decode().rstrip("=").lower()
    for _ in range(size(70, 1_500)):
        at = chance.randrange(len(token))
        yield chance.choice(
            (
                token[:at] + chance.choice(letters) + token[at + 1 :],
                token[:at],
                token[:at] + chance.choice(letters + "=-_") + token[at:],
                token[at:] + token[:at],
            )
        )
