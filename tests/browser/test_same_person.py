"""Whether two customers are one: asked with its evidence, answered by a key, and taken back exactly."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, toast

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_review_queue_is_answered_by_keys(desk: Desk, screens: Screens) -> None:
    for name in ("Ada Quist", "Bram Visser", "Cleo Marsh"):
        await desk.write_mail(name, "A question", "Where is my lamp?")
        await desk.chat_on_site("It is me again.", name=name, email=f"{name.lower().replace(' ', '.')}@customer.example")
    page = await screens.signed_in("Ines", "/proposals")
    await expect(page.get_by_text("3 left")).to_be_visible()
    await expect(page.get_by_role("region", name="Evidence")).to_contain_text("@customer.example")

    await page.keyboard.press("y")
    await expect(toast(page, "Merged with")).to_be_visible()
    await expect(page.get_by_text("2 left")).to_be_visible()
    await page.keyboard.press("n")
    await expect(toast(page, "Kept apart")).to_be_visible()
    await expect(page.get_by_text("1 left")).to_be_visible()
    await page.keyboard.press("s")
    await expect(toast(page, "Skipped")).to_be_visible()
    names = [customer["name"] for customer in (await desk.api("GET", "/customers"))["items"]]
    assert len(names) == 5


async def test_an_answer_is_taken_back_by_z(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "A question", "Where is my lamp?")
    await desk.chat_on_site("It is me again.", name="Ada Q", email="ada.quist@customer.example")
    page = await screens.signed_in("Ines", "/proposals")
    await expect(page.get_by_text("1 left")).to_be_visible()
    await page.keyboard.press("y")
    await expect(toast(page, "Merged with")).to_be_visible()
    assert len((await desk.api("GET", "/customers"))["items"]) == 1
    await page.keyboard.press("z")
    await expect(toast(page, "Merge undone")).to_be_visible()
    assert len((await desk.api("GET", "/customers"))["items"]) == 2


async def test_customers_are_merged_by_hand_and_split_again(desk: Desk, screens: Screens) -> None:
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    await desk.text("+447700900123", "It is about 4821")
    page = await screens.signed_in("Ines", viewport={"width": 1440, "height": 900})
    await open_case(page, "Ada Quist")
    panel = page.get_by_role("complementary", name="Customer")
    await panel.get_by_role("button", name="Merge with…").click()
    dialog = page.get_by_role("dialog", name="Merge Ada Quist with another customer")
    await dialog.get_by_role("searchbox", name="Find a customer").fill("7700900123")
    await dialog.get_by_role("radio").check()
    await dialog.get_by_role("button", name="Merge", exact=True).click()

    await expect(panel.get_by_role("heading", name="Merged into this customer")).to_be_visible()
    await expect(panel).to_contain_text("+447700900123")
    await expect(page.get_by_role("region", name="Timeline").get_by_role("button", name="of other cases")).to_be_visible()
    await panel.get_by_role("button", name="Undo merge").click()
    await expect(panel.get_by_role("heading", name="Merged into this customer")).to_have_count(0)
    await expect(panel).not_to_contain_text("+447700900123")
    await expect(page.get_by_role("region", name="Timeline").get_by_role("button", name="of other cases")).to_have_count(0)
