"""A day's work without a mouse."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, reply_field, row, rows, toast

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# The newest stands first.
NEWEST_FIRST = ("Cleo Marsh", "Bram Visser", "Ada Quist")


@pytest_asyncio.fixture(loop_scope="session")
async def page(desk: Desk, screens: Screens) -> Page:
    """The list of three cases, with the focus nowhere in particular."""
    for name in reversed(NEWEST_FIRST):
        await desk.write_mail(name, f"A question from {name}", "Where is my lamp?")
    page = await screens.signed_in("Ines")
    await expect(rows(page)).to_have_count(3)
    return page


async def is_open(page: Page, name: str) -> None:
    """Wait until the case of somebody is open, and nothing else."""
    await expect(page.get_by_role("heading", name=f"A question from {name}")).to_be_visible()
    await expect(row(page, name)).to_have_attribute("aria-selected", "true")
    await expect(reply_field(page)).to_be_visible()


async def test_j_and_k_go_through_the_list_and_stop_at_its_ends(page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[1])
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[2])
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[2])
    await page.keyboard.press("k")
    await is_open(page, NEWEST_FIRST[1])
    await page.keyboard.press("Home")
    await is_open(page, NEWEST_FIRST[0])


async def test_going_through_the_list_does_not_ask_for_it_again(screens: Screens, page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    before = len(screens.requests)
    for name in NEWEST_FIRST:
        await page.keyboard.press("j")
        await is_open(page, name)
    assert [request for request in screens.requests[before:] if "/cases?view=" in request] == []


async def test_the_list_is_a_listbox_that_moves_first_and_opens_on_enter(page: Page) -> None:
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    second = await row(page, NEWEST_FIRST[1]).get_attribute("id")
    await expect(page.get_by_role("listbox")).to_have_attribute("aria-activedescendant", second or "")
    await expect(page.get_by_text("Choose a case from the list.")).to_be_visible()
    await page.keyboard.press("Enter")
    await is_open(page, NEWEST_FIRST[1])


async def test_r_writes_a_reply_and_mod_enter_sends_it(desk: Desk, page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("r")
    await expect(reply_field(page)).to_be_focused()
    # What would be keys elsewhere is text here.
    await page.keyboard.type("just a reply? / e")
    await expect(reply_field(page)).to_have_value("just a reply? / e")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("Control+Enter")
    await desk.until(lambda: bool(desk.mail.sent))
    assert "just a reply? / e" in desk.mail.sent[0].text


async def test_n_writes_a_note_that_nobody_outside_sees(desk: Desk, page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("n")
    field = page.get_by_role("textbox", name="Your private note")
    await expect(field).to_be_focused()
    await expect(page.get_by_role("radio", name="Private note")).to_be_checked()
    await page.keyboard.type("Billing confirms.")
    await page.keyboard.press("Control+Enter")
    note = page.get_by_role("article").filter(has_text="Billing confirms.")
    await expect(note).to_contain_text("Private note")
    case = await desk.case_of(NEWEST_FIRST[0])
    assert (case["last_message"]["kind"], desk.mail.sent) == ("note", [])


async def test_a_assigns_and_h_snoozes(desk: Desk, page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("a")
    await expect(page.get_by_role("combobox", name="Assign")).to_be_focused()
    await page.keyboard.type("rav")
    await page.keyboard.press("Enter")
    await expect(toast(page, "Assigned to Ravi")).to_be_visible()
    await expect(page.get_by_text("Assigned to Ravi").first).to_be_visible()
    assert (await desk.case_of(NEWEST_FIRST[0]))["assignee"]["name"] == "Ravi"

    await page.keyboard.press("h")
    await expect(page.get_by_role("combobox", name="Snooze until")).to_be_focused()
    await page.keyboard.type("tomorrow")
    await page.keyboard.press("Enter")
    await expect(toast(page, "Snoozed until")).to_be_visible()
    await is_open(page, NEWEST_FIRST[1])
    assert [case["customer"]["name"] for case in (await desk.api("GET", "/cases?view=snoozed"))["items"]] == [NEWEST_FIRST[0]]


async def test_e_resolves_and_goes_on_to_the_next(desk: Desk, page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("e")
    await is_open(page, NEWEST_FIRST[1])
    await expect(rows(page)).to_have_count(2)
    await expect(toast(page, "Resolved")).to_be_visible()
    assert [case["customer"]["name"] for case in (await desk.api("GET", "/cases?view=resolved"))["items"]] == [NEWEST_FIRST[0]]


async def test_slash_searches_and_escape_comes_back(page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("bram")
    hit = page.get_by_role("list", name="Results").get_by_role("link").filter(has_text="Bram Visser")
    await expect(hit.first).to_be_visible()
    await page.keyboard.press("Escape")
    await is_open(page, NEWEST_FIRST[0])


async def test_the_help_lists_the_keys_and_escape_closes_it(page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("?")
    help_dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Next case", "Resolve, or reopen", "Private note", "Command bar"):
        await expect(help_dialog.get_by_text(words, exact=True)).to_be_visible()
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("Escape")
    await expect(help_dialog).to_have_count(0)


async def test_the_command_bar_finds_every_action_even_from_within_a_field(page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("r")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Command bar")).to_be_focused()
    await page.keyboard.type("go to unassigned")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Unassigned", exact=True)).to_be_visible()


async def test_escape_leaves_the_field_then_the_case_and_keeps_what_was_written(page: Page) -> None:
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.keyboard.press("r")
    await page.keyboard.type("Half a sentence")
    await page.keyboard.press("Escape")
    await expect(reply_field(page)).not_to_be_focused()
    await expect(reply_field(page)).to_have_value("Half a sentence")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Choose a case from the list.")).to_be_visible()
    await expect(row(page, NEWEST_FIRST[0])).to_contain_text("Draft: Half a sentence")


async def test_two_keys_in_a_row_go_places_and_f6_goes_through_the_panes(page: Page) -> None:
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    await expect(page.get_by_role("heading", name="Unassigned", exact=True)).to_be_visible()
    await expect(rows(page)).to_have_count(3)
    await page.keyboard.press("j")
    await is_open(page, NEWEST_FIRST[0])
    await page.get_by_role("listbox").focus()
    await page.keyboard.press("F6")
    await expect(page.get_by_role("region", name="Timeline")).to_be_focused()
    await page.keyboard.press("Shift+F6")
    await expect(page.get_by_role("listbox")).to_be_focused()
