"""A real Chromium for tests: where it is found, how it is started, and the built browser's side without which it has nothing to show."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright

from tests.support.postgres import locked

UI = Path(__file__).parents[2] / "ui"
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
_NEEDED = (*(UI / "dist" / name for name in ("index.html", "widget.html", "w.js")), AXE)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own errands would look like ours leaving the house.
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip


class NoChromium(Exception):
    """None is installed, and none has been fetched."""


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Start a Chromium without a window and with a fresh profile; end it afterwards.

    Raises:
        NoChromium: there is none.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_executable(playwright), args=list(_ARGUMENTS), headless=True, timeout=60_000)
        try:
            yield browser
        finally:
            await browser.close()


def _executable(playwright: Playwright) -> str:
    """Return the one that CHROMIUM names, one that is installed, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    own = playwright.chromium.executable_path
    if named or not Path(own).exists():
        raise NoChromium(f"CHROMIUM names {named}, which cannot be run" if named else "install it (apt-get install chromium), or say where it is: CHROMIUM=…")
    return own


def build(lock: Path) -> None:
    """Build the browser's side where it is missing; of several processes one does it, and the others wait.

    Raises:
        RuntimeError: it could not be built.
    """
    with locked(lock):
        missing = [file.name for file in _NEEDED if not file.is_file()]
        if not missing:
            return
        # Whatever the stamp says: a part of it is gone.
        (UI / ".build-stamp").unlink(missing_ok=True)
        done = subprocess.run([sys.executable, str(UI / "build.py")], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"The browser's side is not built ({', '.join(missing)}), and building it failed:\n{done.stdout}{done.stderr}")
