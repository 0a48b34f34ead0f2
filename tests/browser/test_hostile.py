"""Hostile mail in a real browser, behind each of its two walls alone: cleaned without the frame, in the frame without the cleaning, and as the desk shows it."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, expect

from channels.email.markup import clean_html
from knowledge_base import service as knowledge
from knowledge_base.values import ArticleStatus
from tests.browser.desk import Desk
from tests.browser.hostile import corpus
from tests.browser.screens import Screens, open_case, reply_field
from tests.browser.site import open_chat, opened_site
from tests.support.serving import Served
from tests.support.torture import dice, size

pytestmark = [pytest.mark.browser, pytest.mark.torture, pytest.mark.asyncio(loop_scope="session")]

_BUBBLE = Path(__file__).parents[2] / "ui" / "src" / "workspace" / "MessageBubble.svelte"
_AT_ONCE = 20
# The frames stand as the desk's own do; the promise ends when all have loaded.
_SHOW = """([addresses, sandbox]) => Promise.all(addresses.map((address) => new Promise((loaded) => {
    const frame = document.createElement('iframe');
    if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
    frame.className = 'hostile';
    frame.onload = () => setTimeout(loaded, 60);
    setTimeout(loaded, 3000);
    if (address.startsWith('/')) frame.src = address; else frame.srcdoc = address;
    document.body.append(frame);
})))"""
_CLEAR = "document.querySelectorAll('iframe.hostile').forEach((frame) => frame.remove())"
_WHOLE = "JSON.stringify([location.href, document.title, typeof window.hacked, document.querySelectorAll('body > :not(.hostile)').length])"


class Stranger:
    """A stranger's server that remembers who came."""

    def __init__(self, url: str, visits: list[str]) -> None:
        self.url = url
        self.visits = visits


@pytest_asyncio.fixture(loop_scope="session")
async def stranger() -> AsyncIterator[Stranger]:
    """The stranger."""
    visits: list[str] = []

    async def visit(request: web.Request) -> web.Response:
        if request.path == "/page":
            return web.Response(text="<!doctype html><title>A page</title><body><p>Nothing guards this.</p></body>", content_type="text/html")
        visits.append(request.path)
        return web.Response(text="top.hacked=1", content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", visit)
    async with Served(app) as served:
        yield Stranger(served.url, visits)


def bodies(stranger: Stranger, *of_what: str) -> list[str]:
    """Return this run's hostile bodies."""
    return corpus(dice("hostile mail", *of_what), stranger.url, size(30, 200))


async def test_the_corpus_bites_where_nothing_guards(screens: Screens, stranger: Stranger) -> None:
    """Else the tests below would see nothing run because nothing can."""
    screens.know(stranger.url)
    page = await screens.blank()
    ran = 0
    for body in bodies(stranger, "cleaned"):
        await page.goto(f"{stranger.url}/page")
        if "refresh" in body:
            # Leads elsewhere, where there is nothing to ask.
            continue
        await page.evaluate(_SHOW, [[body], None])
        ran += await page.evaluate("typeof window.hacked") != "undefined"
        if ran >= 5:
            break
    assert ran >= 5
    assert stranger.visits
    screens.faults.clear()


async def test_what_was_cleaned_runs_nothing_even_where_nothing_else_guards(screens: Screens, stranger: Stranger) -> None:
    screens.know(stranger.url)
    page = await screens.blank()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.goto(f"{stranger.url}/page")
    before = await page.evaluate(_WHOLE)
    cleaned = [clean_html(body) for body in bodies(stranger, "cleaned")]
    for at in range(0, len(cleaned), _AT_ONCE):
        await page.evaluate(_SHOW, [[f"<body>{body}</body>" for body in cleaned[at : at + _AT_ONCE]], None])
        active = await page.evaluate(
            """[...document.querySelectorAll('iframe.hostile')].flatMap((frame) => [...frame.contentDocument.querySelectorAll('*')])
               .filter((one) => /^(script|iframe|object|embed|form|input|button|base|meta|link|svg|math|style|video|audio|template)$/i.test(one.localName)
                   || [...one.attributes].some(({ name, value }) => /^(on|srcset|ping|background|id$|name$|class$)/i.test(name)
                   || /^[\\s\\x00-\\x20]*(java|vb)script:|^data:/i.test(value) || (name === 'style' && /url|position|expression/i.test(value)))).map((one) => one.outerHTML)"""
        )
        assert [found for found in active if not found.startswith(("<html", "<head", "<body"))] == []
        assert await page.evaluate(_WHOLE) == before
        await page.evaluate(_CLEAR)
    assert dialogs == []
    # Pictures are left for the frame to hold back; nothing else goes out.
    assert "/ran" not in stranger.visits
    screens.faults.clear()


async def test_the_frame_runs_nothing_and_asks_nobody_even_what_was_never_cleaned(desk: Desk, screens: Screens, stranger: Stranger) -> None:
    """As if the cleaning had a hole: the bodies are put straight where cleaned ones are kept."""
    screens.know(stranger.url)
    await desk.write_mail("Mallory", "Your invoice", "Hello.", "<p>Hello.</p>")
    page = await screens.signed_in("Ines")
    before = await page.evaluate(_WHOLE)
    message_id = (await desk.case_of("Mallory"))["last_message"]["id"]
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    hostile = bodies(stranger, "raw")
    for at in range(0, len(hostile), _AT_ONCE):
        addresses = [f"/api/v1/messages/{number}/html" for number in await _put(desk, message_id, hostile[at : at + _AT_ONCE])]
        await page.evaluate(_SHOW, [addresses, _sandbox()])
        assert await page.evaluate(_WHOLE) == before
        await page.evaluate(_CLEAR)
    assert (dialogs, stranger.visits) == ([], [])
    assert [fault for fault in screens.faults if "Content Security Policy" not in fault] == []
    screens.faults.clear()


async def test_a_message_opened_by_itself_is_fenced_too(desk: Desk, screens: Screens, stranger: Stranger) -> None:
    """Somebody may open the frame's address in a tab of its own: the headers alone hold it."""
    screens.know(stranger.url)
    await desk.write_mail("Mallory", "Your invoice", "Hello.", "<p>Hello.</p>")
    message_id = (await desk.case_of("Mallory"))["last_message"]["id"]
    page = await screens.signed_in("Ines")
    for number in await _put(desk, message_id, bodies(stranger, "raw")[: size(12, 60)]):
        await page.goto(f"{desk.url}/api/v1/messages/{number}/html", wait_until="load")
        await asyncio.sleep(0.05)
        assert await page.evaluate("typeof window.hacked") == "undefined"
        assert page.url.startswith(desk.url)
    assert stranger.visits == []
    screens.faults.clear()


async def test_hostile_words_are_words_in_the_agents_view_and_in_the_widget(desk: Desk, screens: Screens, stranger: Stranger) -> None:
    """Names, subjects, titles, tags, file names, profiles, articles and what is said: shown as they were written, on both sides."""
    ways = [" ".join(way.split())[:180] for way in corpus(dice("hostile words"), stranger.url, 9)]
    ways[0] = f"<img src=1 onerror=\"top.hacked=1;new(Image)().src='{stranger.url}/ran'\">"
    await desk.chat_on_site(ways[1], name=ways[0], email="eve@customer.example")
    [case] = (await desk.api("GET", "/cases?view=all"))["items"]
    shown = await desk.api("PATCH", f"/cases/{case['id']}", {"title": ways[2]})
    await desk.api("POST", f"/cases/{case['id']}/tags", {"add": [ways[0][:60]]})
    await desk.api("POST", f"/cases/{case['id']}/note", {"text": ways[3]})
    await desk.api("PATCH", f"/customers/{shown['customer']['id']}", {"company": ways[4], "attributes": {ways[0][:50]: ways[5]}})
    async with desk.serving.estate.house.factory() as uow:
        await knowledge.write(uow, ways[6], ways[7], ArticleStatus.PUBLISHED)
    page = await screens.signed_in("Ines")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await open_case(page, ways[2].strip()[:30])
    for words in (ways[0][:60], ways[1], ways[3], ways[4], ways[5]):
        await expect(page.locator("body")).to_contain_text(words.strip()[:40])
    await reply_field(page).press_sequentially("#")
    await expect(page.locator("body")).to_contain_text(ways[6].strip()[:30])
    await reply_field(page).fill("")

    async with opened_site(desk) as site:
        screens.know(site)
        visitor = await screens.blank()
        await visitor.goto(site)
        chat = await open_chat(visitor)
        await chat.get_by_role("textbox", name="Message").fill(ways[0])
        await chat.get_by_role("textbox", name="Message").press("Enter")
        await expect(chat.get_by_role("log")).to_contain_text(ways[0][:40])
        newest = await _case_beside(desk, case["id"])
        option = (await desk.api("GET", f"/cases/{newest['id']}"))["reply_options"][0]["key"]
        await desk.api("POST", f"/cases/{newest['id']}/reply", {"text": ways[8], "reply_option": option})
        await expect(chat.get_by_role("log").get_by_role("listitem")).to_have_count(2)
        for one in (page, visitor):
            await _nothing_ran(one)
    assert (dialogs, stranger.visits) == ([], [])


async def _case_beside(desk: Desk, known: str) -> Any:
    """Return the other case, once it is there: the visitor's own words stand on the screen before they are kept."""
    async with asyncio.timeout(10):
        while True:
            others = [one for one in (await desk.api("GET", "/cases?view=all"))["items"] if one["id"] != known]
            if others:
                return others[0]
            await asyncio.sleep(0.05)


async def _nothing_ran(page: Page) -> None:
    for frame in page.frames:
        assert await frame.evaluate("typeof window.hacked") == "undefined", frame.url
        strays = "document.querySelectorAll('body script:not([src]), img[src=\"1\"], marquee, object, embed, svg script, [onerror], [onload], base, meta[http-equiv]').length"
        assert await frame.evaluate(strays) == 0, frame.url


def _sandbox() -> str:
    """Return what the desk's own frame says of itself."""
    [said] = re.findall(r'<iframe [^>]*sandbox="([^"]*)"', _BUBBLE.read_text())
    return str(said)


async def _put(desk: Desk, message_id: str, hostile: list[str]) -> list[str]:
    """Put bodies where cleaned ones are kept, each in a copy of a message, and return the copies' ids."""
    return await asyncio.to_thread(_inserted, desk, message_id, hostile)


def _inserted(desk: Desk, message_id: str, hostile: list[str]) -> list[str]:
    file = str(desk.serving.estate.house.settings.database_url).partition("///")[2]
    numbers = []
    with sqlite3.connect(file, timeout=20) as rows:
        names = [row[1] for row in rows.execute("PRAGMA table_info(messages)")]
        taken = rows.execute("SELECT max(id) FROM messages").fetchone()[0]
        kept = ", ".join(name for name in names if name not in ("id", "external_id", "html"))
        for number, body in enumerate(hostile, taken + 1):
            rows.execute(
                f"INSERT INTO messages (id, external_id, html, {kept}) SELECT ?, ?, ?, {kept} FROM messages WHERE id = ?",
                (number, f"<{number}>", body, int(message_id)),
            )
            numbers.append(str(number))
    return numbers
