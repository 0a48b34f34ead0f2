"""The chat on somebody else's site, and the agent at the other end of it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import FrameLocator, Locator, expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, reply_field, rows
from tests.browser.site import open_chat, opened_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def site(desk: Desk, screens: Screens) -> AsyncIterator[str]:
    """The address of the site."""
    async with opened_site(desk) as url:
        screens.know(url)
        yield url


async def test_a_visitor_and_an_agent_talk_and_a_reload_loses_nothing(desk: Desk, screens: Screens, site: str) -> None:
    agent = await screens.signed_in("Ines")
    page = await screens.blank()
    await page.goto(site)
    chat = await open_chat(page)
    await say(chat, "Do you have lamps for the garden?")
    await expect(line(chat, "lamps for the garden")).to_contain_text("Sent")

    await open_case(agent, "Do you have lamps for the garden?")
    await reply_field(agent).fill("We do: eleven of them.")
    await agent.keyboard.press("Control+Enter")
    await expect(line(chat, "We do: eleven of them.")).to_contain_text("Ines")
    await expect(agent.get_by_role("article").filter(has_text="We do: eleven of them.")).to_contain_text("Read")

    await page.reload()
    chat = await open_chat(page)
    await expect(lines(chat)).to_have_count(2)
    await expect(line(chat, "We do: eleven of them.")).to_be_visible()
    await say(chat, "Then I will come by.")
    await expect(agent.get_by_role("region", name="Timeline")).to_contain_text("Then I will come by.")
    await expect(rows(agent)).to_have_count(1)


async def test_what_is_written_without_a_line_is_kept_and_delivered_once(desk: Desk, screens: Screens, site: str) -> None:
    agent = await screens.signed_in("Ines")
    page = await screens.blank()
    await page.goto(site)
    chat = await open_chat(page)
    await say(chat, "Hello")
    await expect(line(chat, "Hello")).to_contain_text("Sent")
    await open_case(agent, "Hello")

    await page.context.set_offline(True)
    await say(chat, "Are you still there?")
    await expect(line(chat, "Are you still there?")).to_contain_text("Sending")
    await expect(chat.get_by_text("No connection.")).to_be_visible()
    await expect(agent.get_by_role("article")).to_have_count(1)

    await page.context.set_offline(False)
    await expect(line(chat, "Are you still there?")).to_contain_text("Sent")
    await expect(lines(chat)).to_have_count(2)
    await expect(agent.get_by_role("article").filter(has_text="Are you still there?")).to_be_visible()
    await expect(agent.get_by_role("article")).to_have_count(2)
    await expect(chat.get_by_text("No connection.")).to_have_count(0)


async def test_both_see_that_the_other_is_typing(desk: Desk, screens: Screens, site: str) -> None:
    agent = await screens.signed_in("Ines")
    page = await screens.blank()
    await page.goto(site)
    chat = await open_chat(page)
    await say(chat, "Hello")
    await open_case(agent, "Hello")
    await chat.get_by_role("textbox", name="Message").press_sequentially("There is one more thing", delay=150)
    await expect(agent.get_by_text("is typing…")).to_be_visible()
    await reply_field(agent).press_sequentially("Good morning")
    await expect(chat.get_by_text("Ines is typing")).to_be_visible()


async def test_nothing_of_the_chat_is_loaded_before_somebody_wants_it(screens: Screens, site: str) -> None:
    page = await screens.blank()
    await page.goto(site)
    launcher = page.get_by_role("button", name="Chat")
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    assert [request.rpartition("/")[2] for request in screens.requests] == ["", "w.js"]
    await open_chat(page)
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(launcher).to_be_focused()


async def test_an_arabic_page_gets_an_arabic_chat_from_right_to_left(screens: Screens, site: str) -> None:
    page = await screens.blank()
    await page.goto(f"{site}?language=ar")
    await page.get_by_role("button", name="محادثة").click()
    frame = page.frame_locator("iframe")
    await expect(frame.locator("html")).to_have_attribute("dir", "rtl")
    await expect(frame.locator("html")).to_have_attribute("lang", "ar")


async def say(chat: FrameLocator, text: str) -> None:
    """Write as the visitor."""
    await chat.get_by_role("textbox", name="Message").fill(text)
    await chat.get_by_role("textbox", name="Message").press("Enter")


def lines(chat: FrameLocator) -> Locator:
    """Return all that was said."""
    return chat.get_by_role("log").get_by_role("listitem")


def line(chat: FrameLocator, words: str) -> Locator:
    """Return the message in which these words stand."""
    return lines(chat).filter(has_text=words)
