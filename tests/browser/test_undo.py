"""What was done can be taken back."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, reply_field, row, toast

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def undo_seconds() -> float:
    """Long enough to reach the button, short enough to wait for what was not undone."""
    return 4


@pytest.mark.parametrize("way", ["notice", "key"])
async def test_a_resolved_case_comes_back(desk: Desk, screens: Screens, way: str) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    page = await screens.signed_in("Ines")
    await open_case(page, "Ada Quist")
    await page.keyboard.press("e")
    if way == "notice":
        await expect(row(page, "Ada Quist")).to_have_count(0)
    # The key may come before the server's answer.
    await (toast(page, "Resolved").get_by_role("button", name="Undo").click() if way == "notice" else page.keyboard.press("z"))
    await expect(toast(page, "Undone")).to_be_visible()
    await expect(row(page, "Ada Quist")).to_be_visible()
    assert (await desk.case_of("Ada Quist"))["status"] == "new"


async def test_a_reply_that_was_undone_is_not_sent_and_its_words_come_back(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    page = await screens.signed_in("Ines")
    await open_case(page, "Ada Quist")
    await reply_field(page).fill("Too fast")
    await page.keyboard.press("Control+Enter")
    await toast(page, "Reply will be sent").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("article").filter(has_text="Too fast")).to_contain_text("Cancelled, not sent")
    await expect(reply_field(page)).to_have_value("Too fast")

    # The one that was held later has left: the one before it would have been gone by then.
    await reply_field(page).fill("Well considered")
    await page.keyboard.press("Control+Enter")
    await desk.until(lambda: bool(desk.mail.sent))
    assert ["Well considered" in mail.text for mail in desk.mail.sent] == [True]
    await expect(page.get_by_role("article").filter(has_text="Well considered")).to_contain_text("Sent")
