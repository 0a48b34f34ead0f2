"""What the agents' socket tells somebody without access: nothing of what happens in a restricted inbox, live, later, or by presence."""

import asyncio
from contextlib import suppress

from tests.api.desk import Desk, Json, Wire
from tests.security.hidden import WORD, Hidden, plant, rooms


async def test_frames_tell_nothing_of_it(stored_desk: Desk) -> None:
    """Everything that leaves a trace happens while Otto listens: mails, replies, notes, merges, questions, somebody looking, somebody typing."""
    desk = stored_desk
    made = await rooms(desk)
    since = (await desk.otto.live()).welcome["cursor"]
    desk.clock.advance(seconds=30)
    async with await desk.otto.live() as otto, await desk.ines.live() as ines:
        frames: dict[str, list[Json]] = {"otto": [otto.welcome], "ines": [ines.welcome]}
        listening = [asyncio.create_task(_listen(wire, frames[name])) for name, wire in (("otto", otto), ("ines", ines))]
        hidden = await plant(desk, made)
        await _look_and_type(desk, ines, hidden)
        plain = await desk.says("Plain", sender="+447700900009")
        await _until(frames["otto"], plain["case_id"])
        await _until(frames["ines"], '"presence": [{"agent"')
        await asyncio.sleep(0.6)
        for task in listening:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    told = {name: _told(found, hidden) for name, found in frames.items()}
    assert told["otto"] == []
    kinds = {frame.get("kind", frame["type"]) for frame in told["ines"]}
    assert {
        "presence",
        "typing",
        "message.received",
        "message.sent",
        "note.added",
        "customer.changed",
        "customers.merged",
        "merge.undone",
        "proposal.opened",
    } <= kinds

    async with await desk.otto.live(since) as again:
        missed: list[Json] = [again.welcome]
        while plain["case_id"] not in str(missed):
            missed.append(await again.next("event"))
    assert _told(missed, hidden) == []


async def test_what_happens_to_a_customer_is_told_to_whoever_may_see_them(stored_desk: Desk) -> None:
    desk = stored_desk
    said, other = await desk.says("Hello"), await desk.says("Hi", sender="+447700900002")
    customer, second = await desk.customer_of(said["case_id"]), await desk.customer_of(other["case_id"])
    async with await desk.otto.live() as otto:
        since = otto.welcome["cursor"]
        assert (await desk.ines.patch(f"/customers/{customer}", {"company": "Lamps"})).status == 200
        assert (await desk.ines.post(f"/customers/{customer}/merge", {"other_id": second})).status == 200
        told = [await otto.next("event") for _ in range(2)]
    assert [(frame["kind"], frame["payload"]["customer_id"]) for frame in told] == [("customer.changed", customer), ("customers.merged", customer)]
    async with await desk.otto.live(since) as again:
        kinds: list[str] = []
        while "customers.merged" not in kinds:
            kinds.append((await again.next("event"))["kind"])
    assert "customer.changed" in kinds


async def test_looking_at_a_hidden_case_is_not_taken_note_of(desk: Desk) -> None:
    """Otto may say that he looks at it; nobody is told, and he learns nothing by it."""
    hidden = await plant(desk)
    async with await desk.otto.live() as otto, await desk.ines.live() as ines:
        await otto.say({"type": "presence", "case_id": hidden.ids["case_id"], "state": "composing"})
        assert await ines.nothing("presence", within=0.7)
        await ines.say({"type": "presence", "case_id": hidden.ids["case_id"], "state": "viewing"})
        assert hidden.ids["case_id"] in str(await ines.next("presence"))
        assert await otto.nothing("presence", "typing", within=0.4)


async def _look_and_type(desk: Desk, ines: Wire, hidden: Hidden) -> None:
    """Let Ines look at the hidden case, and the hidden chat's visitor type."""
    await ines.say({"type": "presence", "case_id": hidden.ids["case_id"], "state": "composing"})
    visitor = await desk.stranger.wire(f"/ws/chat/{hidden.chat_key}")
    await visitor.say({"type": "hello", "visitor": hidden.visitor})
    await visitor.next("welcome")
    await visitor.say({"type": "typing"})
    await visitor.say({"type": "message", "client_id": "h-2", "text": f"{WORD} again"})
    await visitor.next("ack")
    await visitor.socket.close()


async def _listen(wire: Wire, frames: list[Json]) -> None:
    with suppress(AssertionError):
        # Until it is closed.
        while True:
            frames.append(await wire.next("event", "presence", "typing", "reset", within=60))


async def _until(frames: list[Json], words: str) -> None:
    async with asyncio.timeout(5):
        while not any(words in str(frame).replace("'", '"') for frame in frames):
            await asyncio.sleep(0.02)


def _told(frames: list[Json], hidden: Hidden) -> list[Json]:
    """Return the frames that hold a word or an id of what is hidden."""
    return [frame for frame in frames if WORD in str(frame) or any(one in str(frame) for one in hidden.every)]
