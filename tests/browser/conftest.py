"""What the browser's tests ask for: one Chromium for all of them, and for each test a desk and pages of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.desk import Desk, Staffed, opened_desk, staffed
from tests.browser.screens import Screens
from tests.support.browser import NoChromium, build, launched
from tests.support.databases import SqliteFiles


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(run_folder: Path) -> AsyncIterator[Browser]:
    """The browser; tests that ask for it are skipped, and said to be, where there is none."""
    async with AsyncExitStack() as stack:
        try:
            browser = await stack.enter_async_context(launched())
        except NoChromium as missing:
            pytest.skip(f"no Chromium: {missing}")
        build(run_folder / "ui.lock")
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def staff(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Staffed:
    """A database with everybody in it, to be copied."""
    folder = tmp_path_factory.mktemp("staff")
    return await staffed(sqlite_files.fresh(folder), folder)


@pytest.fixture
def undo_seconds() -> float:
    """How long a reply can be undone; not at all, unless a test is about that."""
    return 0


@pytest_asyncio.fixture(loop_scope="session")
async def desk(staff: Staffed, tmp_path: Path, undo_seconds: float) -> AsyncIterator[Desk]:
    """A served desk without a customer."""
    async with opened_desk(staff, tmp_path, undo_seconds) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def screens(chromium: Browser, desk: Desk) -> AsyncIterator[Screens]:
    """Pages on that desk; whatever test opens them, none may fail inside or ask a stranger."""
    screens = Screens(chromium, desk)
    yield screens
    await screens.close()
    assert screens.faults == []
