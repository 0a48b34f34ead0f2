"""The visitor's side: known by a token, told what was missed, heard once."""

import pytest

from inbox.errors import ChatRefused, ChatTooLong
from inbox.models import Delivery, Message
from inbox.values import DeliveryState, Taken
from kernel.clock import MovedClock
from kernel.errors import NotFound
from tests.inbox.conftest import Desk
from tests.inbox.test_reply import write
from tests.support.house import count, rows


async def key_of(desk: Desk) -> str:
    return (await desk.estate.house.directory.account(desk.chat)).key


async def say(desk: Desk, token: str, text: str = "Hello", client_id: str = "c-1", **more: str | None) -> Taken:
    said = await desk.estate.house.chat.say(await key_of(desk), token, client_id=client_id, text=text, name=more.get("name"), email=more.get("email"))
    message = next(row for row in await rows(desk.estate.house.factory, Message) if row.id == said.message_id)
    return Taken(message_id=message.id, conversation_id=message.conversation_id, case_id=message.case_id)


async def test_a_visitor_comes_back_to_their_own_thread(desk: Desk) -> None:
    chat, key = desk.estate.house.chat, await key_of(desk)
    first = await chat.hello(key, None, None)
    assert (first.conversation_id, first.messages) == (None, ())
    await say(desk, first.visitor_token)
    again = await chat.hello(key, first.visitor_token, None)
    assert [(message.text, message.client_id) for message in again.messages] == [("Hello", "c-1")]
    stranger = await chat.hello(key, None, None)
    assert stranger.messages == ()


async def test_a_message_that_is_sent_again_is_one(desk: Desk) -> None:
    token = (await desk.estate.house.chat.hello(await key_of(desk), None, None)).visitor_token
    answers = [await say(desk, token) for _ in range(3)]
    assert len({answer.message_id for answer in answers}) == 1
    assert await count(desk.estate.house.factory, Message) == 1


async def test_shows_a_reply_once_it_is_sent_and_never_before(desk: Desk, clock: MovedClock) -> None:
    chat, key = desk.estate.house.chat, await key_of(desk)
    token = (await chat.hello(key, None, None)).visitor_token
    taken = await say(desk, token)
    cursor = (await chat.hello(key, token, None)).cursor
    await write(desk, taken, "Hello from us")
    assert [message.text for message in (await chat.hello(key, token, None)).messages] == ["Hello"]
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    missed = await chat.hello(key, token, cursor)
    assert ("Hello from us", "Ines") in [(message.text, message.author_name) for message in missed.messages]


async def test_never_shows_a_note(desk: Desk) -> None:
    chat, key = desk.estate.house.chat, await key_of(desk)
    token = (await chat.hello(key, None, None)).visitor_token
    taken = await say(desk, token)
    async with desk.estate.house.factory() as uow:
        assert taken.case_id is not None
        await desk.estate.house.replies.note(uow, desk.ines, taken.case_id, "difficult customer")
    assert [message.text for message in (await chat.hello(key, token, None)).messages] == ["Hello"]


async def test_reading_moves_the_delivery(desk: Desk, clock: MovedClock) -> None:
    chat, key = desk.estate.house.chat, await key_of(desk)
    token = (await chat.hello(key, None, None)).visitor_token
    message_id = await write(desk, await say(desk, token))
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    stranger = (await chat.hello(key, None, None)).visitor_token
    await chat.read(key, stranger, message_id)
    assert (await rows(desk.estate.house.factory, Delivery))[0].state == DeliveryState.SENT
    await chat.read(key, token, message_id)
    assert (await rows(desk.estate.house.factory, Delivery))[0].state == DeliveryState.READ


@pytest.mark.parametrize(
    ("text", "client_id", "refusal"),
    [
        pytest.param("  ", "c-1", ChatRefused, id="nothing said"),
        pytest.param("x", "", ChatRefused, id="no client id"),
        pytest.param("x", "a b\n", ChatRefused, id="a client id of other letters"),
        pytest.param("x" * 4001, "c-1", ChatTooLong, id="too long"),
    ],
)
async def test_refuses_what_makes_no_sense(desk: Desk, text: str, client_id: str, refusal: type[Exception]) -> None:
    token = (await desk.estate.house.chat.hello(await key_of(desk), None, None)).visitor_token
    with pytest.raises(refusal):
        await say(desk, token, text, client_id)
    assert await count(desk.estate.house.factory, Message) == 0


async def test_a_token_is_good_for_its_own_inbox_only(desk: Desk) -> None:
    other = await desk.estate.house.directory.create(channel="chat", name="Other", address="other.example", settings={})
    token = (await desk.estate.house.chat.hello(other.key, None, None)).visitor_token
    with pytest.raises(ChatRefused):
        await say(desk, token)


async def test_only_live_channels_are_chats(desk: Desk) -> None:
    account = await desk.estate.house.directory.account(desk.email)
    for key in (account.key, "nobody"):
        with pytest.raises(NotFound):
            await desk.estate.house.chat.hello(key, None, None)
