"""A reply to several people: who gets it, and who sees of whom."""

import asyncio
from email.message import EmailMessage

from tests.acceptance_mail.desk import Desk, Json, mail, posted

JO, KIM, LEE = "jo@customer.example", "kim@customer.example", "lee@customer.example"


async def test_cc_gets_it_bcc_gets_it_and_nobody_sees_bcc(desk: Desk) -> None:
    desk.post.add(JO, KIM, LEE)
    await desk.inbox("copies@desk.example")
    await posted(desk.post, mail(JO, "copies@desk.example", "Three of us"), "copies@desk.example")
    case = await desk.one_case()
    sent = await desk.reply(case, "To all of you.", cc=[f"Kim <{KIM}>", JO], bcc=[LEE])
    await desk.comes_to(sent, "sent")
    for address in (JO, KIM, LEE):
        copy = await asyncio.to_thread(_newest, desk, address, "Re: Three of us")
        assert (KIM in str(copy["Cc"]), copy["Bcc"]) == (True, None)
        headers = [value for name, value in copy.items() if name not in ("Delivered-To", "Received", "Envelope-To", "X-Original-To")]
        assert not [value for value in headers if LEE in str(value)]
        assert JO in str(copy["To"])
    [_, ours] = await desk.messages(case)
    assert {(one["address"], one["role"]) for one in ours["participants"]} == {(KIM, "cc"), (LEE, "bcc")}


async def test_who_got_a_copy_answers_into_the_conversation_and_who_was_shown_it_does_not(desk: Desk) -> None:
    """Whoever sees a mail of ours could answer it: that alone makes nobody a party."""
    desk.post.add(JO, KIM)
    await desk.inbox("copies.too@desk.example")
    await posted(desk.post, mail(JO, "copies.too@desk.example", "Two of us"), "copies.too@desk.example")
    case = await desk.one_case()
    await desk.comes_to(await desk.reply(case, "To both.", cc=[KIM]), "sent")
    copy = await asyncio.to_thread(_newest, desk, KIM, "Re: Two of us")
    for writer, words in ((KIM, "Kim here."), ("eve@customer.example", "Kim here, really.")):
        answer = mail(writer, str(copy["Reply-To"]), "Re: Two of us", words, In_Reply_To=str(copy["Message-ID"]))
        await posted(desk.post, answer, str(copy["Reply-To"]))
    messages = await desk.until(lambda: desk.messages(case), lambda found: len(found) == 3)
    assert messages[2]["text"] == "Kim here."
    theirs, first = await desk.until(desk.cases, lambda found: len(found) == 2)
    assert first["id"] == case["id"]
    assert (theirs["last_message"]["preview"], theirs["is_unverified"]) == ("Kim here, really.", True)


async def test_a_copy_that_postfix_refuses_is_said_and_the_customer_has_the_reply(desk: Desk) -> None:
    sent = await _with_copy_to(desk, "unlisted@customer.example", "One of us is not there")
    delivery = await desk.comes_to(sent, "sent")
    await asyncio.to_thread(_newest, desk, JO, "Re: One of us is not there")
    assert "Not delivered to unlisted@customer.example: 550 5.1.1" in delivery["error"]


async def test_a_copy_that_bounces_later_is_said_and_the_reply_stays_sent(desk: Desk) -> None:
    """The report comes to the return address that all who got the mail share."""
    sent = await _with_copy_to(desk, "gone.copy@customer.example", "One of us is gone")
    await asyncio.to_thread(_newest, desk, JO, "Re: One of us is gone")

    async def delivery() -> Json:
        return dict((await desk.api("GET", f"/messages/{sent['id']}"))["delivery"])

    told = await desk.until(delivery, lambda found: found["error"])
    assert "gone.copy@customer.example" in told["error"]
    assert told["state"] == "sent"
    assert [case["status"] for case in await desk.cases()] == ["pending"]


async def _with_copy_to(desk: Desk, copy: str, subject: str) -> Json:
    desk.post.add(JO)
    await desk.inbox("copies.three@desk.example")
    await posted(desk.post, mail(JO, "copies.three@desk.example", subject), "copies.three@desk.example")
    return await desk.reply(await desk.one_case(), "To both.", cc=[copy])


def _newest(desk: Desk, address: str, subject: str) -> EmailMessage:
    """Wait for a mail under a subject; others came before."""
    return next(letter for letter in reversed(desk.post.comes_to(address, subject=subject)) if letter["Subject"] == subject)
