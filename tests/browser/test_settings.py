"""The settings: a signature that stands below replies, and an inbox that is set up and changed by who hosts it."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.looks import faults_of
from tests.browser.screens import Screens, open_case, reply_field, toast

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = {"width": 1440, "height": 900}


@pytest_asyncio.fixture(loop_scope="session")
async def page(desk: Desk, screens: Screens) -> Page:
    """An administrator's page of inboxes."""
    await desk.promote("Sol")
    return await screens.signed_in("Sol", "/settings/inboxes", viewport=WIDE)


async def test_a_signature_is_seen_first_and_then_stands_below_a_mail(desk: Desk, screens: Screens) -> None:
    page = await screens.signed_in("Ines", "/settings", viewport=WIDE)
    await expect(page.get_by_role("link", name="My signature")).to_have_attribute("aria-current", "page")
    await page.get_by_label("Signature").fill("Ines\nCare of lamps")
    await expect(page.get_by_text("--")).to_contain_text("Care of lamps")
    assert await faults_of(page) == []
    await page.get_by_role("button", name="Save").click()
    await expect(toast(page, "Saved")).to_be_visible()
    await page.get_by_role("link", name="My tokens").click()
    await expect(page.get_by_role("link", name="My tokens")).to_have_attribute("aria-current", "page")

    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    await page.goto(f"{desk.url}/inbox/all")
    await open_case(page, "Ada Quist")
    await reply_field(page).fill("On its way.")
    await page.keyboard.press("Control+Enter")
    await desk.until(lambda: bool(desk.mail.sent))
    assert "On its way." in desk.mail.sent[0].text
    assert "Ines\nCare of lamps" in desk.mail.sent[0].text.replace("\r", "")


async def test_an_inbox_asks_for_what_its_host_needs_and_no_more(desk: Desk, page: Page) -> None:
    await page.get_by_role("button", name="Add an inbox").click()
    await page.get_by_label("Channel").select_option("email")
    await page.get_by_label("Gmail or Google Workspace").check()
    await expect(page.locator("[data-setting=imap_password]")).to_be_visible()
    await expect(page.locator("[data-setting=smtp_password]")).to_be_hidden()
    await expect(page.get_by_label("IMAP server")).to_be_hidden()
    await expect(page.get_by_text("turn on 2-Step Verification")).to_be_visible()
    assert await faults_of(page) == []
    await page.get_by_label("Microsoft 365 or Outlook").check()
    await expect(page.locator("[data-setting=imap_password]")).to_have_count(0)
    await expect(page.get_by_label("Tenant ID")).to_be_visible()
    assert await faults_of(page) == []


async def test_an_inbox_is_set_up_and_changed_and_its_secret_is_never_shown(desk: Desk, page: Page) -> None:
    await page.get_by_role("button", name="Add an inbox").click()
    await page.get_by_label("Channel").select_option("email")
    await page.get_by_label("Name", exact=True).fill("Sales")
    await page.get_by_label("Address", exact=True).fill("sales@desk.example")
    await page.get_by_label("Mail is sent on to us").check()
    await page.get_by_role("button", name="Add the inbox").click()
    await expect(page.get_by_text("This is needed.").first).to_be_visible()
    await expect(page.get_by_label("SMTP server")).to_be_focused()
    assert await faults_of(page) == []
    await page.get_by_label("SMTP server").fill("127.0.0.1")
    await page.get_by_label("SMTP port").fill("a port")
    await page.get_by_label("User name for sending").fill("sales")
    await page.get_by_label("Password for sending").fill("a secret of the shop")
    await page.get_by_role("button", name="Add the inbox").click()
    await expect(page.get_by_text("This does not fit.")).to_be_visible()
    await expect(page.get_by_label("SMTP port")).to_be_focused()
    await page.get_by_label("SMTP port").fill(str(desk.mail.port))
    await page.get_by_role("button", name="Add the inbox").click()
    await expect(toast(page, "Sales is set up")).to_be_visible()

    await page.get_by_role("button", name="Change Sales").click()
    await expect(page.get_by_label("Mail is sent on to us")).to_be_checked()
    await expect(page.get_by_label("SMTP port")).to_have_value(str(desk.mail.port))
    await expect(page.get_by_label("Password for sending")).to_have_value("")
    await page.get_by_label("Signature of the inbox").fill("The shop of lamps")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    inbox = next(one for one in (await desk.api("GET", "/inboxes"))["items"] if one["name"] == "Sales")
    told = await desk.api("GET", f"/inboxes/{inbox['id']}/settings")
    assert (told["secrets"], told["values"]["signature"], told["values"]["smtp_user"]) == (["smtp_password"], "The shop of lamps", "sales")


async def test_a_channel_without_a_guide_is_asked_for_in_its_own_words(desk: Desk, page: Page) -> None:
    await page.get_by_role("button", name="Add an inbox").click()
    await page.get_by_label("Channel").select_option("telegram")
    await expect(page.get_by_label("Bot token")).to_have_attribute("type", "password")
    assert await faults_of(page) == []
