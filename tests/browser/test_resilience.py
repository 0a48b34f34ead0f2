"""A lost line and a reload lose nothing, and double nothing."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, mark, open_case, reply_field, row, rows, was_not_loaded_anew
from tests.browser.wire import laid

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_came_in_while_the_network_was_gone_is_there_once_it_is_back(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    page = await screens.signed_in("Ines")
    await expect(rows(page)).to_have_count(1)
    await mark(page)
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()

    await desk.write_mail("Bram Visser", "A broken lamp", "It does not shine.")
    await desk.text("+447700900123", "Are you open today?")
    await expect(rows(page)).to_have_count(1)

    await page.context.set_offline(False)
    await expect(rows(page)).to_have_count(3)
    for words in ("A broken lamp", "Are you open today?", "Order 4821"):
        await expect(row(page, words)).to_have_count(1)
    await expect(page.get_by_text("You are offline.")).to_have_count(0)
    assert await was_not_loaded_anew(page)


async def test_what_came_in_while_the_server_could_not_be_reached_is_there_once_it_can(desk: Desk, screens: Screens) -> None:
    """The open case grows by what was missed, and goes on growing."""
    await desk.text("+447700900123", "Are you open today?")
    async with laid(desk.url) as wire:
        screens.know(wire.url)
        page = await screens.signed_in("Ines", at=wire.url)
        await open_case(page, "Are you open today?")
        await mark(page)
        await wire.cut()
        await expect(page.get_by_text("You are offline.")).to_be_visible()
        await desk.text("+447700900123", "And tomorrow?")
        await desk.text("+447700900123", "Or on Sunday?")
        await wire.mend()

        said = page.get_by_role("region", name="Timeline").get_by_role("article")
        await expect(said).to_have_count(3)
        await expect(page.get_by_text("You are offline.")).to_have_count(0)
        await desk.text("+447700900123", "Hello?")
        await expect(said).to_have_count(4)
        for words in ("And tomorrow?", "Or on Sunday?", "Hello?"):
            await expect(said.filter(has_text=words)).to_have_count(1)
        await expect(rows(page)).to_have_count(1)
        assert await was_not_loaded_anew(page)
        await page.context.close()


async def test_a_draft_survives_a_reload_and_stays_where_it_was_written(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    await desk.write_mail("Bram Visser", "A broken lamp", "It does not shine.")
    page = await screens.signed_in("Ines")
    await open_case(page, "Ada Quist")
    await reply_field(page).fill("Let me look")
    await expect(page.get_by_text("Draft saved")).to_be_visible()
    await page.get_by_role("radio", name="Private note").check()
    await page.get_by_role("textbox", name="Your private note").fill("Ask the warehouse")
    await expect(page.get_by_text("Draft saved")).to_be_visible()

    await page.reload()
    await expect(reply_field(page)).to_have_value("Let me look")
    await page.get_by_role("radio", name="Private note").check()
    await expect(page.get_by_role("textbox", name="Your private note")).to_have_value("Ask the warehouse")
    await expect(row(page, "Ada Quist")).to_contain_text("Draft: Let me look")
    await row(page, "Bram Visser").click()
    await expect(reply_field(page)).to_have_value("")
