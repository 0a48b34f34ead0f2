"""The supervisor's page, and who sees it."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, reply_field, toast

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_supervisor_sees_the_figures_and_what_they_count(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    await desk.write_mail("Bram Visser", "A broken lamp", "It does not shine.")
    ines = await screens.signed_in("Ines")
    await open_case(ines, "Ada Quist")
    await reply_field(ines).fill("Here it is.")
    await ines.keyboard.press("Control+Shift+Enter")
    await expect(toast(ines, "Reply queued")).to_be_visible()

    page = await screens.signed_in("Sol")
    await page.get_by_role("link", name="Reports").click()
    figures = page.get_by_role("region", name="Key figures")
    await expect(figures).to_contain_text("First response")
    await expect(page.get_by_role("table")).to_contain_text("No team")
    await expect(figures).to_contain_text("not enough data")
    await figures.get_by_role("link", name="1", exact=True).first.click()
    await expect(page.get_by_role("heading", name="All open")).to_be_visible()


async def test_an_agent_is_not_shown_the_way_and_is_turned_back_at_the_door(desk: Desk, screens: Screens) -> None:
    page = await screens.signed_in("Ines")
    await expect(page.get_by_role("link", name="Search")).to_be_visible()
    await expect(page.get_by_role("link", name="Reports")).to_have_count(0)
    await expect(page.get_by_role("link", name="Dead letters")).to_have_count(0)
    await page.goto(f"{desk.url}/reports/overview")
    await expect(page.get_by_text("This page is for supervisors.")).to_be_visible()
