"""Every view is for everybody: axe without a finding, nothing to scroll sideways, light and dark, from 1440 pixels down to 320."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.desk import Desk, Staffed, opened_desk
from tests.browser.looks import faults_of
from tests.browser.screens import Screens, open_case, reply_field, row, rows
from tests.browser.site import open_chat, opened_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
ARABIC = "مرحبا، أين طلبي رقم 4821؟"
HTML = "<p>The lamp is <b>broken</b>.</p><table><tr><td>4821</td><td>Lamp</td></tr></table><img src='https://lamps.example/logo.png' alt='Logo'>"
WIDE = {"width": 1440, "height": 900}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(staff: Staffed, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk with a bit of everything in it. Who only looks changes nothing: all tests here share it."""
    async with opened_desk(staff, tmp_path_factory.mktemp("desk")) as desk:
        await desk.write_mail("Ada Quist", "Order 4821", "Good morning,\n\nwhere is my order? See https://lamps.example/orders/4821\n\n> an old word")
        await desk.write_mail("Ada Quist", "A broken lamp", "The lamp is broken.", HTML)
        await desk.chat_on_site("It is me again, about 4821", name="Ada Q", email="ada.quist@customer.example")
        await desk.write_mail("نور الهدى", "طلبي", ARABIC, sender="noor@customer.example")
        await desk.text("+447700900123", LONG_WORD)
        await desk.chat_by_telegram(42, LONG_WORD[:60], "Haddad", "Hello")
        case = await desk.case_of("Ada Quist")
        await desk.api("POST", f"/cases/{case['id']}/note", {"text": f"Ask the warehouse. {LONG_WORD}"})
        ines = next(agent for agent in (await desk.api("GET", "/agents"))["items"] if agent["name"] == "Ines")
        await desk.api("POST", f"/cases/{case['id']}/assign", {"agent_id": ines["id"]})
        await desk.api("POST", f"/cases/{case['id']}/priority", {"priority": "urgent"})
        await desk.api("POST", f"/cases/{case['id']}/tags", {"add": ["refund", LONG_WORD[:40].lower()], "remove": []})
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def page(screens: Screens) -> AsyncIterator[Page]:
    """A supervisor's page."""
    page = await screens.signed_in("Sol", viewport=WIDE)
    await expect(rows(page)).to_have_count(6)
    yield page
    # Pictures in mails are left in for whoever wants to see them, and not fetched.
    screens.faults[:] = [fault for fault in screens.faults if "lamps.example/logo.png" not in fault]


async def test_the_judge_finds_what_is_wrong(screens: Screens) -> None:
    page = await screens.blank()
    await page.set_content("<title>Bad</title><main><img src='data:,'><p style='color: #999'>Pale</p><div style='width: 2000px'>Wide</div></main>")
    found = " ".join(await faults_of(page))
    for name in ("image-alt", "color-contrast", "html-has-lang", "page-has-heading-one", "320: scrolls sideways: HTML"):
        assert name in found


async def test_the_way_in(desk: Desk, screens: Screens) -> None:
    page = await screens.blank(viewport=WIDE)
    await page.goto(f"{desk.url}/sign-in")
    await page.get_by_label("Email").fill("ines@desk.example")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await faults_of(page) == []


async def test_the_list(page: Page) -> None:
    assert await faults_of(page) == []


async def test_the_case_and_what_was_said_in_it(page: Page) -> None:
    await open_case(page, "Order 4821")
    await page.get_by_role("button", name="Why is this case here?").click()
    for button in await page.get_by_role("button", name="More about this message").all():
        await button.click()
    await reply_field(page).fill("An answer")
    assert await faults_of(page) == []


async def test_a_note_in_the_writing_and_a_mail_in_its_own_dress(page: Page) -> None:
    await open_case(page, "A broken lamp")
    await page.get_by_role("button", name="Show original").click()
    await expect(page.frame_locator("iframe[title='Original HTML message']").get_by_text("broken")).to_be_visible()
    await page.get_by_role("radio", name="Private note").check()
    await page.get_by_role("textbox", name="Your private note").fill("Only for us")
    assert await faults_of(page) == []


async def test_words_run_in_their_own_direction(page: Page) -> None:
    await open_case(page, "نور الهدى")
    said = page.get_by_role("article").get_by_text(ARABIC)
    assert await said.evaluate("one => getComputedStyle(one).direction") == "rtl"
    name = row(page, "نور الهدى").locator("bdi").first
    assert await name.evaluate("one => getComputedStyle(one).direction") == "rtl"
    address = page.get_by_role("complementary", name="Customer").get_by_text("@customer.example").first
    assert await address.evaluate("one => getComputedStyle(one).direction") == "ltr"
    assert await faults_of(page) == []


async def test_a_word_that_never_ends(page: Page) -> None:
    await open_case(page, "Hello")
    await expect(page.get_by_role("complementary", name="Customer")).to_contain_text("Haddad")
    assert await faults_of(page) == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("a", "Assign", id="assign"),
        pytest.param("l", "Tags", id="tags"),
        pytest.param("?", "Keyboard shortcuts", id="help"),
        pytest.param("Control+k", "Command bar", id="commands"),
    ],
)
async def test_dialogs(page: Page, key: str, name: str) -> None:
    await open_case(page, "Order 4821")
    await page.get_by_role("region", name="Timeline").focus()
    await page.keyboard.press(key)
    await expect(page.get_by_role("dialog", name=name)).to_be_visible()
    assert await faults_of(page) == []


async def test_the_dialog_that_snoozes(page: Page) -> None:
    await open_case(page, "Order 4821")
    await page.get_by_role("region", name="Timeline").focus()
    await page.keyboard.press("h")
    await page.keyboard.type("Pick a date")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Date and time")).to_be_visible()
    assert await faults_of(page) == []


async def test_the_dialog_that_merges(page: Page) -> None:
    await open_case(page, "Order 4821")
    await page.get_by_role("button", name="Merge with…").click()
    dialog = page.get_by_role("dialog", name="Merge Ada Quist with another customer")
    await dialog.get_by_role("searchbox").fill("Haddad")
    await dialog.get_by_role("radio").check()
    assert await faults_of(page) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("/reports/overview", "First response", id="reports"),
        pytest.param("/proposals", "1 left", id="proposals"),
        pytest.param("/search?q=4821", "results", id="search"),
        pytest.param("/inbox/snoozed", "Nothing is snoozed.", id="nothing-there"),
        pytest.param("/settings/tokens", "My tokens", id="settings"),
        pytest.param("/dead-letters", "No dead letters.", id="dead-letters"),
    ],
)
async def test_pages(desk: Desk, page: Page, path: str, words: str) -> None:
    await page.goto(desk.url + path)
    await expect(page.get_by_text(words).first).to_be_visible()
    assert await faults_of(page) == []


async def test_a_customer_s_own_page(desk: Desk, page: Page) -> None:
    customer = (await desk.case_of("Ada Quist"))["customer"]["id"]
    await page.goto(f"{desk.url}/customers/{customer}")
    await expect(page.get_by_role("heading", name="Ways to reach them")).to_be_visible()
    await expect(page.get_by_role("article").first).to_be_visible()
    assert await faults_of(page) == []


async def test_the_chat_on_a_site(desk: Desk, screens: Screens) -> None:
    async with opened_site(desk) as site:
        screens.know(site)
        page = await screens.blank(viewport=WIDE)
        await page.goto(site)
        assert await faults_of(page) == []
        chat = await open_chat(page)
        await chat.get_by_role("textbox", name="Message").fill(f"Hello {LONG_WORD} {ARABIC}")
        await page.keyboard.press("Enter")
        await expect(chat.get_by_text("Want an answer by e-mail too?")).to_be_visible()
        frame = next(frame for frame in page.frames if "/w/" in frame.url)
        assert await faults_of(page, frame) == []
        await page.context.close()
