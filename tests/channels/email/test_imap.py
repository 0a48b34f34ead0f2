"""Polling a real IMAP server: nothing missed, nothing marked as fetched before it is kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from channels.contract import Account
from channels.email.imap import ImapSource
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable, Unavailable
from tests.channels.email.mails import ACCOUNT, account, mail
from tests.support.imap_server import PASSWORD, USER, ImapServer
from tests.support.intake import RememberedHealth, RememberedMarks, RememberingIntake


def letters(*names: str) -> list[bytes]:
    """Return mails that can be told apart."""
    return [mail(name, Message_ID=f"<{name}@mail.example.com>") for name in names]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with ImapServer(Path(tmp_path_factory.mktemp("imap"))) as server:
        yield server


class Polling:
    """A source at work on one folder of its own."""

    def __init__(self, server: ImapServer, clock: MovedClock, folder: str) -> None:
        self.server = server
        self.folder = folder
        self.intake, self.marks, self.health = RememberingIntake(), RememberedMarks(), RememberedHealth()
        self.account = account(
            imap_host="127.0.0.1",
            imap_port=str(server.port),
            imap_user=USER,
            imap_password=PASSWORD,
            imap_security="none",
            imap_folder=folder,
            poll_seconds="0.05",
            import_history="true",
        )
        self._source = ImapSource(clock)

    @property
    def mark(self) -> str | None:
        """Where the source stands."""
        return self.marks.now.get((self.account.inbox_id, f"imap:{self.folder}"))

    async def poll(self) -> None:
        """Poll until it ends, which it does by raising only."""
        await self._source.poll(self.account, self.intake.receive, self.marks, self.health)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Poll beside the test."""
        task = asyncio.ensure_future(self.poll())
        try:
            yield
            assert not task.done() or task.exception() is None, task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def polling(server: ImapServer, clock: MovedClock, request: pytest.FixtureRequest) -> Polling:
    """A source on a fresh folder, which takes history in."""
    polling = Polling(server, clock, f"T{abs(hash(request.node.name)) % 10**8}")
    await asyncio.to_thread(server.renew, folder=polling.folder)
    return polling


class TestPoll:
    async def test_fetches_in_order_byte_for_byte_and_leaves_the_mailbox_as_it_was(self, polling: Polling) -> None:
        await asyncio.to_thread(polling.server.put, *letters("one", "two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(3)
        assert polling.intake.bodies == letters("one", "two", "three")
        assert {payload.source for _, payload in polling.intake.kept} == {"email/imap"}
        assert await asyncio.to_thread(polling.server.flags, polling.folder) == [(), (), ()]

    async def test_fetches_what_comes_later(self, polling: Polling) -> None:
        async with polling.running():
            await polling.marks.until_moved()
            for number, letter in enumerate(letters("one", "two"), start=1):
                await asyncio.to_thread(polling.server.put, letter, folder=polling.folder)
                await polling.intake.until_kept(number)
        assert polling.intake.bodies == letters("one", "two")
        assert polling.health.said[-1] is None

    async def test_passes_over_what_lies_there_at_the_very_beginning(self, polling: Polling) -> None:
        polling.account = replace(polling.account, settings={**polling.account.settings, "import_history": "false"})
        await asyncio.to_thread(polling.server.put, *letters("old"), folder=polling.folder)
        async with polling.running():
            await polling.marks.until_moved()
            await asyncio.to_thread(polling.server.put, *letters("new"), folder=polling.folder)
            await polling.intake.until_kept(1)
        assert polling.intake.bodies == letters("new")

    async def test_goes_on_where_it_stood(self, polling: Polling) -> None:
        async with polling.running():
            await asyncio.to_thread(polling.server.put, *letters("one"), folder=polling.folder)
            await polling.intake.until_kept(1)
            await polling.marks.until_moved(2)
        await asyncio.to_thread(polling.server.put, *letters("two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(3)
        assert polling.intake.bodies == letters("one", "two", "three")

    async def test_moves_its_mark_only_after_the_mail_is_kept(self, polling: Polling) -> None:
        """A failure in the middle loses nothing: what was kept besides comes twice, and intake drops the copy."""
        await asyncio.to_thread(polling.server.put, *letters("one", "two", "three"), folder=polling.folder)
        polling.intake.fail(StorageUnavailable())
        with pytest.raises(StorageUnavailable):
            await polling.poll()
        assert polling.mark is not None
        assert polling.mark.endswith(":0")
        assert "database" in (polling.health.said[-1] or "")
        async with polling.running():
            await polling.intake.until_kept(5)
        assert set(polling.intake.bodies) == set(letters("one", "two", "three"))

    async def test_moves_its_mark_batch_by_batch(self, polling: Polling) -> None:
        names = [f"n{number}" for number in range(45)]
        await asyncio.to_thread(polling.server.put, *letters(*names), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(45)
            await polling.marks.until_moved(4)
        assert polling.intake.bodies == letters(*names)
        assert [int(mark.partition(":")[2]) - 100 for mark in polling.marks.history[1:]] == [20, 40, 45]

    async def test_reads_a_folder_again_whose_uids_mean_nothing_any_more(self, polling: Polling) -> None:
        await asyncio.to_thread(polling.server.put, *letters("one", "two"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(2)
            await polling.marks.until_moved(2)
        before = polling.mark
        await asyncio.to_thread(polling.server.renew, *letters("two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(4)
            await polling.marks.until_moved(3)
        assert polling.intake.bodies == letters("one", "two", "two", "three")
        assert (polling.mark or "").partition(":")[0] != (before or "").partition(":")[0]

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            pytest.param({"imap_port": "9"}, "IMAP at 127.0.0.1", id="nobody listens"),
            pytest.param({"imap_password": "yesterday's"}, "IMAP at 127.0.0.1", id="another password"),
            pytest.param({"imap_folder": "No such folder"}, "IMAP at 127.0.0.1", id="no such folder"),
        ],
    )
    async def test_says_why_it_cannot(self, polling: Polling, settings: dict[str, str], words: str) -> None:
        polling.account = replace(polling.account, settings={**polling.account.settings, **settings})
        with pytest.raises(Unavailable, match=words):
            await polling.poll()
        assert words in (polling.health.said[-1] or "")
        assert "yesterday" not in (polling.health.said[-1] or "")

    async def test_ends_when_the_server_goes(self, tmp_path: Path, clock: MovedClock) -> None:
        server = await asyncio.to_thread(ImapServer(tmp_path).__enter__)
        polling = Polling(server, clock, "INBOX")
        task = asyncio.ensure_future(polling.poll())
        await polling.marks.until_moved()
        await asyncio.to_thread(server.__exit__, None, None, None)
        with pytest.raises(Unavailable):
            await asyncio.wait_for(task, 20)


def test_wants_only_inboxes_that_name_a_server(clock: MovedClock) -> None:
    named: Account = account(imap_host="mail.example.com")
    assert [ImapSource(clock).is_wanted(one) for one in (ACCOUNT, account(imap_host=" "), named)] == [False, False, True]
