"""The door: what cannot be read is kept aside, shown, and read again when we have learnt to."""

import pytest

from channels.contract import RawPayload
from inbox import dead_letters
from inbox.errors import AlreadyReplayed, InboxOff
from inbox.models import Message, RawPayloadRow
from kernel.clock import MovedClock
from kernel.errors import NotFound
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.house import count, rows


def payload(clock: MovedClock, body: bytes) -> RawPayload:
    return RawPayload(source="sms", content_type="application/x-www-form-urlencoded", body=body, received_at=clock.now())


GOOD = b"MessageSid=SM1&From=%2B447700900001&To=%2B15005550006&Body=Hello&NumMedia=0&AccountSid=AC0123"


async def test_keeps_aside_what_cannot_be_read_and_goes_on(desk: Desk, clock: MovedClock) -> None:
    bad = await desk.estate.house.door.receive(desk.sms, payload(clock, b"nothing of use"))
    good = await desk.estate.house.door.receive(desk.sms, payload(clock, GOOD))
    assert bad.dead_letter_id is not None
    assert len(good.message_ids) == 1
    async with desk.estate.house.factory.reading() as uow:
        [letter] = (await dead_letters.page(uow, desk.ines, None, 10)).items
    assert (letter.id, letter.code, letter.state, letter.inbox_name) == (bad.dead_letter_id, "channel.unreadable", "dead", "Texts")
    assert "nothing of use" not in letter.reason


async def test_a_repeated_dead_letter_is_one(desk: Desk, clock: MovedClock) -> None:
    letters = [await desk.estate.house.door.receive(desk.sms, payload(clock, b"nothing")) for _ in range(3)]
    assert len({letter.dead_letter_id for letter in letters}) == 1
    assert await count(desk.estate.house.factory, RawPayloadRow) == 1


async def test_hides_dead_letters_of_inboxes_that_may_not_be_seen(desk: Desk, clock: MovedClock) -> None:
    await desk.estate.house.door.receive(desk.sms, payload(clock, b"nothing"))
    async with desk.estate.house.factory.reading() as uow:
        page = await dead_letters.page(uow, house.viewer(1, inbox_ids=frozenset({desk.email})), None, 10)
    assert page.items == []


@pytest.mark.parametrize("size", [pytest.param(0, id="in the row"), pytest.param(70_000, id="as a blob")])
async def test_replays_what_can_be_read_by_now(desk: Desk, clock: MovedClock, size: int) -> None:
    body = GOOD + b"&Padding=" + b"x" * size
    async with desk.estate.house.factory() as uow:
        stored = await desk.estate.house.blobs.put(body)
        letter_id = await dead_letters.bury(uow, desk.sms, payload(clock, body), body=None, blob=stored, code="channel.unreadable", reason="Too new for us.")
    received = await desk.estate.house.door.replay(letter_id)
    assert len(received.message_ids) == 1
    assert [message.text for message in await rows(desk.estate.house.factory, Message)] == ["Hello"]
    with pytest.raises(AlreadyReplayed):
        await desk.estate.house.door.replay(letter_id)


async def test_a_replay_that_fails_again_stays_a_dead_letter(desk: Desk, clock: MovedClock) -> None:
    bad = await desk.estate.house.door.receive(desk.sms, payload(clock, b"nothing"))
    assert bad.dead_letter_id is not None
    again = await desk.estate.house.door.replay(bad.dead_letter_id)
    assert again.dead_letter_id == bad.dead_letter_id
    assert [row.state for row in await rows(desk.estate.house.factory, RawPayloadRow)] == ["dead"]


async def test_refuses_an_unknown_inbox_and_one_that_is_off(desk: Desk, clock: MovedClock) -> None:
    with pytest.raises(NotFound):
        await desk.estate.house.door.receive(1, payload(clock, GOOD))
    await desk.estate.house.directory.change(desk.sms, is_on=False)
    with pytest.raises(InboxOff):
        await desk.estate.house.door.receive(desk.sms, payload(clock, GOOD))
