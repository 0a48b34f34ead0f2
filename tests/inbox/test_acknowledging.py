"""A new case is acknowledged by itself: once, to people, over the ordinary way out, and the case stays as it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.compose import Estate
from cases.models import Case
from cases.values import CaseStatus
from channels.contract import InboundMessage, Receipt, ReceiptState
from inbox import timeline
from inbox.errors import TooLate
from inbox.events import MessageReceived
from inbox.models import Acknowledgement, Delivery, EventRow, Message
from inbox.receipts import note_all
from inbox.repositories.acknowledgements import AcknowledgementRepository
from inbox.rules.acknowledging import MOST_HEARD
from inbox.values import DeliveryState, Draft, Taken
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.uow import UnitOfWork
from tests.inbox.conftest import Desk, answer
from tests.support import house
from tests.support import rows as made
from tests.support.house import count, registry_of, rows, said

TEXT = "We have it: case {case}. {inbox}"


@dataclass(frozen=True, slots=True)
class Courteous:
    """The desk, whose mail is acknowledged."""

    desk: Desk

    async def take(self, text: str = "Where is my lamp?", *, sender: str = "ada@example.com", **more: object) -> Taken:
        return await self.desk.estate.intake.take(mail(self.desk, text, sender=sender, **more))

    async def sent(self) -> list[tuple[str, str]]:
        """Carry what is due, and return to whom everything went so far, and what it says."""
        await self.desk.estate.outbox.drain()
        return [(one.recipient, one.text) for one in registry_of(self.desk.estate).sent["email"]]

    async def why(self, taken: Taken) -> str:
        [message] = [row for row in await rows(self.desk.estate.house.factory, Message) if row.id == taken.message_id]
        return message.placed_by

    async def case(self) -> Case:
        [case] = await rows(self.desk.estate.house.factory, Case)
        return case

    async def acknowledgement(self) -> Message:
        [message] = [row for row in await rows(self.desk.estate.house.factory, Message) if row.is_automatic and row.direction == "out"]
        return message

    async def delivery(self) -> Delivery:
        [delivery] = await rows(self.desk.estate.house.factory, Delivery)
        return delivery


def mail(desk: Desk, text: str = "Where is my lamp?", **more: object) -> InboundMessage:
    more.setdefault("subject", text)
    more.setdefault("sender", "ada@example.com")
    more.setdefault("external_id", f"<{text.replace(' ', '-')}@example.com>")
    return said(desk.email, text, kind=IdentityKind.EMAIL, **more)  # type: ignore[arg-type]


@pytest.fixture
async def inbox(desk: Desk) -> Courteous:
    await desk.estate.house.directory.change(desk.email, settings={"acknowledgement": TEXT})
    return Courteous(desk)


class TestSays:
    async def test_that_a_new_case_is_there_with_its_number(self, inbox: Courteous) -> None:
        taken = await inbox.take()
        assert await inbox.sent() == [("ada@example.com", f"We have it: case {(await inbox.case()).number}. Support")]
        assert "; acknowledged" in await inbox.why(taken)

    async def test_it_in_the_thread_of_the_mail_and_as_nobody(self, inbox: Courteous) -> None:
        taken = await inbox.take()
        await inbox.sent()
        [sent] = registry_of(inbox.desk.estate).sent["email"]
        assert (sent.is_automatic, sent.quoted, sent.subject, sent.conversation_id) == (True, None, "Where is my lamp?", taken.conversation_id)
        assert len(sent.references) == 1

    async def test_it_once_for_a_case(self, inbox: Courteous, clock: MovedClock) -> None:
        first = await inbox.take()
        clock.advance(hours=2)
        await inbox.take("And the plug?", subject="Re: Where is my lamp?")
        await inbox.take()
        assert len(await inbox.sent()) == 1
        [row] = await rows_of(inbox)
        assert row.case_id == first.case_id

    async def test_nothing_where_the_inbox_does_not(self, desk: Desk) -> None:
        taken = await Courteous(desk).take()
        assert await Courteous(desk).sent() == []
        assert "acknowledged" not in await Courteous(desk).why(taken)

    async def test_nothing_on_channels_that_have_no_such_setting(self, inbox: Courteous) -> None:
        await inbox.desk.estate.intake.take(said(inbox.desk.sms))
        assert await rows_of(inbox) == []

    async def test_it_in_the_timeline_as_the_system(self, inbox: Courteous) -> None:
        taken = await inbox.take()
        assert taken.case_id is not None
        desk = inbox.desk
        async with desk.estate.house.factory.reading() as uow:
            page = await timeline.of_case(uow, desk.ines, desk.estate.house.directory, taken.case_id, None, 50)
        said_by = [(entry.message.author_type, entry.message.is_automatic) for entry in page.items if entry.message]
        assert said_by == [("system", True), ("customer", False)]

    async def test_it_in_the_feed_after_the_message(self, inbox: Courteous) -> None:
        await inbox.take()
        told = [(row.kind, row.payload.get("agent_id", "")) for row in await rows(inbox.desk.estate.house.factory, EventRow)]
        assert told.index(("message.received", "")) < told.index(("message.sent", None))


async def rows_of(inbox: Courteous) -> list[Acknowledgement]:
    async with inbox.desk.estate.house.factory.reading() as uow:
        return list((await uow.session.execute(select(Acknowledgement).order_by(Acknowledgement.case_id))).scalars())


class TestLeaves:
    """The case as it was: an acknowledgement answers nobody."""

    async def test_the_case_new_unassigned_waiting_and_unanswered(self, inbox: Courteous, clock: MovedClock) -> None:
        at = clock.now()
        taken = await inbox.take()
        await inbox.sent()
        case = await inbox.case()
        assert (case.status, case.waiting_since, case.first_response_at, case.last_message_id) == (CaseStatus.NEW, at, None, taken.message_id)

    async def test_an_agent_free_to_answer_what_they_saw(self, inbox: Courteous, clock: MovedClock) -> None:
        """What was said by itself is nobody's answer, so nobody is asked whether they have seen it."""
        taken = await inbox.take()
        assert taken.case_id is not None
        draft = Draft(text="On its way!", option_key=f"c{taken.conversation_id}", seen_message_id=taken.message_id)
        async with inbox.desk.estate.house.factory() as uow:
            await inbox.desk.estate.house.replies.write(uow, inbox.desk.ines, taken.case_id, draft)
        clock.advance(seconds=11)
        assert [text for _, text in await until_sent(inbox, 2)][1] == "On its way!"

    async def test_a_case_that_waits_where_the_acknowledgement_did_not_arrive(self, inbox: Courteous, clock: MovedClock) -> None:
        taken = await inbox.take()
        await inbox.sent()
        await answer(inbox.desk, taken)
        message_id = (await inbox.acknowledgement()).id
        token = inbox.desk.estate.house.secrets.signed_id("delivery", message_id)
        async with inbox.desk.estate.house.factory() as uow:
            receipt = Receipt(inbox_id=inbox.desk.email, vendor_id="", state=ReceiptState.FAILED, error="550", tokens=(token,))
            assert await note_all(uow, [receipt], inbox.desk.estate.house.secrets) == [message_id]
        states = {row.message_id: row.state for row in await rows(inbox.desk.estate.house.factory, Delivery)}
        assert (states[message_id], (await inbox.case()).status) == (DeliveryState.FAILED, CaseStatus.PENDING)

    async def test_nothing_to_call_back(self, inbox: Courteous) -> None:
        await inbox.take()
        message_id = (await inbox.acknowledgement()).id
        with pytest.raises(TooLate):
            async with inbox.desk.estate.house.factory() as uow:
                await inbox.desk.estate.house.replies.undo(uow, inbox.desk.ines, message_id)


async def until_sent(inbox: Courteous, number: int) -> list[tuple[str, str]]:
    """Carry as often, since what was written later waits for what was written before."""
    for _ in range(number - 1):
        await inbox.sent()
    return await inbox.sent()


class TestRefuses:
    async def test_a_machine_and_says_so(self, inbox: Courteous) -> None:
        desk = inbox.desk
        taken = await desk.estate.intake.take(replace(mail(desk), is_automatic=True, no_answer="a header says that a program answered"))
        assert await inbox.sent() == []
        assert "; not acknowledged: a header says that a program answered" in await inbox.why(taken)

    async def test_what_comes_from_another_inbox_of_ours(self, inbox: Courteous) -> None:
        await inbox.desk.estate.house.directory.create(channel="email", name="Billing", address="Billing@desk.example", settings=house.EMAIL)
        taken = await inbox.take(sender="billing+x@desk.example")
        assert "not acknowledged: it comes from an address of ours" in await inbox.why(taken)

    async def test_an_agent(self, inbox: Courteous) -> None:
        async with inbox.desk.estate.house.factory() as uow:
            await made.agent(uow, "Bo", email="bo@desk.example")
        taken = await inbox.take(sender="Bo@Desk.example")
        assert "not acknowledged: an agent wrote it" in await inbox.why(taken)

    async def test_who_answers_what_somebody_else_was_written(self, inbox: Courteous) -> None:
        """A program that answers from an address of its own: each would open a case of its own, for ever."""
        await inbox.take()
        message = await inbox.acknowledgement()
        taken = await inbox.take("We have yours", sender="desk-4711@else.example", references=(message.external_id,))
        assert "not acknowledged: it answers what somebody else was written" in await inbox.why(taken)

    async def test_a_second_case_within_the_hour(self, inbox: Courteous, clock: MovedClock) -> None:
        for number in range(1, 7):
            await inbox.take(f"Lamp {number}", subject=f"Lamp {number}")
            clock.advance(minutes=20)
        assert len(await inbox.sent()) == 2
        assert await count(inbox.desk.estate.house.factory, Case) == 6

    async def test_a_second_case_in_the_same_batch(self, inbox: Courteous) -> None:
        await asyncio.gather(*(inbox.take(f"Lamp {number}", subject=f"Lamp {number}") for number in range(5)))
        assert len(await inbox.sent()) == 1

    async def test_more_than_somebody_writes_by_hand(self, inbox: Courteous, clock: MovedClock) -> None:
        """In a thread that goes back and forth; then something new from there."""
        for number in range(MOST_HEARD):
            await inbox.take(f"And again, {number}", subject="Lamp")
            clock.advance(minutes=1)
        await rest(inbox)
        taken = await inbox.take("Plug", subject="Plug")
        assert "not acknowledged: more than" in await inbox.why(taken)


async def rest(inbox: Courteous) -> None:
    """Forget the acknowledgements, so that only what came counts."""
    async with inbox.desk.estate.house.factory() as uow:
        await uow.session.execute(delete(Acknowledgement))


class TestOnce:
    @pytest.fixture
    async def other(self, database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
        """A second process on the same database."""
        async with house.built(database_url, tmp_path / "var", clock) as built:
            yield built

    async def test_whichever_process_takes_the_mail(self, inbox: Courteous, other: Estate) -> None:
        """The same mail to both, and then two mails of one sender: an hour has one acknowledgement."""
        desk = inbox.desk
        await asyncio.gather(desk.estate.intake.take(mail(desk)), other.intake.take(mail(desk)))
        for number in range(3):
            one, another = (
                mail(desk, f"Lamp {number}", sender=f"{'abc'[number]}@else.example"),
                mail(desk, f"Plug {number}", sender=f"{'abc'[number]}@else.example"),
            )
            await asyncio.gather(desk.estate.intake.take(one), other.intake.take(another))
        assert len(await rows_of(inbox)) == 4
        assert len(await inbox.sent()) == 4

    async def test_where_another_process_acknowledges_between_the_look_and_the_word(self, inbox: Courteous, monkeypatch: pytest.MonkeyPatch) -> None:
        """The constraint refuses the second, and the next look sees the first."""
        await inbox.take()
        sent, looks = AcknowledgementRepository.sent, []

        async def blind_at_first(self: AcknowledgementRepository, *among: object) -> list[tuple[int, str, datetime]]:
            looks.append(among)
            return [] if len(looks) == 1 else await sent(self, *among)  # type: ignore[arg-type]

        monkeypatch.setattr(AcknowledgementRepository, "sent", blind_at_first)
        taken = await inbox.take("Plug", subject="Plug")
        assert (len(looks), len(await rows_of(inbox))) == (2, 1)
        assert "acknowledged within the hour" in await inbox.why(taken)

    async def test_or_not_at_all_where_the_mail_is_not_kept(self, inbox: Courteous) -> None:
        """Case, message and acknowledgement are one transaction: a process that dies in between leaves nothing, and the mail comes again."""
        bus, fails = inbox.desk.estate.house.factory.bus, [True]

        async def die(_fact: MessageReceived, _uow: UnitOfWork) -> None:
            if fails:
                raise RuntimeError("died")

        bus.react(MessageReceived, die)
        with pytest.raises(RuntimeError):
            await inbox.take()
        assert (await rows_of(inbox), await rows(inbox.desk.estate.house.factory, Delivery)) == ([], [])
        fails.clear()
        await inbox.take()
        assert len(await inbox.sent()) == 1
