"""Postfix hands mail to Kindred's own door, by LMTP and by SMTP, also while nobody is behind it."""

import asyncio

import pytest

from tests.acceptance_mail.desk import Desk, mail, posted

WRITER = "cleo@customer.example"


@pytest.mark.parametrize("address", ["direct@desk.example", "smtp@desk.example"])
async def test_mail_that_comes_while_kindred_is_down_waits_at_postfix_and_comes_once(desk: Desk, address: str) -> None:
    desk.post.add(WRITER)
    await desk.inbox(address, is_fetched=False)
    await posted(desk.post, mail(WRITER, address, "While you are there"), address)
    await desk.one_case()

    await desk.stop()
    await posted(desk.post, mail(WRITER, address, "While you are away"), address)

    async def queued() -> str:
        return await asyncio.to_thread(desk.post.queued)

    await desk.until(queued, lambda found: "Connection refused" in found)
    await desk.start()
    cases = await desk.until(desk.cases, lambda found: len(found) == 2)
    assert {case["title"] for case in cases} == {"While you are there", "While you are away"}
    await desk.until(queued, lambda found: not found)
    assert [len(await desk.messages(case)) for case in cases] == [1, 1]


async def test_a_bounce_comes_back_through_the_door_to_the_address_of_its_mail(desk: Desk) -> None:
    """The return address has a plus-part, which no map of Postfix knows by name."""
    gone = "gone.by.lmtp@customer.example"
    await desk.inbox("direct@desk.example", is_fetched=False)
    await posted(desk.post, mail(gone, "direct@desk.example", "A lamp"), "direct@desk.example")
    sent = await desk.reply(await desk.one_case(), "Here it is.")
    delivery = await desk.comes_to(sent, "failed")
    assert "5.1.1" in delivery["error"]
    assert len(await desk.cases()) == 1
