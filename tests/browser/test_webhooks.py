"""Outgoing webhooks on the settings page: added, tried, told, paused and deleted, with the secret shown once."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.looks import faults_of
from tests.browser.screens import Screens, toast
from tests.support.receiver import receiver

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_admin_adds_tries_pauses_and_deletes_one(desk: Desk, screens: Screens) -> None:
    await desk.promote("Sol")
    page = await screens.signed_in("Sol")
    await page.goto(f"{desk.url}/settings/webhooks")
    async with receiver() as told:
        await page.get_by_label("Name").fill("Warehouse")
        await page.get_by_label("URL").fill(told.url)
        await page.get_by_text("Limit what it is told").click()
        await page.get_by_label("message.received").check()
        await page.get_by_label("Desk email").check()
        await page.get_by_role("button", name="Add a webhook").click()
        secret = str(await page.get_by_role("status").get_by_text("whsec_").text_content())
        await expect(page.get_by_text("message.received · Desk email")).to_be_visible()
        assert await faults_of(page) == []

        await page.get_by_role("button", name="Test Warehouse").click()
        await expect(toast(page, "The receiver took it.")).to_be_visible()
        await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
        await desk.until(lambda: len(told.got) == 2)
        assert told.kinds == ["webhook.test", "message.received"]
        assert all(got.is_signed_with(secret) for got in told.got)

        await page.get_by_role("button", name="Pause Warehouse").click()
        await expect(page.get_by_text("Paused by hand.")).to_be_visible()
        await page.get_by_role("button", name="Resume Warehouse").click()
        await expect(page.get_by_role("button", name="Pause Warehouse")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("Warehouse")).to_be_visible()
        await expect(page.get_by_text("whsec_")).to_have_count(0)
        await page.get_by_role("button", name="Delete Warehouse").click()
        await expect(page.get_by_text("Nobody is told of anything.")).to_be_visible()


async def test_a_private_address_is_refused_in_words(desk: Desk, screens: Screens) -> None:
    await desk.promote("Sol")
    page = await screens.signed_in("Sol")
    await page.goto(f"{desk.url}/settings/webhooks")
    await page.get_by_label("Name").fill("Metadata")
    await page.get_by_label("URL").fill("http://169.254.169.254/latest")
    await page.get_by_role("button", name="Add a webhook").click()
    await expect(page.get_by_text("This address is not a public one")).to_be_visible()


async def test_others_are_not_shown_it(desk: Desk, screens: Screens) -> None:
    page = await screens.signed_in("Ines")
    await page.goto(f"{desk.url}/settings/webhooks")
    await expect(page.get_by_role("heading", name="My signature")).to_be_visible()
    await expect(page.get_by_text("Webhooks")).to_have_count(0)
