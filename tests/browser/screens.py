"""Pages in the browser, each with a profile of its own, and a record of what none of them may do."""

from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, WebSocket, expect

from api.access import COOKIE
from tests.browser.desk import PATIENCE_SECONDS, Desk

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

_SCHEMES_INSIDE = {"data", "blob", "about", "chrome-error"}


class Screens:
    """Opens pages; `faults` says what went wrong in any of them: an error nobody caught, a policy that was hit, a request to a stranger."""

    def __init__(self, chromium: Browser, desk: Desk) -> None:
        self._chromium = chromium
        self._desk = desk
        self._known = {_origin(desk.url)}
        self._contexts: list[BrowserContext] = []
        self.requests: list[str] = []
        self.faults: list[str] = []

    def know(self, url: str) -> None:
        """Let pages ask this origin too."""
        self._known.add(_origin(url))

    async def blank(self, **options: Any) -> Page:
        """Return an empty page in a fresh profile."""
        context = await self._chromium.new_context(locale="en-GB", timezone_id="Europe/London", **options)
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.on("request", self._note_request)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", self._note_console)
        page = await context.new_page()
        page.on("websocket", self._note_socket)
        return page

    async def signed_in(self, name: str, path: str = "/inbox/all", *, at: str | None = None, **options: Any) -> Page:
        """Return a page of somebody who signed in earlier, once it shows what was asked for; `at` is another way to the same server."""
        page = await self.blank(**options)
        await self.enter(page, name, path, at=at)
        return page

    async def enter(self, page: Page, name: str, path: str = "/inbox/all", *, at: str | None = None) -> None:
        """Give a page somebody's session."""
        base = at or self._desk.url
        await page.context.add_cookies([{"name": COOKIE, "value": self._desk.sessions[name], "url": base, "httpOnly": True, "sameSite": "Lax"}])
        await page.goto(base + path)
        await expect(page.locator("#main")).to_be_visible()

    async def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            await context.close()

    def _note_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        self._note_address(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self._note_address(socket.url.replace("ws", "http", 1))

    def _note_address(self, url: str) -> None:
        if urlsplit(url).scheme not in _SCHEMES_INSIDE and _origin(url) not in self._known:
            self.faults.append(f"asked a stranger: {url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append(message.text)


def rows(page: Page) -> Locator:
    """Return the rows of the list of cases."""
    return page.get_by_role("listbox").get_by_role("option")


def row(page: Page, words: str) -> Locator:
    """Return the row in which these words stand."""
    return rows(page).filter(has_text=words)


def reply_field(page: Page) -> Locator:
    """Return where a reply is written."""
    return page.get_by_role("textbox", name="Your reply")


def toast(page: Page, words: str) -> Locator:
    """Return the notice in which these words stand."""
    return page.locator(".toast").filter(has_text=words)


async def open_case(page: Page, words: str) -> None:
    """Open the case in whose row these words stand, and wait until it can be answered."""
    await row(page, words).click()
    await expect(reply_field(page)).to_be_visible()


async def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe out."""
    await page.evaluate("window.wasNotLoadedAnew = true")


async def was_not_loaded_anew(page: Page) -> bool:
    """Say whether the mark is still there."""
    return bool(await page.evaluate("window.wasNotLoadedAnew === true"))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
