"""A mailbox read into a whole house: what a full disk and new UIDs do to it, and what is said of it meanwhile."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.email.imap import ImapSource
from channels.email.imap_box import Patience
from inbox.directory import StoredWatermarks
from inbox.models import Message
from inbox.values import InboxView
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.channels.email.mails import mail
from tests.inbox.conftest import Desk
from tests.support.imap_stand_in import ImapStandIn

# Larger than what is kept in the row itself.
LARGE = mail("word " * 20_000, Message_ID="<large@mail.example.com>")
SMALL = mail("A word.", Message_ID="<small@mail.example.com>")


class Mailbox:
    """The desk's mailbox on a stand-in, read by the real source through the real door."""

    def __init__(self, desk: Desk, server: ImapStandIn, clock: MovedClock) -> None:
        self.desk = desk
        self.server = server
        self._source = ImapSource(clock, patience=Patience(idle_for=0.3))
        self._clock = clock

    async def view(self) -> InboxView:
        return await self.desk.estate.house.directory.view(self.desk.ines, self.desk.email)

    async def until_health(self, health: str) -> InboxView:
        async with asyncio.timeout(20):
            while (view := await self.view()).health != health:
                await asyncio.sleep(0.05)
        return view

    async def ids(self) -> list[str]:
        async with self.desk.estate.house.factory.reading() as uow:
            return sorted((await uow.session.execute(select(Message.external_id).where(Message.inbox_id == self.desk.email))).scalars())

    async def mark(self) -> str | None:
        return await StoredWatermarks(self.desk.estate.house.factory).get(self.desk.email, "imap:INBOX")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[None]:
        house = self.desk.estate.house
        settings = {"imap_host": "127.0.0.1", "imap_port": str(self.server.port), "imap_security": "none", "import_history": "true"}
        await house.directory.change(self.desk.email, settings=settings)
        account = await house.directory.account(self.desk.email)
        task = asyncio.ensure_future(self._source.poll(account, house.door.receive, StoredWatermarks(house.factory), house.directory))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def mailbox(desk: Desk, clock: MovedClock) -> AsyncIterator[Mailbox]:
    async with ImapStandIn() as server:
        yield Mailbox(desk, server, clock)


async def test_a_full_disk_turns_the_inbox_red_and_loses_nothing(mailbox: Mailbox, tmp_path: Path) -> None:
    """The mail stays on the server and the mark before it; the small one that still finds room is kept; later all is there, once."""
    blobs = tmp_path / "var" / "blobs"
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.parent.mkdir(exist_ok=True)
    blobs.write_bytes(b"")
    mailbox.server.mails = {1: LARGE, 2: SMALL}
    async with mailbox.read():
        view = await mailbox.until_health("failing")
        assert "Nothing was kept" in (view.last_error or "")
        assert await mailbox.ids() == ["<small@mail.example.com>"]
        assert await mailbox.mark() == "1:0"
        blobs.unlink()
        await mailbox.until_health("ok")
    assert await mailbox.ids() == ["<large@mail.example.com>", "<small@mail.example.com>"]
    assert await mailbox.mark() == "1:2"


async def test_new_uids_double_nothing(mailbox: Mailbox, clock: MovedClock) -> None:
    mailbox.server.mails = {7: LARGE, 9: SMALL}
    async with mailbox.read():
        await mailbox.until_health("ok")
        mailbox.server.uidvalidity, mailbox.server.mails = 2, {1: SMALL, 2: LARGE, 3: mail("Another.", Message_ID="<third@mail.example.com>")}
        async with asyncio.timeout(20):
            while await mailbox.mark() != "2:3":
                await asyncio.sleep(0.05)
    assert await mailbox.ids() == ["<large@mail.example.com>", "<small@mail.example.com>", "<third@mail.example.com>"]
    assert (await mailbox.view()).last_seen_at == clock.now()


async def test_a_trouble_that_cannot_be_written_is_shown_all_the_same(desk: Desk, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is just when an inbox has to turn red."""
    directory = desk.estate.house.directory
    await directory.report(desk.email, None)
    real = directory._factory

    class Full:
        clock = real.clock
        reading = real.reading

        def __call__(self) -> object:
            raise StorageUnavailable

    monkeypatch.setattr(directory, "_factory", Full())
    await directory.report(desk.email, "No room.")
    view = await directory.view(desk.ines, desk.email)
    assert (view.health, view.last_error) == ("failing", "No room.")
    monkeypatch.setattr(directory, "_factory", real)
    await directory.report(desk.email, None)
    view = await directory.view(desk.ines, desk.email)
    assert (view.health, view.last_error) == ("ok", None)


async def test_a_renewed_secret_takes_the_old_ones_place(desk: Desk) -> None:
    directory = desk.estate.house.directory
    await directory.renew(desk.email, {"oauth_refresh_token": "the-next-consent"})
    assert (await directory.account(desk.email)).settings["oauth_refresh_token"] == "the-next-consent"
    assert (await directory.account(desk.email)).settings["smtp_host"] == "127.0.0.1"
