"""Polling a real IMAP server: nothing missed, nothing marked as fetched before it is kept."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from channels.contract import Account
from channels.email.imap import ImapSource
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.channels.email.mails import ACCOUNT, account
from tests.channels.email.polling import Polling, letters
from tests.conftest import MOMENT
from tests.support.imap_server import ImapServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with ImapServer(Path(tmp_path_factory.mktemp("imap"))) as server:
        yield server


@pytest.fixture
async def polling(server: ImapServer, clock: MovedClock, request: pytest.FixtureRequest) -> Polling:
    """A source on a fresh folder, which takes history in."""
    polling = Polling(clock, server.port, folder=f"T{abs(hash(request.node.name)) % 10**8}")
    await asyncio.to_thread(server.renew, folder=polling.folder)
    return polling


class TestPoll:
    async def test_fetches_in_order_byte_for_byte_and_leaves_the_mailbox_as_it_was(self, polling: Polling, server: ImapServer) -> None:
        await asyncio.to_thread(server.put, *letters("one", "two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(3)
        assert polling.intake.bodies == letters("one", "two", "three")
        assert {payload.source for _, payload in polling.intake.kept} == {"email/imap"}
        assert await asyncio.to_thread(server.flags, polling.folder) == [(), (), ()]

    async def test_fetches_what_comes_later(self, polling: Polling, server: ImapServer) -> None:
        async with polling.running():
            await polling.marks.until_moved()
            for number, letter in enumerate(letters("one", "two"), start=1):
                await asyncio.to_thread(server.put, letter, folder=polling.folder)
                await polling.intake.until_kept(number)
        assert polling.intake.bodies == letters("one", "two")
        assert polling.health.said[-1] is None

    async def test_hears_of_new_mail_at_once(self, polling: Polling, server: ImapServer) -> None:
        """By IDLE: the next look by itself would come after 40 seconds."""
        waits = []
        async with polling.running():
            await polling.health.until_well()
            for number, letter in enumerate(letters("one", "two", "three"), start=1):
                await asyncio.sleep(0.1)
                await asyncio.to_thread(server.put, letter, folder=polling.folder)
                began = time.monotonic()
                await polling.intake.until_kept(number)
                waits.append(time.monotonic() - began)
        assert min(waits) < 1
        assert max(waits) < 5

    async def test_passes_over_what_lies_there_at_the_very_beginning(self, polling: Polling, server: ImapServer) -> None:
        polling.change(import_history="false")
        await asyncio.to_thread(server.put, *letters("old"), folder=polling.folder, came_at=MOMENT - timedelta(seconds=1))
        async with polling.running():
            await polling.marks.until_moved()
            await asyncio.to_thread(server.put, *letters("new"), folder=polling.folder)
            await polling.intake.until_kept(1)
        assert polling.intake.bodies == letters("new")

    async def test_goes_on_where_it_stood(self, polling: Polling, server: ImapServer) -> None:
        async with polling.running():
            await asyncio.to_thread(server.put, *letters("one"), folder=polling.folder)
            await polling.intake.until_kept(1)
            await polling.marks.until_moved(2)
        await asyncio.to_thread(server.put, *letters("two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(3)
        assert polling.intake.bodies == letters("one", "two", "three")

    async def test_moves_its_mark_only_after_the_mail_is_kept(self, polling: Polling, server: ImapServer) -> None:
        """One of three fails: the others are kept, the mark stays before it, and it comes again."""
        await asyncio.to_thread(server.put, *letters("one", "two", "three"), folder=polling.folder)
        polling.intake.fail(StorageUnavailable())
        async with polling.running():
            assert "database" in await polling.health.until_red()
            assert polling.intake.bodies == letters("two", "three")
            assert (polling.mark or "").endswith(":0")
            await polling.health.until_well()
        assert polling.intake.bodies == letters("two", "three", "one")
        assert polling.intake.asked == 4
        assert (polling.mark or "").endswith(":103")

    async def test_moves_its_mark_batch_by_batch(self, polling: Polling, server: ImapServer) -> None:
        names = [f"n{number}" for number in range(45)]
        await asyncio.to_thread(server.put, *letters(*names), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(45)
            await polling.marks.until_moved(4)
        assert polling.intake.bodies == letters(*names)
        assert [int(mark.partition(":")[2]) - 100 for mark in polling.marks.history[1:]] == [20, 40, 45]

    async def test_reads_a_folder_again_whose_uids_mean_nothing_any_more(self, polling: Polling, server: ImapServer) -> None:
        await asyncio.to_thread(server.put, *letters("one", "two"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(2)
            await polling.marks.until_moved(2)
        before = polling.mark
        await asyncio.to_thread(server.renew, *letters("two", "three"), folder=polling.folder)
        async with polling.running():
            await polling.intake.until_kept(4)
            await polling.marks.until_moved(3)
        assert polling.intake.bodies == letters("one", "two", "two", "three")
        assert (polling.mark or "").partition(":")[0] != (before or "").partition(":")[0]

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            pytest.param({"imap_port": "9"}, "Connection refused", id="nobody listens"),
            pytest.param({"imap_host": "no..host"}, "IMAP at no..host", id="a host that can be none"),
            pytest.param({"imap_password": "yesterday's"}, "refused: [AUTHENTICATIONFAILED] Invalid", id="another password"),
            pytest.param({"imap_password": "yesterday's ø"}, "refused: [AUTHENTICATIONFAILED] Invalid", id="another password with other letters"),
            pytest.param({"imap_folder": "No such folder"}, "Mailbox does not exist", id="no such folder"),
        ],
    )
    async def test_says_why_it_cannot(self, polling: Polling, settings: dict[str, str], words: str) -> None:
        polling.change(**settings)
        async with polling.running():
            said = await polling.health.until_red()
        assert words in said
        assert "yesterday" not in said

    async def test_comes_back_when_the_server_does(self, tmp_path: Path, clock: MovedClock) -> None:
        """An outage: the inbox turns red, and what came meanwhile is fetched."""
        server = ImapServer(tmp_path)
        with server:
            polling = Polling(clock, server.port)
            polling.change(import_history="false")
            async with polling.running():
                await polling.health.until_well()
                await asyncio.to_thread(server.__exit__, None, None, None)
                await polling.health.until_red("IMAP at 127.0.0.1")
                await asyncio.to_thread(server.__enter__)
                await asyncio.to_thread(server.put, *letters("one", "two"))
                while not {*letters("one", "two")} <= {*polling.intake.bodies}:
                    await polling.intake.until_kept(len(polling.intake.kept) + 1)
                await polling.health.until_well()


def test_wants_only_inboxes_that_name_a_server(clock: MovedClock) -> None:
    named: Account = account(imap_host="mail.example.com")
    assert [ImapSource(clock).is_wanted(one) for one in (ACCOUNT, account(imap_host=" "), named)] == [False, False, True]
