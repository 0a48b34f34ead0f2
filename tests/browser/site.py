"""A site of somebody else's, on another origin, that has the chat on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.desk import Desk
from tests.support.serving import Served

_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>A lamp shop</title><meta name="viewport" content="width=device-width">
<main><h1>Lamps</h1><p>All of them shine.</p></main><script src="{desk}/w.js" data-inbox="{key}" defer></script></html>"""


@asynccontextmanager
async def opened_site(desk: Desk) -> AsyncIterator[str]:
    """Serve the site on a port of its own; yield its address. By another name, too, the browser's private profile would keep no chat over a reload."""

    async def page(request: web.Request) -> web.Response:
        language = request.query.get("language", "en")
        return web.Response(text=_PAGE.format(language=language, desk=desk.url, key=desk.inboxes["chat"]["key"]), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    async with Served(app) as served:
        yield f"{served.url}/"


async def open_chat(page: Page) -> FrameLocator:
    """Click the launcher and return the frame, once it can be written in."""
    await page.get_by_role("button", name="Chat").first.click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("textbox", name="Message")).to_be_visible()
    return frame
