"""What becomes of replies that do not arrive, in Postfix's own words."""

import asyncio

from tests.acceptance_mail.desk import Desk, Json, mail, posted

SUPPORT = "reports@desk.example"


async def test_a_recipient_that_postfix_refuses_fails_at_once(desk: Desk) -> None:
    sent = await _answered(desk, "unlisted@customer.example")
    delivery = await desk.comes_to(sent, "failed")
    assert "User unknown in virtual mailbox table" in delivery["error"]
    assert delivery["attempts"] == 1


async def test_a_real_bounce_fails_its_own_delivery_opens_nothing_and_brings_the_case_back(desk: Desk) -> None:
    """Postfix takes both mails; the mailbox of one is gone, and its DSN comes to our return address an instant later."""
    desk.post.add("dora@customer.example")
    well = await _answered(desk, "dora@customer.example")
    await desk.comes_to(well, "sent")
    await asyncio.to_thread(desk.post.comes_to, "dora@customer.example")

    lost = await _sent(desk, "gone@customer.example", "A second lamp", status="pending")
    delivery = await desk.comes_to(lost, "failed")
    assert "5.1.1" in delivery["error"]
    assert "gone@customer.example" in delivery["error"]
    cases = {case["id"]: case["status"] for case in await desk.cases()}
    assert cases == {well["case_id"]: "pending", lost["case_id"]: "open"}
    assert (await desk.comes_to(well, "sent"))["error"] is None
    assert [message["direction"] for message in await desk.messages({"id": lost["case_id"]})] == ["in", "out"]


async def test_a_bounce_of_a_resolved_case_brings_it_back(desk: Desk) -> None:
    lost = await _sent(desk, "gone.too@customer.example", "A lamp", status="resolved")
    await desk.comes_to(lost, "failed")
    case = await desk.api("GET", f"/cases/{lost['case_id']}")
    assert case["status"] == "open"


async def test_a_delay_is_words_beside_a_delivery_that_stays(desk: Desk) -> None:
    """Postfix warns after five seconds here, after hours elsewhere."""
    sent = await _sent(desk, "slow@customer.example", "A lamp", status="pending")

    async def error() -> object:
        return (await desk.api("GET", f"/messages/{sent['id']}"))["delivery"]["error"]

    words = str(await desk.until(error))
    assert "Not delivered yet" in words
    assert "4.4.1" in words
    assert (await desk.comes_to(sent, "sent"))["state"] == "sent"
    [case] = await desk.cases()
    assert (case["id"], case["status"]) == (sent["case_id"], "pending")


async def _answered(desk: Desk, customer: str) -> Json:
    return await _sent(desk, customer, "A lamp", status="pending")


async def _sent(desk: Desk, customer: str, subject: str, *, status: str) -> Json:
    """Let a customer write, and answer; the mail they wrote comes from an address that may have no mailbox."""
    if not (await desk.api("GET", "/inboxes"))["items"]:
        await desk.inbox(SUPPORT)
    await posted(desk.post, mail(customer, SUPPORT, subject), SUPPORT)
    cases = await desk.until(desk.cases, lambda found: any(case["title"] == subject for case in found))
    [case] = [case for case in cases if case["title"] == subject]
    return await desk.reply(case, "It is on its way.", then=status)
