"""Mails that a mailbox cannot be read past, and news that servers tell in their own way: nobody waits behind the one, none of the other is missed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.email.imap_box import Patience
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.channels.email.polling import Polling, letters
from tests.conftest import MOMENT
from tests.support.imap_stand_in import ImapStandIn

HASTY = Patience(silent_within=1, silent_at_work_within=1, open_within=2, look_within=2, idle_for=0.3, again_after=0.05, again_at_most=0.2)
# What comes is heard of, or not at all in a test's time.
LONG = replace(HASTY, silent_within=30, idle_for=60)


@pytest.fixture
async def server() -> AsyncIterator[ImapStandIn]:
    async with ImapStandIn() as server:
        yield server


@pytest.fixture
def polling(server: ImapStandIn, clock: MovedClock) -> Polling:
    return Polling(clock, server.port, patience=HASTY)


class TestPoison:
    async def test_that_ends_every_connection_holds_up_nobody(self, server: ImapStandIn, polling: Polling) -> None:
        """Servers that stumble over one mail hang up instead of saying NO."""
        server.mails = dict(enumerate(letters(*"abcdefgh"), start=1))
        server.breaks = {3, 6}
        async with polling.running():
            await polling.intake.until_kept(6)
            assert "ends whenever the mail 3 of INBOX is fetched" in await polling.health.until_red("whenever")
            connections = server.connections
            server.put(letters("i")[0])
            await polling.intake.until_kept(7)
            assert server.connections == connections
        assert polling.intake.bodies == letters(*"abdeghi")
        assert polling.mark == "1:2"

    async def test_is_asked_for_again_after_a_while(self, server: ImapStandIn, clock: MovedClock) -> None:
        polling = Polling(clock, server.port, patience=replace(HASTY, broken_again_after=0.3))
        server.mails = dict(enumerate(letters("one", "two"), start=1))
        server.breaks = {1}
        async with polling.running():
            await polling.intake.until_kept(1)
            server.breaks = set()
            await polling.intake.until_kept(2)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("two", "one")
        assert polling.mark == "1:2"

    async def test_of_which_no_size_is_said_is_fetched_all_the_same(self, server: ImapStandIn, polling: Polling) -> None:
        server.mails = dict(enumerate(letters("one", "two", "three"), start=1))
        server.refused_sizes = {2}
        async with polling.running():
            await polling.intake.until_kept(3)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("one", "two", "three")
        assert server.connections == 1

    async def test_however_many_are_refused_those_behind_them_come(self, server: ImapStandIn, polling: Polling) -> None:
        server.mails = dict(enumerate(letters(*[f"n{number}" for number in range(101)]), start=1))
        server.refused = set(range(1, 101))
        async with polling.running():
            await polling.intake.until_kept(1)
            await polling.health.until_red("does not give the mail")
        assert polling.intake.bodies == letters("n100")

    async def test_a_full_disk_is_not_tried_with_every_mail_there_is(self, server: ImapStandIn, clock: MovedClock) -> None:
        polling = Polling(clock, server.port, patience=replace(HASTY, again_after=60, again_at_most=60))
        server.mails = dict(enumerate(letters(*[f"n{number}" for number in range(200)]), start=1))
        polling.intake.fail(*[StorageUnavailable()] * 200)
        async with polling.running():
            await polling.health.until_red("Nothing was kept")
            assert polling.intake.asked == 60


class TestServer:
    async def test_that_lets_us_in_and_then_says_nothing_turns_the_inbox_red(self, server: ImapStandIn, clock: MovedClock) -> None:
        """However long it takes to find out: such a connection has not done its work."""
        polling = Polling(clock, server.port, patience=replace(HASTY, settled_after=0.0))
        server.hangs_at = "SEARCH"
        async with polling.running():
            await polling.health.until_red("IMAP at 127.0.0.1")
            server.hangs_at = "nothing"
            await polling.health.until_well()


class TestNews:
    async def test_told_before_the_wait_is_not_waited_for(self, server: ImapStandIn, clock: MovedClock) -> None:
        """A mail that came while we looked is told of with the answer to that, and never again."""
        polling = Polling(clock, server.port, patience=LONG)
        server.mails = dict(enumerate(letters("one"), start=1))
        async with polling.running():
            await polling.intake.until_kept(1)
            while "IDLE" not in server.said:
                await asyncio.sleep(0.01)
            server.late = letters("two")[0]
            server.stir()
            await asyncio.wait_for(polling.intake.until_kept(2), 5)

    async def test_is_asked_for_where_a_server_only_says_that_it_has_idle(self, server: ImapStandIn, polling: Polling) -> None:
        server.refuses_idle = True
        async with polling.running():
            await polling.health.until_well()
            server.mails[1] = letters("one")[0]
            await polling.intake.until_kept(1)
        assert server.connections == 1
        assert set(polling.health.said) == {None}


class TestBeginning:
    async def test_is_when_the_inbox_was_set_up_though_the_server_let_us_in_later(self, server: ImapStandIn, polling: Polling, clock: MovedClock) -> None:
        """A password that is put right an hour later loses nobody's mail."""
        polling.change(import_history="false")
        server.knows_password = False
        async with polling.running():
            await polling.health.until_red("the sign-in was refused")
        server.mails = dict(enumerate(letters("old", "new"), start=7))
        server.arrived = {7: MOMENT - timedelta(seconds=1), 8: MOMENT + timedelta(minutes=30)}
        clock.advance(hours=1)
        server.knows_password = True
        async with polling.running():
            await polling.intake.until_kept(1)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("new")
        assert polling.mark == "1:8"

    async def test_stands_when_the_folder_gets_new_uids(self, server: ImapStandIn, polling: Polling) -> None:
        """What was passed over then, years of mail, does not become new by that."""
        polling.change(import_history="false")
        server.mails = dict(enumerate(letters(*[f"old{number}" for number in range(50)]), start=1))
        async with polling.running():
            await polling.health.until_well()
            server.put(letters("new")[0])
            await polling.intake.until_kept(1)
            server.uidvalidity, server.mails = 2, dict(enumerate([*server.mails.values(), *letters("newer")], start=1))
            server.arrived = {51: MOMENT + timedelta(minutes=1), 52: MOMENT + timedelta(minutes=2)}
            await polling.intake.until_kept(3)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("new", "new", "newer")
        assert polling.mark == "2:52"

    async def test_of_a_folder_that_was_read_before_this_was_written_down_is_its_first_mail(self, server: ImapStandIn, polling: Polling) -> None:
        polling.change(import_history="false")
        await polling.marks.put(polling.account.inbox_id, "imap:INBOX", "1:5")
        server.uidvalidity, server.mails = 2, dict(enumerate(letters("one", "two"), start=1))
        async with polling.running():
            await polling.intake.until_kept(2)
        assert polling.intake.bodies == letters("one", "two")

    async def test_stands_when_the_inbox_names_another_mailbox_whose_uids_are_the_same_by_chance(self, server: ImapStandIn, polling: Polling) -> None:
        polling.change(import_history="false")
        async with polling.running():
            await polling.health.until_well()
            server.put(letters("one")[0])
            await polling.intake.until_kept(1)
        server.mails, server.arrived = dict(enumerate(letters("theirs"), start=1)), {1: MOMENT + timedelta(minutes=1)}
        polling.change(imap_user="sales")
        async with polling.running():
            await polling.intake.until_kept(2)
        assert polling.intake.bodies == letters("one", "theirs")
        async with polling.running():
            server.put(letters("more")[0])
            await polling.intake.until_kept(3)
        assert polling.intake.bodies[2:] == letters("more")
