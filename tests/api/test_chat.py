"""The visitor's side: nothing acknowledged before its commit, no doubles, nothing missed, nobody else's words."""

from uuid import uuid4

import pytest
from aiohttp import WSServerHandshakeError

from app.compose import compose
from inbox.models import Message
from kernel.errors import StorageUnavailable
from tests.api.desk import Desk, Json, Wire
from tests.support.house import count


async def visitor(desk: Desk, token: str | None = None, since: str | None = None) -> Wire:
    wire = await desk.stranger.wire(f"/ws/chat/{desk.chat_key}")
    await wire.say({"type": "hello", "visitor": token, "since": since, "page_locale": "en"})
    wire.welcome = await wire.next("welcome")
    return wire


async def say(wire: Wire, text: str = "Hello", client_id: str | None = None, **more: str) -> Json:
    await wire.say({"type": "message", "client_id": client_id or str(uuid4()), "text": text, **more})
    return await wire.next("ack", "refused")


async def case_of(desk: Desk) -> Json:
    [row] = (await desk.admin.get("/cases")).items
    return row


class TestVisitorsSocket:
    async def test_welcomes_and_acknowledges_what_is_kept(self, stored_desk: Desk) -> None:
        desk = stored_desk
        async with await visitor(desk) as wire:
            assert wire.welcome["inbox"] == {"name": "Site", "team": "Tier 1"}
            assert (wire.welcome["conversation_id"], wire.welcome["messages"]) == (None, [])
            ack = await say(wire, "Is the lamp in stock?", name="Ada", email="ada@example.com")
            assert ack["type"] == "ack"
            assert (await desk.otto.get(f"/messages/{ack['message_id']}")).json["text"] == "Is the lamp in stock?"
            assert (await case_of(desk))["customer"]["name"] == "Ada"

    async def test_keeps_a_message_that_is_sent_again_once(self, stored_desk: Desk) -> None:
        client_id = str(uuid4())
        async with await visitor(stored_desk) as wire:
            first, second = await say(wire, client_id=client_id), await say(wire, client_id=client_id)
            assert first["message_id"] == second["message_id"]
            async with await visitor(stored_desk, wire.welcome["visitor"]) as again:
                assert (await say(again, client_id=client_id))["message_id"] == first["message_id"]
        assert await count(stored_desk.estate.house.factory, Message) == 1

    async def test_shows_the_reply_once_it_was_sent_and_tells_when_it_was_read(self, desk: Desk) -> None:
        async with await visitor(desk) as wire:
            await say(wire)
            case = await case_of(desk)
            reply = (await desk.reply(desk.otto, case["id"], "Yes, it is.")).json
            assert await wire.nothing("message"), "it can still be undone"
            await desk.carry()
            while (shown := (await wire.next("message"))["message"])["direction"] == "in":
                pass
            assert (shown["id"], shown["text"], shown["author_name"], shown["state"]) == (reply["id"], "Yes, it is.", "Otto", "sent")
            async with await desk.otto.live() as agent:
                await wire.say({"type": "read", "message_id": reply["id"]})
                assert (await agent.next("event"))["payload"]["state"] == "read"

    async def test_tells_what_was_missed(self, stored_desk: Desk) -> None:
        desk = stored_desk
        async with await visitor(desk) as wire:
            ack = await say(wire)
            token = wire.welcome["visitor"]
        desk.clock.advance(seconds=30)
        reply = (await desk.reply(desk.otto, (await case_of(desk))["id"], "Yes, it is.")).json
        await desk.carry()
        async with await visitor(desk, token, ack["cursor"]) as wire:
            assert reply["id"] in [message["id"] for message in wire.welcome["messages"]]
        async with await visitor(desk, token) as wire:
            assert [message["text"] for message in wire.welcome["messages"]] == ["Hello", "Yes, it is."]
            assert wire.welcome["visitor"] == token

    async def test_shows_every_tab_of_a_visitor_the_same(self, desk: Desk) -> None:
        async with await visitor(desk) as one, await visitor(desk, one.welcome["visitor"]) as other:
            await say(one, "First")
            await say(one, "Second")
            assert (await other.next("message"))["message"]["text"] in {"First", "Second"}

    async def test_shows_nobody_else_anything(self, desk: Desk) -> None:
        async with await visitor(desk) as one, await visitor(desk) as other:
            await say(other, "I am somebody else")
            await say(one, "My secret")
            await desk.reply(desk.otto, (await desk.admin.get("/cases")).items[0]["id"], "Your secret is safe.")
            await desk.carry()
            assert (await one.next("message"))["message"]["text"] == "Your secret is safe."
            assert await other.nothing("message")

    async def test_never_shows_a_note(self, desk: Desk) -> None:
        async with await visitor(desk) as wire:
            await say(wire)
            await desk.otto.post(f"/cases/{(await case_of(desk))['id']}/note", {"text": "A regular."})
            async with await visitor(desk, wire.welcome["visitor"]) as again:
                assert [message["text"] for message in again.welcome["messages"]] == ["Hello"]

    async def test_tells_each_side_that_the_other_is_typing(self, desk: Desk) -> None:
        async with await visitor(desk) as wire, await desk.otto.live() as agent:
            await say(wire)
            case = await case_of(desk)
            await wire.say({"type": "typing"})
            typing = await agent.next("typing")
            assert typing["case_id"] == case["id"]
            await agent.say({"type": "presence", "case_id": case["id"], "state": "composing"})
            assert await wire.next("typing") == {"type": "typing", "name": "Otto"}

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            pytest.param({"text": "x" * 4001}, "chat.too_long", id="too long"),
            pytest.param({"text": "   "}, "request.invalid", id="blank"),
            pytest.param({"text": None}, "request.invalid", id="no text"),
            pytest.param({"text": "x", "extra": 1}, "request.invalid", id="more than it may have"),
        ],
    )
    async def test_says_why_it_refuses_and_goes_on(self, desk: Desk, frame: Json, code: str) -> None:
        async with await visitor(desk) as wire:
            client_id = str(uuid4())
            await wire.say({"type": "message", "client_id": client_id, **frame})
            refused = await wire.next("refused")
            assert (refused["client_id"], refused["code"]) == (client_id, code)
            assert (await say(wire))["type"] == "ack"

    async def test_takes_an_address_that_comes_after_the_last_message(self, stored_desk: Desk) -> None:
        """Whoever leaves their address and goes can be answered, though no further message carries it."""
        async with await visitor(stored_desk) as wire:
            await say(wire)
            await wire.say({"type": "contact", "name": "Ada", "email": "ada@example.com"})
            await wire.next("contact_kept")
        case = await case_of(stored_desk)
        customer = (await stored_desk.admin.get(f"/customers/{case['customer']['id']}")).json
        assert customer["name"] == "Ada"
        assert ("email", "ada@example.com", "claimed") in [(one["kind"], one["value"], one["trust"]) for one in customer["identities"]]

    @pytest.mark.parametrize(
        ("is_known", "email"), [pytest.param(False, "ada@example.com", id="before any message"), pytest.param(True, "no address", id="what is no address")]
    )
    async def test_refuses_an_introduction(self, desk: Desk, is_known: bool, email: str) -> None:
        async with await visitor(desk) as wire:
            if is_known:
                await say(wire)
            await wire.say({"type": "contact", "email": email})
            assert (await wire.next("refused"))["code"] == "chat.refused"

    async def test_slows_down_who_writes_faster_than_anybody_types(self, desk: Desk) -> None:
        async with await visitor(desk) as wire:
            answers = [await say(wire, f"Message {number}") for number in range(11)]
            assert [answer["type"] for answer in answers] == ["ack"] * 10 + ["refused"]
            assert answers[-1]["code"] == "chat.too_fast"
            desk.clock.advance(seconds=11)
            assert (await say(wire))["type"] == "ack"

    async def test_asks_to_come_again_when_nothing_could_be_kept(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """No acknowledgement and no refusal: the widget sends it again by itself, and then it is kept once."""

        async def full(*_: object) -> None:
            raise StorageUnavailable

        client_id = str(uuid4())
        wire = await visitor(desk)
        with monkeypatch.context() as broken:
            broken.setattr(desk.estate.house.door, "receive", full)
            await wire.say({"type": "message", "client_id": client_id, "text": "Hello"})
            assert await wire.closed() == 1013
        async with await visitor(desk, wire.welcome["visitor"]) as again:
            assert (await say(again, client_id=client_id))["type"] == "ack"

    @pytest.mark.parametrize("frame", ["nonsense", "{}", '{"type":"typing"}', '{"type":"hello","visitor":5}', "[" * 20_000])
    async def test_ends_what_does_not_say_hello(self, desk: Desk, frame: str) -> None:
        wire = await desk.stranger.wire(f"/ws/chat/{desk.chat_key}")
        await wire.say(frame)
        assert await wire.closed() == 1008

    async def test_gives_a_stranger_to_the_token_a_new_one(self, desk: Desk) -> None:
        async with await visitor(desk) as wire:
            token = wire.welcome["visitor"]
        forged = token[:-1] + ("a" if token[-1] != "a" else "b")
        async with await visitor(desk, forged) as wire:
            assert wire.welcome["visitor"] not in {token, forged}

    async def test_knows_no_other_chat(self, desk: Desk) -> None:
        with pytest.raises(WSServerHandshakeError) as refused:
            await desk.stranger.wire("/ws/chat/nonsense")
        assert refused.value.status == 404

    async def test_answers_to_the_sites_that_the_inbox_allows(self, desk: Desk) -> None:
        await desk.admin.patch(f"/inboxes/{desk.chat}", {"settings": {"allowed_origins": "https://shop.example.com"}})
        path = f"/ws/chat/{desk.chat_key}"
        for origin in ("https://shop.example.com", str(desk.server.make_url("/")).rstrip("/")):
            await (await desk.stranger.wire(path, {"Origin": origin})).socket.close()
        with pytest.raises(WSServerHandshakeError) as refused:
            await desk.stranger.wire(path, {"Origin": "https://evil.example"})
        assert refused.value.status == 403


class TestFallback:
    async def test_says_and_hears_the_same_without_a_socket(self, stored_desk: Desk) -> None:
        desk, path = stored_desk, f"/chat/{stored_desk.chat_key}/messages"
        said = await desk.stranger.post(path, {"client_id": str(uuid4()), "text": "Hello"})
        assert said.status == 201
        token = {"X-Visitor": said.json["visitor"]}
        heard = (await desk.stranger.get(path, headers=token)).json
        assert [message["text"] for message in heard["messages"]] == ["Hello"]
        desk.clock.advance(seconds=30)
        await desk.reply(desk.otto, (await case_of(desk))["id"], "Yes, it is.")
        await desk.carry()
        later = (await desk.stranger.get(f"{path}?since={heard['cursor']}", headers=token)).json
        assert later["messages"][-1]["text"] == "Yes, it is."
        assert int(later["cursor"]) > int(heard["cursor"])

    async def test_knows_who_repeats_a_first_message(self, desk: Desk) -> None:
        """The answer was lost, and with it the token: the same client_id is still the same visitor."""
        path, body = f"/chat/{desk.chat_key}/messages", {"client_id": str(uuid4()), "text": "Hello"}
        first, second = await desk.stranger.post(path, body), await desk.stranger.post(path, body)
        assert first.json["message_id"] == second.json["message_id"]
        assert first.json["visitor"] == second.json["visitor"]

    async def test_knows_them_in_another_process_and_after_a_crash(self, desk: Desk) -> None:
        """Two visitors of one would show the message twice."""
        said = await desk.stranger.post(f"/chat/{desk.chat_key}/messages", {"client_id": (client_id := str(uuid4())), "text": "Hello"})
        other = compose(desk.estate.house.settings, desk.clock)
        assert other.house.chat.newcomer(await other.house.chat.inbox(desk.chat_key), client_id) == said.json["visitor"]
        await other.close()

    async def test_gives_nobodys_token_for_a_client_id_that_can_be_guessed(self, desk: Desk) -> None:
        path, body = f"/chat/{desk.chat_key}/messages", {"client_id": "message-1", "text": "Hello"}
        first, second = await desk.stranger.post(path, body), await desk.stranger.post(path, body)
        assert first.json["visitor"] != second.json["visitor"]

    async def test_goes_on_by_socket(self, desk: Desk) -> None:
        said = await desk.stranger.post(f"/chat/{desk.chat_key}/messages", {"client_id": str(uuid4()), "text": "Hello"})
        async with await visitor(desk, said.json["visitor"]) as wire:
            assert [message["text"] for message in wire.welcome["messages"]] == ["Hello"]

    @pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000])
    async def test_tells_nothing_without_a_token_of_ours(self, desk: Desk, token: str) -> None:
        answer = await desk.stranger.get(f"/chat/{desk.chat_key}/messages", headers={"X-Visitor": token})
        assert (answer.status, answer.code) == (404, "not_found")

    async def test_refuses_what_the_socket_refuses(self, desk: Desk) -> None:
        path = f"/chat/{desk.chat_key}/messages"
        long = await desk.stranger.post(path, {"client_id": str(uuid4()), "text": "x" * 4001})
        assert (long.status, long.code) == (413, "chat.too_long")
        forged = await desk.stranger.post(path, {"visitor": "forged", "client_id": str(uuid4()), "text": "x"})
        assert (forged.status, forged.code) == (422, "chat.refused")
        assert (await desk.stranger.post("/chat/nonsense/messages", {"client_id": str(uuid4()), "text": "x"})).status == 404
        token = (await desk.stranger.post(path, {"client_id": str(uuid4()), "text": "x"})).json["visitor"]
        answers = [await desk.stranger.post(path, {"visitor": token, "client_id": str(uuid4()), "text": "x"}) for _ in range(11)]
        assert (answers[-1].status, answers[-1].code, answers[-1].headers["Retry-After"]) == (429, "chat.too_fast", "10")
