"""The way in: exactly once in effect, many to a commit, nothing half-taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cases.events import CaseOpened
from cases.models import Case
from channels.contract import InboundFile, RawPayload
from identity_resolution.models import Customer
from inbox.events import MessageReceived
from inbox.intake import MOST_A_BATCH
from inbox.models import Attachment, Conversation, Delivery, EventRow, Message, RawPayloadRow
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.errors import StorageUnavailable
from tests.inbox.conftest import Desk
from tests.support.house import count, rows, said


class TestOnce:
    async def test_keeps_a_message_with_all_that_belongs_to_it(self, desk: Desk, clock: MovedClock) -> None:
        raw = RawPayload(source="sms", content_type="application/x-www-form-urlencoded", body=b"Body=Where", received_at=clock.now())
        file = InboundFile(name="lamp.png", media_type="image/png", content=b"\x89PNG")
        taken = await desk.estate.intake.take(said(desk.sms, files=(file,), raw=raw))
        factory = desk.estate.house.factory
        [message], [case] = await rows(factory, Message), await rows(factory, Case)
        [conversation], [customer] = await rows(factory, Conversation), await rows(factory, Customer)
        [attachment], [payload] = await rows(factory, Attachment), await rows(factory, RawPayloadRow)
        assert (taken.message_id, taken.case_id, taken.conversation_id) == (message.id, case.id, conversation.id)
        assert (message.customer_id, conversation.case_id, case.team_id) == (customer.id, case.id, desk.team_id)
        assert (attachment.message_id, attachment.size) == (message.id, 4)
        assert (payload.message_id, payload.state) == (message.id, "kept")
        assert await desk.estate.house.blobs.get(attachment.digest) == b"\x89PNG"

    @pytest.mark.parametrize("at_once", [pytest.param(False, id="one after the other"), pytest.param(True, id="at the same time")])
    async def test_takes_a_repeated_message_once(self, desk: Desk, at_once: bool) -> None:
        take, message = desk.estate.intake.take, said(desk.sms)
        answers = await asyncio.gather(take(message), take(message), take(message)) if at_once else [await take(message) for _ in range(3)]
        assert len({answer.message_id for answer in answers}) == 1
        assert sorted(answer.is_duplicate for answer in answers) == [False, True, True]
        assert [await count(desk.estate.house.factory, row) for row in (Message, Case, Customer)] == [1, 1, 1]

    async def test_keeps_the_same_id_with_other_content(self, desk: Desk) -> None:
        await desk.estate.intake.take(said(desk.sms, "first", external_id="SM1"))
        await desk.estate.intake.take(said(desk.sms, "second", external_id="SM1"))
        assert [message.text for message in await rows(desk.estate.house.factory, Message)] == ["first", "second"]

    async def test_keeps_the_same_id_in_two_inboxes(self, desk: Desk) -> None:
        for inbox_id in (desk.sms, desk.telegram):
            await desk.estate.intake.take(said(inbox_id, external_id="1"))
        assert await count(desk.estate.house.factory, Message) == 2

    async def test_takes_what_no_database_wants(self, desk: Desk) -> None:
        message = said(desk.sms, "nul \x00 and half a pair \ud800", external_id="x\x00" * 2000, sender="+4477009\x0000001", thread_key="\x00")
        taken = await desk.estate.intake.take(message)
        again = await desk.estate.intake.take(message)
        assert taken.message_id is not None
        assert again.message_id == taken.message_id
        assert "\x00" not in (await rows(desk.estate.house.factory, Message))[0].text


class TestTogether:
    async def test_shares_commits_among_all_that_wait(self, desk: Desk) -> None:
        commits: list[int] = []
        desk.estate.bus.react_to_all(MessageReceived, lambda facts, _uow: _note(commits, len(facts)))
        answers = await asyncio.gather(*(desk.estate.intake.take(said(desk.sms, sender=f"+4477009{n:05}")) for n in range(100)))
        assert len({answer.case_id for answer in answers}) == 100
        assert sum(commits) == 100
        assert len(commits) <= 4

    async def test_keeps_the_order_of_a_conversation(self, desk: Desk) -> None:
        await asyncio.gather(*(desk.estate.intake.take(said(desk.sms, f"part {n}")) for n in range(20)))
        messages = await rows(desk.estate.house.factory, Message)
        assert [message.text for message in messages] == [f"part {n}" for n in range(20)]
        assert len({(message.conversation_id, message.case_id, message.customer_id) for message in messages}) == 1

    async def test_lets_a_new_customers_first_two_messages_meet(self, desk: Desk) -> None:
        mails = [
            said(desk.email, "It broke", sender="Ada@x.example", kind=IdentityKind.EMAIL, external_id="<1@x>", subject="Lamp"),
            said(desk.email, "Still broken", sender="ada@x.example", kind=IdentityKind.EMAIL, external_id="<2@x>", subject="Re: Lamp", references=("<1@x>",)),
        ]
        await asyncio.gather(*map(desk.estate.intake.take, mails))
        first, second = await rows(desk.estate.house.factory, Message)
        assert (first.conversation_id, first.case_id) == (second.conversation_id, second.case_id)
        assert "references" in second.placed_by


class TestFailing:
    async def test_leaves_nothing_behind_when_a_reaction_fails(self, desk: Desk) -> None:
        """No half-taken messages: the vendor will send it again."""

        async def fail(_fact: CaseOpened, _uow: object) -> None:
            raise RuntimeError("no")

        desk.estate.bus.react(CaseOpened, fail)
        with pytest.raises(RuntimeError):
            await desk.estate.intake.take(said(desk.sms))
        assert [await count(desk.estate.house.factory, row) for row in (Customer, Case, Message, EventRow, Delivery)] == [0, 0, 0, 0, 0]

    async def test_buries_the_one_that_cannot_be_placed_and_keeps_the_others(self, desk: Desk, clock: MovedClock) -> None:
        async def fail(fact: MessageReceived, uow: object) -> None:
            del uow
            if fact.inbox_id == desk.telegram:
                raise RuntimeError("no")

        desk.estate.bus.react(MessageReceived, fail)
        raw = RawPayload(source="telegram", content_type="application/json", body=b"{}", received_at=clock.now())
        answers = await asyncio.gather(
            desk.estate.intake.take(said(desk.sms, "one")),
            desk.estate.intake.take(said(desk.telegram, "bad", raw=raw)),
            desk.estate.intake.take(said(desk.sms, "two")),
        )
        assert [answer.dead_letter_id is None for answer in answers] == [True, False, True]
        assert [message.text for message in await rows(desk.estate.house.factory, Message)] == ["one", "two"]
        [letter] = await rows(desk.estate.house.factory, RawPayloadRow)
        assert (letter.state, letter.code) == ("dead", "intake.failed")


class TestEnding:
    async def test_keeps_what_is_in_the_batch_when_its_sender_hangs_up(self, desk: Desk) -> None:
        taking = asyncio.ensure_future(desk.estate.intake.take(said(desk.sms)))
        async with held_up(desk):
            taking.cancel()
            await asyncio.wait([taking])
        assert taking.cancelled()
        again = await desk.estate.intake.take(said(desk.sms))
        assert again.is_duplicate

    async def test_tells_everybody_to_come_again_when_the_process_ends(self, desk: Desk) -> None:
        """Those in the batch and those behind it: nobody waits for ever."""
        taking = [asyncio.ensure_future(desk.estate.intake.take(said(desk.sms, f"part {n}"))) for n in range(MOST_A_BATCH + 5)]
        async with held_up(desk):
            await desk.estate.tasks.stop()
            answers = await asyncio.gather(*taking, return_exceptions=True)
        assert {type(answer) for answer in answers} == {StorageUnavailable}
        assert await count(desk.estate.house.factory, Message) == 0

    async def test_refuses_more_than_it_can_hold(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("inbox.intake.MOST_WAITING", 3)
        taking = [asyncio.ensure_future(desk.estate.intake.take(said(desk.sms, f"part {n}"))) for n in range(3)]
        async with held_up(desk):
            # The three are in a batch by now; these wait behind it.
            taking += [asyncio.ensure_future(desk.estate.intake.take(said(desk.sms, f"behind {n}"))) for n in range(3)]
            await asyncio.sleep(0)
            with pytest.raises(StorageUnavailable):
                await desk.estate.intake.take(said(desk.sms, "one too many"))
        await asyncio.gather(*taking)
        assert await count(desk.estate.house.factory, Message) == 6


@asynccontextmanager
async def held_up(desk: Desk) -> AsyncIterator[None]:
    """While this lasts, a batch stands in the middle of its transaction."""
    arrived, released = asyncio.Event(), asyncio.Event()

    async def hold(_fact: CaseOpened, _uow: object) -> None:
        arrived.set()
        await released.wait()

    desk.estate.bus.react(CaseOpened, hold)
    await arrived.wait()
    yield
    released.set()


async def _note(commits: list[int], size: int) -> None:
    commits.append(size)
