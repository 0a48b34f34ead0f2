"""The way in and the way out."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import PASSWORD, Desk, address
from tests.browser.screens import Screens

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_wrong_password_is_said_to_be_and_the_right_one_leads_to_where_one_wanted_to_go(desk: Desk, screens: Screens) -> None:
    page = await screens.blank()
    await page.goto(f"{desk.url}/inbox/snoozed")
    await page.get_by_label("Email").fill(address("Ines"))
    await page.get_by_label("Password", exact=True).fill("something else")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("password")
    assert page.url == f"{desk.url}/sign-in"

    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Snoozed")).to_be_visible()
    assert page.url == f"{desk.url}/inbox/snoozed"


async def test_whoever_signs_out_is_out(desk: Desk, screens: Screens) -> None:
    page = await screens.signed_in("Ines")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await page.goto(f"{desk.url}/inbox/all")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [cookie for cookie in await page.context.cookies() if cookie.get("name") == "kindred_session"] == []
