"""A reply to several people: who is in it already, who is added, what is no address, and who got it."""

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.looks import faults_of
from tests.browser.screens import Screens, open_case, reply_field

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE = {"width": 1440, "height": 900}
COPIES = "Bo Marsh <bo@customer.example>, cy@customer.example"


@pytest_asyncio.fixture(loop_scope="session")
async def page(desk: Desk, screens: Screens) -> Page:
    """A case with two others in it, ready to be answered."""
    await desk.write_mail("Ada Quist", "Twelve lamps", "Bo takes care of it.", cc=COPIES)
    page = await screens.signed_in("Ines", viewport=WIDE)
    await open_case(page, "Ada Quist")
    return page


def people(page: Page, line: str) -> Locator:
    """Return how those in a line are called."""
    return page.get_by_role("list", name=f"People in {line}").locator("bdi")


async def test_those_in_the_mail_get_the_answer_and_others_are_added_and_taken_away(desk: Desk, screens: Screens, page: Page) -> None:
    await expect(page.get_by_role("article").first).to_contain_text("Cc Bo Marsh, cy@customer.example")
    await expect(people(page, "Cc")).to_have_text(["Bo Marsh", "cy@customer.example"])
    cc = page.get_by_label("Cc", exact=True)
    await cc.focus()
    await page.keyboard.press("Backspace")
    await page.keyboard.type("Dee <dee@customer.example>,eve@customer.example;")
    await expect(people(page, "Cc")).to_have_text(["Bo Marsh", "Dee", "eve@customer.example"])
    await page.get_by_role("button", name="Remove Dee").click()
    await expect(cc).to_be_focused()
    await page.get_by_role("button", name="Bcc").click()
    await expect(page.get_by_label("Bcc")).to_be_focused()
    await page.keyboard.type("boss@desk-house.example")
    await reply_field(page).fill("They are on their way.")
    await page.keyboard.press("Control+Enter")

    await desk.until(lambda: bool(desk.mail.sent))
    sent = desk.mail.sent[0]
    assert set(sent.recipients) == {"ada.quist@customer.example", "bo@customer.example", "eve@customer.example", "boss@desk-house.example"}
    assert ("Bo Marsh" in str(sent.message["Cc"]), b"boss@" in sent.content) == (True, False)
    said = page.get_by_role("article").filter(has_text="on their way")
    await said.get_by_role("button", name="and 2 more").or_(said.get_by_text("(hidden)")).first.wait_for()
    await expect(said).to_contain_text("To ada.quist@customer.example")
    colleague = await screens.signed_in("Ravi")
    await open_case(colleague, "Ada Quist")
    await expect(colleague.get_by_role("article").filter(has_text="on their way")).to_contain_text("Bcc boss@desk-house.example (hidden)")


async def test_what_is_no_address_is_marked_says_why_and_keeps_the_reply_back(desk: Desk, page: Page) -> None:
    await reply_field(page).fill("Dear all")
    await page.get_by_label("Cc", exact=True).focus()
    await page.keyboard.type("dee@,")
    await expect(page.get_by_role("alert").filter(has_text="nothing stands after the @")).to_be_visible()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Bcc").click()
    assert await faults_of(page) == []
    await page.get_by_label("Cc", exact=True).focus()
    await page.keyboard.press("Backspace")
    await page.keyboard.type("customer.example")
    await page.keyboard.press("Control+Enter")
    await desk.until(lambda: bool(desk.mail.sent))
    assert set(desk.mail.sent[0].recipients) >= {"dee@customer.example", "bo@customer.example"}


async def test_a_pasted_list_becomes_people_and_stays_with_the_draft(page: Page) -> None:
    await page.get_by_label("Cc", exact=True).focus()
    await page.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', 'Fay <fay@customer.example>\\ngus@customer.example');
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }"""
    )
    folded = page.get_by_role("button", name="Bo Marsh, cy@customer.example, Fay, gus@customer.example")
    await expect(people(page, "Cc")).to_have_count(4)
    await page.get_by_role("button", name="Bcc").click()
    await page.keyboard.type("hal@customer.example,")
    await reply_field(page).focus()
    await expect(folded).to_contain_text("Bcc: hal@customer.example")
    await page.reload()
    await expect(folded).to_contain_text("(5)")
    assert await faults_of(page) == []


async def test_on_a_phone_the_people_take_one_line(desk: Desk, screens: Screens, page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await reply_field(page).focus()
    line = page.get_by_role("button", name="Cc: Bo Marsh, cy@customer.example")
    box = await line.bounding_box()
    assert box is not None
    assert box["height"] <= 32
    await line.click()
    await expect(page.get_by_label("Cc", exact=True)).to_be_focused()
    await page.keyboard.press("Backspace")
    await reply_field(page).fill("Short")
    await expect(page.get_by_role("button", name="Cc: Bo Marsh", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await desk.until(lambda: bool(desk.mail.sent))
    assert set(desk.mail.sent[0].recipients) == {"ada.quist@customer.example", "bo@customer.example"}


async def test_a_picture_stands_where_it_was_pasted_and_goes_with_its_file(desk: Desk, page: Page) -> None:
    field = reply_field(page)
    await field.fill("It looks like this: ")
    paste = """async field => { const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
      const content = await new Promise(done => canvas.toBlob(done)), data = new DataTransfer();
      data.items.add(new File([content], 'lamp.png', {type: 'image/png'}));
      field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }"""
    await field.evaluate(paste)
    await expect(page.get_by_role("button", name="Remove lamp.png")).to_be_visible()
    await page.get_by_role("button", name="Remove lamp.png").click()
    await expect(field).to_have_value("It looks like this: ")
    await field.evaluate(paste)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await page.keyboard.press("Control+Enter")
    await desk.until(lambda: bool(desk.mail.sent))
    picture = next(part for part in desk.mail.sent[0].message.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"]
    assert "attachment:" not in desk.mail.sent[0].text
    shown = page.get_by_role("article").get_by_role("img", name="lamp.png")
    assert await shown.evaluate("one => one.decode().then(() => one.naturalWidth)") == 40
    assert await faults_of(page) == []


async def test_who_did_not_get_it_is_named_beside_the_message(desk: Desk, page: Page) -> None:
    desk.mail.refusals["bo@customer.example"] = "550 5.1.1 No such user here"
    await reply_field(page).fill("Dear all")
    await page.keyboard.press("Control+Enter")
    said = page.get_by_role("article").filter(has_text="Dear all")
    await expect(said).to_contain_text("bo@customer.example")
    await expect(said).to_contain_text("No such user here")
    await expect(said.get_by_role("button", name="Retry")).to_have_count(0)
    assert await faults_of(page) == []
