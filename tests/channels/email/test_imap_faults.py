"""What mail servers, disks and lines do to us while mail is fetched: nothing is lost, nothing blocks the rest, and the inbox says so."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.email.adapter import EmailAdapter
from channels.email.imap_box import BEGINNING, Patience
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.channels.email.mails import ACCOUNT, mail
from tests.channels.email.polling import Polling, letters
from tests.support import torture
from tests.support.imap_stand_in import Huge, ImapStandIn

HASTY = Patience(silent_within=1, silent_at_work_within=1, open_within=2, look_within=2, idle_for=0.3, again_after=0.05, again_at_most=0.5)


@pytest.fixture
async def server() -> AsyncIterator[ImapStandIn]:
    async with ImapStandIn() as server:
        yield server


@pytest.fixture
def polling(server: ImapStandIn, clock: MovedClock) -> Polling:
    return Polling(clock, server.port, patience=HASTY)


class TestConnection:
    async def test_that_breaks_in_the_middle_of_a_mail_is_opened_again(self, server: ImapStandIn, polling: Polling) -> None:
        """Half a mail is no mail: the mark stays before it, and it comes whole."""
        server.mails = dict(enumerate(letters("one", "two"), start=1))
        server.drops = 2
        async with polling.running():
            await polling.health.until_red("IMAP at 127.0.0.1")
            assert (polling.mark, polling.intake.asked) == ("1:0", 0)
            await polling.intake.until_kept(2)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("one", "two")
        assert (polling.mark, server.connections) == ("1:2", 3)

    @pytest.mark.parametrize("abilities", ["IMAP4rev1 IDLE", "IMAP4rev1"])
    async def test_whose_other_end_vanishes_turns_the_inbox_red(self, server: ImapStandIn, polling: Polling, abilities: str) -> None:
        """Half-open: the line takes what we say and nothing comes back, not even an end. With the waits of the product it takes 60 seconds."""
        server.abilities = abilities
        polling.change(poll_seconds="30")
        async with polling.running():
            await polling.health.until_well()
            server.is_silent = True
            began = time.monotonic()
            await polling.health.until_red("does not answer")
            assert time.monotonic() - began < 10
            server.is_silent = False
            server.put(letters("one")[0])
            await polling.intake.until_kept(1)
            await polling.health.until_well()

    async def test_to_a_server_that_never_says_a_word_turns_the_inbox_red(self, server: ImapStandIn, polling: Polling) -> None:
        server.is_silent = True
        async with polling.running():
            assert "does not answer" in await polling.health.until_red()

    async def test_with_a_wrong_password_is_not_tried_time_after_time(self, server: ImapStandIn, polling: Polling) -> None:
        """Many servers lock out who does that; anything else would have been tried ten times by now."""
        server.knows_password = False
        async with polling.running():
            assert "the sign-in was refused: [AUTHENTICATIONFAILED] no" in await polling.health.until_red()
            await asyncio.sleep(1)
        assert server.connections == 1

    def test_is_known_as_dead_within_two_minutes(self) -> None:
        """The longest way: an IDLE begins as the peer vanishes, its end is not answered, and neither is the next connection."""
        patience = Patience()
        assert patience.idle_for + patience.silent_within + 2 * patience.again_after + patience.open_within <= 120
        assert patience.look_within <= 120
        assert patience.idle_for < 29 * 60

    async def test_that_ends_after_long_service_is_no_trouble_when_the_next_one_works(self, server: ImapStandIn, clock: MovedClock) -> None:
        polling = Polling(clock, server.port, patience=replace(HASTY, settled_after=0.0))
        async with polling.running():
            await polling.health.until_well()
            server.drop()
            server.put(letters("one")[0])
            await polling.intake.until_kept(1)
        assert server.connections == 2
        assert set(polling.health.said) == {None}

    async def test_is_ended_with_the_poller_at_once(self, server: ImapStandIn, polling: Polling) -> None:
        """Also while a thread waits for a server that says nothing."""
        server.is_silent = True
        async with polling.running():
            while not server.connections:
                await asyncio.sleep(0.01)
            began = time.monotonic()
        assert time.monotonic() - began < 0.8


class TestIdle:
    async def test_hears_what_comes_together_with_another_line(self, server: ImapStandIn, clock: MovedClock) -> None:
        """A mail between our last look and our IDLE: its line lies in a buffer, and nothing more comes over the wire."""
        polling = Polling(clock, server.port)
        server.idle_says = b"* 1 EXISTS\r\n"
        async with polling.running():
            await polling.health.until_well()
            server.mails[1] = letters("one")[0]
            await asyncio.wait_for(polling.intake.until_kept(1), 5)

    async def test_is_ended_and_begun_again(self, server: ImapStandIn, polling: Polling) -> None:
        async with polling.running():
            while server.said.count("IDLE") < 3:
                await asyncio.sleep(0.02)
        assert server.connections == 1


class TestFolder:
    async def test_that_gets_new_uids_is_read_again(self, server: ImapStandIn, polling: Polling) -> None:
        """All of it; what is known already, intake knows by its Message-ID."""
        server.mails = dict(enumerate(letters("one", "two"), start=5))
        async with polling.running():
            await polling.intake.until_kept(2)
            server.uidvalidity, server.mails = 2, dict(enumerate(letters("one", "two", "three"), start=1))
            await polling.intake.until_kept(5)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("one", "two", "one", "two", "three")
        assert polling.mark == "2:3"

    async def test_is_one_of_several(self, server: ImapStandIn, polling: Polling) -> None:
        polling.change(imap_folder='INBOX, "Orders, returns"')
        server.put(letters("one")[0])
        async with polling.running():
            await polling.intake.until_kept(2)
            await polling.health.until_well()
        assert {'EXAMINE "INBOX"', 'EXAMINE "Orders, returns"'} <= set(server.said)
        assert {name for _, name in polling.marks.now if name.startswith("imap:")} == {"imap:INBOX", "imap:Orders, returns"}

    async def test_brings_all_that_an_outage_held_up(self, server: ImapStandIn, polling: Polling) -> None:
        async with polling.running():
            await polling.health.until_well()
        names = [f"n{number}" for number in range(130)]
        server.mails = dict(enumerate(letters(*names), start=1))
        async with polling.running():
            await polling.intake.until_kept(130)
            await polling.health.until_well()
        assert polling.intake.bodies == letters(*names)
        assert polling.mark == "1:130"


class TestKeeping:
    async def test_fails_for_one_of_two_and_the_other_is_kept(self, server: ImapStandIn, polling: Polling) -> None:
        server.mails = dict(enumerate(letters("one", "two"), start=1))
        polling.intake.fail(RuntimeError("a mistake of ours"))
        async with polling.running():
            assert "RuntimeError" in await polling.health.until_red()
            assert polling.intake.bodies == letters("two")
            assert polling.mark == "1:0"
            await polling.intake.until_kept(2)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("two", "one")
        assert polling.mark == "1:2"

    async def test_waits_while_the_disk_is_full(self, server: ImapStandIn, polling: Polling) -> None:
        """The mail stays where it is, the mark too, the inbox is red; then all is there."""
        server.mails = dict(enumerate(letters("one", "two", "three"), start=1))
        polling.intake.fail(*[StorageUnavailable()] * 6)
        async with polling.running():
            assert "Nothing was kept" in await polling.health.until_red()
            assert (polling.intake.kept, polling.mark) == ([], "1:0")
            await polling.intake.until_kept(3)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("one", "two", "three")
        assert polling.mark == "1:3"
        assert not [command for command in server.said if command.startswith(("STORE", "UID STORE", "SELECT"))]

    async def test_goes_on_behind_a_mail_that_the_server_does_not_give(self, server: ImapStandIn, polling: Polling) -> None:
        server.mails = dict(enumerate(letters("one", "two", "three"), start=1))
        server.refused = {2}
        async with polling.running():
            assert "does not give the mail 2 of INBOX" in await polling.health.until_red()
            assert polling.intake.bodies == letters("one", "three")
            server.put(letters("four")[0])
            await polling.intake.until_kept(3)
            assert polling.mark == "1:1"
            server.refused = set()
            await polling.intake.until_kept(4)
            await polling.health.until_well()
        assert polling.intake.bodies == letters("one", "three", "four", "two")
        assert polling.mark == "1:4"


@pytest.mark.torture
async def test_nothing_is_lost_whatever_goes_wrong_and_however_often(server: ImapStandIn, clock: MovedClock) -> None:
    """Mail comes while connections drop in the middle of mails, the disk fills, the server refuses, falls silent, counts its UIDs anew, and we are restarted."""
    chance = torture.dice("a mailbox in trouble")
    polling = Polling(
        clock, server.port, patience=replace(HASTY, silent_within=0.3, silent_at_work_within=0.3, open_within=0.5, look_within=0.5, broken_again_after=0.1)
    )
    written = [letter for number in range(torture.size(40, 1500)) for letter in letters(f"n{number}")]
    troubles = ("drop", "cut", "disk", "mistake", "refused", "silent", "uids", "nothing", "nothing")
    waiting = list(reversed(written))
    while waiting:
        async with polling.running():
            for _ in range(chance.randint(1, 8)):
                for _ in range(min(len(waiting), chance.randint(0, 9))):
                    server.put(waiting.pop())
                await asyncio.sleep(chance.uniform(0, 0.1))
                server.refused, server.is_silent = set(), False
                match chance.choice(troubles):
                    case "drop":
                        server.drop()
                    case "cut":
                        server.drops = chance.randint(1, 3)
                    case "disk":
                        polling.intake.fail(*[StorageUnavailable()] * chance.randint(1, 30))
                    case "mistake":
                        polling.intake.fail(RuntimeError("a mistake of ours"))
                    case "refused":
                        server.refused = set(chance.sample(sorted(server.mails), k=min(3, len(server.mails))))
                    case "silent":
                        server.is_silent = True
                    case "uids":
                        server.uidvalidity, server.mails = server.uidvalidity + 1, dict(enumerate(server.mails.values(), start=chance.randint(1, 50)))
    server.refused, server.is_silent = set(), False
    async with polling.running(), asyncio.timeout(60):
        while polling.mark != f"{server.uidvalidity}:{max(server.mails)}":
            await asyncio.sleep(0.02)
        await polling.health.until_well()
    assert set(polling.intake.bodies) == set(written)


class TestHugeMail:
    @pytest.mark.parametrize("stated", [0, 10, 5_000, 100_000_000])
    async def test_that_is_none_is_whole_whatever_size_the_server_states(self, server: ImapStandIn, polling: Polling, stated: int) -> None:
        """Some servers only guess."""
        server.mails, server.sizes = {1: letters("one")[0]}, {1: stated}
        async with polling.running():
            await polling.intake.until_kept(1)
        [(_, payload)] = polling.intake.kept
        assert (payload.content_type, payload.body) == ("message/rfc822", letters("one")[0])

    @pytest.mark.parametrize("stated", [100_000_000, 1000], ids=["of 100 MB", "of 100 MB that the server thinks small"])
    async def test_comes_as_its_beginning_and_holds_up_nobody(self, server: ImapStandIn, clock: MovedClock, stated: int) -> None:
        polling = Polling(clock, server.port, patience=HASTY, most_bytes=1_000_000)
        huge = Huge(mail("Here are the plans.\n", Subject="Plans"), 100_000_000)
        server.mails, server.sizes = {1: letters("one")[0], 2: huge, 3: letters("three")[0]}, {2: stated}
        async with polling.running():
            await polling.intake.until_kept(3)
            await polling.health.until_well()
        first, plans, third = (payload for _, payload in polling.intake.kept)
        assert [first.body, third.body] == letters("one", "three")
        assert len(plans.body) == BEGINNING
        assert server.bytes_sent < 1_500_000
        [message] = EmailAdapter(clock).read(ACCOUNT, plans)
        assert (message.subject, message.text[:19]) == ("Plans", "Here are the plans.")  # type: ignore[union-attr]
        assert "only its beginning is here" in message.warnings[0]  # type: ignore[union-attr]
