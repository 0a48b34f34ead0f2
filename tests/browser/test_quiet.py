"""What pages do not do: run what strangers send, ask strangers, ask without need."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Dialog, expect

from tests.browser.desk import Desk
from tests.browser.screens import Screens, open_case, row
from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = """<html><head><meta http-equiv="refresh" content="0; url={tracker}/refresh"><base href="{tracker}/">
<link rel="stylesheet" href="{tracker}/style.css"><style>@import url({tracker}/import.css); body {{ background: url({tracker}/background.png) }}</style></head>
<body background="{tracker}/old.png" onload="window.top.hacked = 1; alert(1)"><p style="background-image: url({tracker}/inline.png)">The lamp arrived broken.</p>
<script>window.hacked = window.top.hacked = 1; alert(1); fetch("{tracker}/script")</script>
<img src="{tracker}/pixel.gif" width="1" height="1"><img src="x" onerror="window.hacked = 1; window.top.hacked = 1; alert(2)">
<svg onload="window.top.hacked = 1"><script>window.top.hacked = 1</script></svg><iframe src="{tracker}/frame"></iframe><object data="{tracker}/object"></object>
<video src="{tracker}/video" autoplay></video><a href="javascript:window.top.hacked = 1">Click here</a><form action="{tracker}/form"><button>Pay now</button></form>
<a href="https://lamps.example/order">Your order</a></body></html>"""


class Tracker:
    """A stranger's server that remembers who came."""

    def __init__(self, url: str, visits: list[str]) -> None:
        self.url = url
        self.visits = visits


@pytest_asyncio.fixture(loop_scope="session")
async def tracker() -> AsyncIterator[Tracker]:
    """The stranger."""
    visits: list[str] = []

    async def visit(request: web.Request) -> web.Response:
        visits.append(request.path)
        return web.Response(text="seen")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", visit)
    async with Served(app) as served:
        yield Tracker(served.url, visits)


async def test_a_hostile_mail_is_read_and_nothing_in_it_runs(desk: Desk, screens: Screens, tracker: Tracker) -> None:
    await desk.write_mail("Mallory", "Your invoice", "The lamp arrived broken.", HOSTILE.format(tracker=tracker.url))
    # It keeps count of its visitors itself, also of those whom the browser announces and then does not send.
    screens.know(tracker.url)
    page = await screens.signed_in("Ines")
    dialogs: list[str] = []

    async def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", refuse)
    await open_case(page, "Mallory")
    await expect(page.get_by_role("article")).to_contain_text("The lamp arrived broken.")
    await page.get_by_role("button", name="Show original").click()
    original = page.frame_locator("iframe[title='Original HTML message']")
    await expect(original.get_by_text("The lamp arrived broken.")).to_be_visible()
    link = original.get_by_role("link", name="Your order")
    await expect(link).to_have_attribute("href", "https://lamps.example/order")
    await expect(original.get_by_role("link", name="Click here")).to_have_count(0)
    await page.wait_for_load_state("networkidle")

    assert (dialogs, tracker.visits) == ([], [])
    for frame in page.frames:
        assert await frame.evaluate("typeof window.hacked") == "undefined", frame.url
    # Pictures are left in for whoever wants to see them; the frame's policy keeps them from being fetched.
    assert [fault for fault in screens.faults if "img-src" not in fault] == []
    screens.faults.clear()


async def test_a_script_in_a_name_or_a_subject_is_a_text_like_any_other(desk: Desk, screens: Screens) -> None:
    name, subject = "<img src=x onerror=alert(1)>", "<script>window.hacked = 1</script>"
    await desk.chat_on_site("<b>Hello</b> {{constructor.constructor('window.hacked = 1')()}}", name=name, email="eve@customer.example")
    await desk.write_mail("Eve", subject, "javascript:alert(1) https://lamps.example/a?b=<c>")
    page = await screens.signed_in("Ines")
    for words in ("<b>Hello</b>", subject):
        await open_case(page, words)
        await expect(page.get_by_role("region", name="Case").first).to_contain_text(words)
    await expect(page.get_by_role("link", name="https://lamps.example/a?b=")).to_be_visible()
    assert await page.evaluate("typeof window.hacked") == "undefined"


async def test_an_idle_desk_asks_nothing(desk: Desk, screens: Screens) -> None:
    """Five minutes by the page's own clock; what is new comes over the socket all the same."""
    await desk.write_mail("Ada Quist", "Order 4821", "Where is it?")
    page = await screens.blank()
    await page.clock.install()
    await screens.enter(page, "Ines")
    await open_case(page, "Ada Quist")
    await expect(row(page, "Ada Quist").get_by_text("unread")).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    before = len(screens.requests)
    await page.clock.run_for(5 * 60_000)
    assert screens.requests[before:] == []

    await desk.text("+447700900123", "Are you open today?")
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
