"""Pollers come and go with their inboxes: a mailbox is read by one process, from the moment it is set up until it is switched off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.compose import Estate
from app.sources import Sources
from inbox.directory import StoredWatermarks
from kernel.clock import MovedClock
from kernel.tasks import Tasks
from tests.channels.email.polling import letters
from tests.support import house
from tests.support.imap_stand_in import ImapStandIn


@pytest.fixture
async def estate(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
    async with house.built(database_url, tmp_path / "var", clock) as built:
        yield built


@pytest.fixture
async def server() -> AsyncIterator[ImapStandIn]:
    async with ImapStandIn() as server:
        yield server


@pytest.fixture
async def sources(estate: Estate) -> AsyncIterator[Sources]:
    """Sources at work."""
    rooms = estate.house
    # On PostgreSQL it would have to be campaigned for.
    estate.leadership.is_ours = True
    sources = Sources(rooms.registry, rooms.directory, rooms.door, StoredWatermarks(rooms.factory), estate.leadership, look_every=0.02)
    tasks = Tasks()
    tasks.keep("sources", lambda: sources.watch(tasks))
    yield sources
    await tasks.stop()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def settings(server: ImapStandIn) -> dict[str, str]:
    """Return a mailbox on the stand-in."""
    return {"smtp_host": "127.0.0.1", "imap_host": "127.0.0.1", "imap_port": str(server.port), "imap_security": "none", "import_history": "true"}


async def test_a_mailbox_is_read_from_when_it_is_set_up_until_it_is_switched_off(estate: Estate, server: ImapStandIn, sources: Sources) -> None:
    directory, marks = estate.house.directory, StoredWatermarks(estate.house.factory)
    server.put(letters("one")[0])
    inbox = await directory.create(channel="email", name="Support", address="support@desk.example", settings=settings(server))
    async with asyncio.timeout(20):
        while await marks.get(inbox.id, "imap:INBOX") != "1:1":
            await asyncio.sleep(0.02)
    assert server.is_connected
    await directory.change(inbox.id, is_on=False)
    await until(lambda: not server.is_connected)
    await directory.change(inbox.id, is_on=True)
    await until(lambda: server.is_connected)
    estate.leadership.is_ours = False
    await until(lambda: not server.is_connected)


async def test_a_mailbox_that_failed_is_tried_at_once_with_other_settings(estate: Estate, server: ImapStandIn, sources: Sources) -> None:
    """After a refused sign-in the poller waits for ten seconds and more, but not for longer than it takes to mend it."""
    directory = estate.house.directory
    viewer = house.viewer(1)
    wrong = {**settings(server), "imap_sign_in": "oauth", "oauth_client_id": "app", "oauth_client_secret": "s", "oauth_token_url": "http://127.0.0.1:9/"}
    inbox = await directory.create(channel="email", name="Support", address="support@desk.example", settings=wrong)
    async with asyncio.timeout(20):
        while (await directory.view(viewer, inbox.id)).health != "failing":
            await asyncio.sleep(0.02)
    await directory.change(inbox.id, settings={"imap_sign_in": "password"})
    assert (await directory.view(viewer, inbox.id)).last_error is None
    async with asyncio.timeout(5):
        while (await directory.view(viewer, inbox.id)).health != "ok":
            await asyncio.sleep(0.02)
