"""How a view is judged: by axe, by whether it fits, and in which direction its words run; light and dark, wide and narrow."""

import asyncio
from typing import Any, Literal

from playwright.async_api import Frame, Page

from tests.support.browser import AXE

SIZES = ((1440, 900), (390, 844), (320, 640))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What stands in a frame is another page and is judged as one.
_JUDGE = """standards => axe.run(document, {runOnly: standards, resultTypes: ['violations'], iframes: false}).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll(/\\s+/g, ' ')}`)))"""
# A table may scroll in a box of its own; nothing else may.
_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('*')].filter(one => one.scrollWidth > one.clientWidth + 1
    && (one === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)) && !one.querySelector(':scope table')
    && one.tagName !== 'TEXTAREA')
  .map(one => `${one.tagName}.${one.className}: ${one.scrollWidth} in ${one.clientWidth}`)"""
_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def faults_of(page: Page, frame: Frame | None = None, sizes: tuple[tuple[int, int], ...] = SIZES) -> list[str]:
    """Return what is wrong with what a page (or a frame in it) shows now, in every theme and size. Nothing is loaded anew in between."""
    judged = frame or page.main_frame
    if not await judged.evaluate("'axe' in window"):
        await judged.evaluate(await asyncio.to_thread(AXE.read_text) + ";0")
    found: list[str] = []
    for width, height in sizes:
        await page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await judged.evaluate(_SETTLED)
            violations: list[Any] = await judged.evaluate(_JUDGE, STANDARDS)
            found += [f"{width} {theme}: {violation}" for violation in violations]
        sideways: list[Any] = await judged.evaluate(_SIDEWAYS)
        found += [f"{width}: scrolls sideways: {one}" for one in sideways]
    return found
