"""The main job by hand: a mail arrives, is seen at once, and is answered; the answer leaves."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, mark, open_case, reply_field, row, rows, was_not_loaded_anew

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_mail_appears_by_itself_and_the_answer_goes_out_by_mail(desk: Desk, screens: Screens) -> None:
    page = await screens.signed_in("Ines")
    await expect(page.get_by_text("No open cases.")).to_be_visible()
    await mark(page)

    await desk.write_mail("Ada Quist", "Order 4821", "Good morning,\n\nwhere is my order?\n\nAda")
    await expect(row(page, "Ada Quist")).to_contain_text("Order 4821")
    await open_case(page, "Ada Quist")
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text("where is my order?")
    await reply_field(page).fill("It left our house this morning.")
    await page.get_by_role("button", name="Send", exact=True).click()

    await desk.until(lambda: bool(desk.mail.sent))
    assert desk.mail.sent[0].recipients == ("ada.quist@customer.example",)
    assert desk.mail.sent[0].message["Subject"] == "Re: Order 4821"
    assert "It left our house this morning." in desk.mail.sent[0].text
    await expect(page.get_by_role("article").filter(has_text="It left our house")).to_contain_text("Sent")
    await expect(reply_field(page)).to_have_value("")
    assert await was_not_loaded_anew(page)


async def test_a_new_row_waits_behind_a_pill_while_somebody_is_in_the_list(desk: Desk, screens: Screens) -> None:
    """Nothing moves under the pointer, nor under the keyboard."""
    await desk.write_mail("Ada Quist", "First", "Hello")
    page = await screens.signed_in("Ines")
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("listbox").focus()

    await desk.text("+447700900999", "Is anybody there?")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    await page.keyboard.press(".")
    await expect(rows(page)).to_have_count(2)
    await expect(rows(page).first).to_contain_text("Is anybody there?")
    await expect(page.get_by_role("button", name="1 new")).to_have_count(0)


async def test_every_channel_is_answered_from_the_same_screen(desk: Desk, screens: Screens) -> None:
    await desk.text("+447700900123", "Hello by SMS")
    await desk.chat_by_telegram(42, "Noor", "Haddad", "Hello by Telegram")
    page = await screens.signed_in("Ines")
    for words, answer in (("Hello by SMS", "Answer by SMS"), ("Hello by Telegram", "Answer by Telegram")):
        await open_case(page, words)
        await reply_field(page).fill(answer)
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_role("article").filter(has_text=answer)).to_be_visible()
    await desk.until(lambda: bool(desk.twilio.sent and desk.telegram.sent))
    assert (desk.twilio.sent[0].to, desk.twilio.sent[0].body) == ("+447700900123", "Answer by SMS")
    assert (desk.telegram.sent[0].chat_id, desk.telegram.sent[0].text) == ("42", "Answer by Telegram")
