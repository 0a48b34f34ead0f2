"""Two agents at one case: they see each other, and nobody talks past the other."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, reply_field, row

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_whoever_looks_or_writes_is_shown_to_the_other(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    ines, ravi = await screens.signed_in("Ines"), await screens.signed_in("Ravi")
    await open_case(ravi, "Ada Quist")
    await expect(row(ines, "Ada Quist").get_by_title("Ravi viewing")).to_be_visible()
    await open_case(ines, "Ada Quist")
    await expect(ines.get_by_text("Ravi is viewing")).to_be_visible()
    await expect(ravi.get_by_text("Ines is viewing")).to_be_visible()
    await reply_field(ravi).press_sequentially("I will")
    await expect(ines.get_by_text("Ravi is writing a reply")).to_be_visible()
    await ravi.keyboard.press("Escape")
    await ravi.keyboard.press("Escape")
    await expect(ines.get_by_text("Ravi is")).to_have_count(0)


async def test_a_reply_to_what_has_changed_meanwhile_is_held_back_until_it_is_meant(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "I was charged twice.")
    ines, ravi = await screens.signed_in("Ines"), await screens.signed_in("Ravi")
    await open_case(ines, "Ada Quist")
    await open_case(ravi, "Ada Quist")
    dialog = ines.get_by_role("dialog", name="Wait: this conversation changed while you wrote")
    await reply_field(ines).fill("I have started the refund.")

    await reply_field(ravi).fill("The refund is on its way.")
    await ravi.keyboard.press("Control+Enter")
    await expect(ravi.get_by_role("article").filter(has_text="The refund is on its way.")).to_be_visible()
    await reply_field(ines).press("Control+Enter")
    await expect(dialog).to_contain_text("The refund is on its way.")
    await expect(dialog).to_contain_text("I have started the refund.")
    await expect(dialog.get_by_role("button", name="Keep as draft")).to_be_focused()
    await ines.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(reply_field(ines)).to_have_value("I have started the refund.")

    await reply_field(ravi).fill("It takes three days.")
    await ravi.keyboard.press("Control+Enter")
    await expect(ravi.get_by_role("article").filter(has_text="It takes three days.")).to_be_visible()
    await reply_field(ines).press("Control+Enter")
    await expect(dialog).to_contain_text("It takes three days.")
    await dialog.get_by_role("button", name="Send anyway").click()
    await expect(ines.get_by_role("article").filter(has_text="I have started the refund.")).to_be_visible()
    await desk.until(lambda: len(desk.mail.sent) == 3)
    assert [len([mail for mail in desk.mail.sent if words in mail.text.split("\n>")[0]]) for words in ("I have started", "on its way", "three days")] == [
        1,
        1,
        1,
    ]
