"""One mail and several ways to us: by blind copy, to two inboxes, by mailbox and by door at once."""

import asyncio

from tests.acceptance_mail.desk import Desk, mail, posted

WRITER = "edda@customer.example"


async def test_a_blind_copy_is_a_case_in_its_inbox(desk: Desk) -> None:
    """Only the envelope names the desk."""
    await desk.inbox("one@desk.example")
    hidden = await desk.inbox("hidden@desk.example")
    desk.post.add("friend@customer.example")
    await posted(desk.post, mail(WRITER, "friend@customer.example", "For your eyes"), "friend@customer.example", "hidden@desk.example")
    case = await desk.one_case()
    assert (case["inbox"]["id"], case["title"]) == (hidden["id"], "For your eyes")


async def test_a_mail_without_to_finds_its_inbox_and_its_answer_its_writer(desk: Desk) -> None:
    desk.post.add(WRITER)
    await desk.inbox("one@desk.example")
    hidden = await desk.inbox("hidden@desk.example")
    await posted(desk.post, mail(WRITER, None, "To nobody at all"), "hidden@desk.example")
    case = await desk.one_case()
    assert case["inbox"]["id"] == hidden["id"]
    await desk.comes_to(await desk.reply(case, "To you."), "sent")
    [answer] = await asyncio.to_thread(desk.post.comes_to, WRITER)
    assert "hidden@desk.example" in str(answer["From"])


async def test_one_mail_to_two_inboxes_is_one_message_seen_in_both(desk: Desk) -> None:
    addresses = ("left@desk.example", "right@desk.example")
    for address in addresses:
        await desk.inbox(address)
    await posted(desk.post, mail(WRITER, ", ".join(addresses), "To both"), *addresses)
    case = await desk.one_case()

    async def placed_by() -> str:
        [message] = await desk.messages(case)
        return str(message["placed_by"])

    other = next(address for address in addresses if address != case["inbox"]["name"])
    await desk.until(placed_by, lambda words: f"the same mail came to {other}" in words)
    assert len(await desk.cases()) == 1


async def test_the_same_mail_by_mailbox_and_by_door_is_one_message(desk: Desk) -> None:
    """An alias of Postfix brings it both ways."""
    inbox = await desk.inbox("both@desk.example")
    await posted(desk.post, mail(WRITER, "both@desk.example", "Twice"), "both@desk.example")
    await posted(desk.post, mail(WRITER, "both@desk.example", "And after it"), "both@desk.example")
    cases = await desk.until(desk.cases, lambda found: {case["title"] for case in found} == {"Twice", "And after it"})
    await asyncio.to_thread(desk.post.comes_to, "both@desk.example", 2)
    assert (await desk.health(inbox))["state"] == "ok"
    assert [len(await desk.messages(case)) for case in cases] == [1, 1]
