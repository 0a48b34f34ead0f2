"""The agents' socket: nothing is missed, nobody sees too much, nobody slows the others."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from api.hub import HUB, AgentClient
from api.line import framed
from kernel.errors import StorageUnavailable
from tests.api.desk import Desk, Json, Wire


class TestEvents:
    async def test_tells_what_happens(self, stored_desk: Desk) -> None:
        desk = stored_desk
        async with await desk.otto.live() as wire:
            said = await desk.says("Hello")
            frames = [await wire.next("event") for _ in range(2)]
            received = next(frame for frame in frames if frame["kind"] == "message.received")
            assert received["payload"]["message_id"] == said["message_id"]
            assert received["payload"]["case_id"] == said["case_id"]
            assert received["payload"]["inbox_id"] == desk.sms
            assert received["at"].endswith("Z")
            assert "Hello" not in str(frames)

    async def test_tells_what_was_missed_once_and_then_goes_on(self, stored_desk: Desk) -> None:
        desk = stored_desk
        async with await desk.otto.live() as wire:
            since = wire.welcome["cursor"]
        desk.clock.advance(seconds=60)
        missed = [await desk.says(f"Message {number}") for number in range(3)]
        async with await desk.otto.live(since) as wire:
            later = await desk.says("Later")
            wanted = [said["message_id"] for said in (*missed, later)]
            told: list[str] = []
            ids: list[str] = []
            while len(told) < len(wanted):
                frame = await wire.next("event")
                ids.append(frame["id"])
                if frame["kind"] == "message.received":
                    told.append(frame["payload"]["message_id"])
            assert told == wanted
            assert len(set(ids)) == len(ids)

    async def test_loses_nothing_that_happens_while_it_is_being_welcomed(self, desk: Desk) -> None:
        """The look into the feed and the listening overlap; whatever falls between is told, and told once."""
        cursor = (await desk.otto.live()).welcome["cursor"]

        async def keep_talking() -> list[str]:
            return [(await desk.says(f"Message {number}"))["message_id"] for number in range(30)]

        talking = asyncio.create_task(keep_talking())
        wires = [await desk.otto.live(cursor) for _ in range(5)]
        wanted = await talking
        for wire in wires:
            told: list[str] = []
            while len(told) < len(wanted):
                frame = await wire.next("event")
                if frame["kind"] == "message.received":
                    told.append(frame["payload"]["message_id"])
            assert sorted(told) == sorted(wanted)
            await wire.socket.close()

    async def test_asks_to_load_anew_what_is_too_long_ago(self, desk: Desk) -> None:
        async with await desk.otto.live("1") as wire:
            reset = await wire.next("reset")
            assert reset["cursor"] == wire.welcome["cursor"]
            await desk.says("Hello")
            await wire.next("event")

    async def test_tells_each_only_what_they_may_see(self, stored_desk: Desk) -> None:
        desk = stored_desk
        otto, ines = await desk.otto.live(), await desk.ines.live()
        since = otto.welcome["cursor"]
        desk.clock.advance(seconds=30)
        secret = await desk.says("Psst", inbox=desk.vip)
        plain = await desk.says("Hello", sender="+447700900009")
        assert (await ines.next("event"))["payload"]["inbox_id"] == desk.vip
        assert secret["case_id"] not in str(await otto.next("event"))
        async with await desk.otto.live(since) as resumed:
            frame = await resumed.next("event")
            assert frame["payload"]["case_id"] == plain["case_id"]
        for wire in (otto, ines):
            await wire.socket.close()

    async def test_shows_more_as_soon_as_the_agent_may_see_more(self, desk: Desk) -> None:
        async with await desk.otto.live() as wire:
            await desk.admin.patch(f"/teams/{desk.team_id}", {"member_ids": [desk.otto.agent_id]})
            await asyncio.sleep(0.1)
            await desk.says("Psst", inbox=desk.vip)
            assert (await wire.next("event"))["payload"]["inbox_id"] == desk.vip

    async def test_asks_to_come_again_when_the_feed_cannot_be_read(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        async def gone(*_: object) -> int:
            raise StorageUnavailable

        monkeypatch.setattr(desk.estate.house.feed, "cursor", gone)
        wire = await desk.otto.wire("/ws/agent")
        await wire.say({"type": "hello", "since": None})
        assert await wire.closed() == 1013

    async def test_ends_with_the_session(self, desk: Desk) -> None:
        wire = await desk.otto.live()
        await desk.otto.delete("/session")
        await wire.closed()


class TestDoor:
    async def test_lets_nobody_in_who_is_not_signed_in(self, desk: Desk) -> None:
        with pytest.raises(WSServerHandshakeError) as refused:
            await desk.stranger.wire("/ws/agent")
        assert refused.value.status == 401

    @pytest.mark.parametrize("origin", ["https://evil.example", "null"])
    async def test_lets_no_other_site_in_with_the_agents_cookie(self, desk: Desk, origin: str) -> None:
        with pytest.raises(WSServerHandshakeError) as refused:
            await desk.otto.wire("/ws/agent", {"Origin": origin})
        assert refused.value.status == 403

    async def test_lets_a_program_in_by_its_token(self, desk: Desk) -> None:
        program = await desk.program(desk.otto.agent_id)
        async with await desk.stranger.live(headers=program) as wire:
            await desk.says("Hello")
            await wire.next("event")

    @pytest.mark.parametrize("frame", ["{}", "nonsense", '{"type":"presence"}', '{"type":"hello","since":"x"}', '{"type":"hello","since":1}', "[" * 10_000])
    async def test_ends_what_does_not_say_hello(self, desk: Desk, frame: str) -> None:
        wire = await desk.otto.wire("/ws/agent")
        await wire.say(frame)
        assert await wire.closed() == 1008

    async def test_ends_what_says_too_much(self, desk: Desk) -> None:
        wire = await desk.otto.live()
        await wire.say("x" * 20_000)
        assert await wire.closed() == 1009


class TestPresence:
    async def test_shows_who_looks_and_who_writes(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        async with await desk.otto.live() as otto, await desk.ines.live() as ines:
            await otto.say({"type": "presence", "case_id": said["case_id"], "state": "viewing"})
            shown = (await _with_somebody(ines))["presence"]
            assert shown == [{"agent": {"id": desk.otto.agent_id, "name": "Otto"}, "case_id": said["case_id"], "state": "viewing"}]
            await otto.say({"type": "presence", "case_id": said["case_id"], "state": "composing"})
            assert (await _with_somebody(ines))["presence"][0]["state"] == "composing"
            await otto.say({"type": "presence", "case_id": None, "state": "viewing"})
            assert (await ines.next("presence"))["presence"] == []

    async def test_ends_with_the_lease(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        async with await desk.otto.live() as otto, await desk.ines.live() as ines:
            await otto.say({"type": "presence", "case_id": said["case_id"], "state": "viewing"})
            await _with_somebody(ines)
            desk.clock.advance(seconds=21)
            assert (await ines.next("presence"))["presence"] == []

    async def test_ends_with_the_socket_and_greets_who_comes_later(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        otto = await desk.otto.live()
        await otto.say({"type": "presence", "case_id": said["case_id"], "state": "viewing"})
        await _with_somebody(otto)
        async with await desk.ines.live() as ines:
            assert [one["agent"]["name"] for one in ines.welcome["presence"]] == ["Otto"]
            await otto.socket.close()
            while (await ines.next("presence"))["presence"]:
                pass

    async def test_is_not_shown_on_cases_that_one_may_not_see(self, desk: Desk) -> None:
        said = await desk.says("Psst", inbox=desk.vip)
        async with await desk.ines.live() as ines, await desk.otto.live() as otto:
            await otto.say({"type": "presence", "case_id": said["case_id"], "state": "viewing"})
            await ines.say({"type": "presence", "case_id": said["case_id"], "state": "viewing"})
            assert [one["agent"]["name"] for one in (await _with_somebody(ines))["presence"]] == ["Ines"]
            assert await otto.nothing("presence")
        async with await desk.otto.live() as otto:
            assert otto.welcome["presence"] == []


class TestFrames:
    async def test_arrive_whole_in_each_length_that_the_protocol_has(self, desk: Desk) -> None:
        async with await desk.otto.live() as otto:
            [client] = _clients(desk)
            texts = ["x" * size for size in (1, 125, 126, 65_535, 65_536)] + ["Ünïcödé"]
            client.line.put(b"".join(framed(text) for text in texts))
            assert [(await otto.socket.receive()).data for _ in texts] == texts

    async def test_say_nothing_after_the_farewell(self, desk: Desk) -> None:
        """A frame behind the one that closes is against the protocol, and browsers report it as an error."""
        otto = await desk.otto.live()
        [client] = _clients(desk)
        await client.line._socket.close(code=1013)
        client.line.put(framed("late"))
        assert (await otto.socket.receive()).type is WSMsgType.CLOSE


class TestSlowClients:
    async def test_cuts_off_who_takes_nothing_and_goes_on_with_the_others(self, desk: Desk) -> None:
        slow, quick = await desk.ines.live(), await desk.otto.live()
        [stuck] = [client for client in _clients(desk) if client.viewer.name == "Ines"]
        slow.transport().pause_reading()
        filler = framed("x" * 65_536)
        for _ in range(1_000):  # 64 MB: more than any kernel holds back for one connection
            stuck.line.put(filler)
            if stuck.line._is_over:
                break
            assert stuck.line._transport is not None
            assert stuck.line._transport.get_write_buffer_size() <= 256 * 1024
            await asyncio.sleep(0)
        assert stuck.line._is_over
        await _eventually(lambda: stuck not in _clients(desk))
        assert [client.viewer.name for client in _clients(desk)] == ["Otto"]
        await desk.says("Hello")
        await quick.next("event")
        assert 'kindred_sockets_cut_total{kind="agent"} 1.0' in desk.estate.house.metrics.text().decode()
        await quick.socket.close()
        slow.transport().resume_reading()
        await slow.closed()


def _clients(desk: Desk) -> set[AgentClient]:
    return desk.app[HUB]._agents


async def _eventually(holds: Callable[[], bool], within: float = 5) -> None:
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.01)


async def _with_somebody(wire: Wire) -> Json:
    """Return the next presence that is not empty."""
    while not (frame := await wire.next("presence"))["presence"]:
        pass
    return frame
