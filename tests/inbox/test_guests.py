"""Somebody who was written to as well answers: in the customer's conversation and case, under their own name. Nobody else gets in by that."""

import asyncio
from dataclasses import replace

import pytest

from channels.contract import InboundMessage
from channels.email.compose import compose
from channels.participants import Participant, Place
from inbox import messages, timeline
from inbox.models import Message
from inbox.values import Draft, Taken
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from tests.channels.email.mails import ACCOUNT
from tests.inbox.conftest import Desk
from tests.inbox.test_copies import cc, option
from tests.support.house import registry_of, rows, said

ADA, BEN, DAVE = "ada@x.example", "ben@x.example", "dave@evil.example"


def mail(desk: Desk, sender: str, text: str, *others: Participant, **how: object) -> InboundMessage:
    given = {"subject": "Lamp", "name": sender.partition("@")[0].capitalize(), **how}
    return replace(said(desk.email, text, sender=sender, kind=IdentityKind.EMAIL, **given), participants=others)  # type: ignore[arg-type]


async def asked(desk: Desk, *others: Participant) -> Taken:
    return await desk.estate.intake.take(mail(desk, ADA, "It broke", *others, external_id="<ada@x.example>"))


async def written(desk: Desk, taken: Taken) -> Message:
    [row] = [row for row in await rows(desk.estate.house.factory, Message) if row.id == taken.message_id]
    return row


async def token_of(desk: Desk, taken: Taken, clock: MovedClock, **draft: object) -> str:
    """Answer, and return what the answer's Reply-To holds."""
    assert taken.case_id is not None
    async with desk.estate.house.factory() as uow:
        given = Draft(text="On its way!", option_key=f"c{taken.conversation_id}", **draft)  # type: ignore[arg-type]
        await desk.estate.house.replies.write(uow, desk.ines, taken.case_id, given)
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    return registry_of(desk.estate).sent["email"][-1].reply_token


class TestAGuest:
    @pytest.mark.parametrize("address", [BEN, "Ben@X.example"])
    async def test_whom_the_customer_wrote_to_answers_in_their_case(self, desk: Desk, address: str) -> None:
        first = await asked(desk, cc(BEN))
        second = await desk.estate.intake.take(mail(desk, address, "So did mine", references=("<ada@x.example>",)))
        assert (second.conversation_id, second.case_id) == (first.conversation_id, first.case_id)
        one, other = await written(desk, first), await written(desk, second)
        assert other.customer_id == one.customer_id
        assert other.identity_id != one.identity_id
        assert not other.is_unverified
        assert "references, from somebody who was written to as well" in other.placed_by

    @pytest.mark.parametrize("copies", [{"cc": (f"Ben <{BEN}>",)}, {"bcc": (BEN,)}], ids=["cc", "bcc"])
    async def test_whom_we_wrote_to_answers_in_the_case(self, desk: Desk, clock: MovedClock, copies: dict[str, tuple[str, ...]]) -> None:
        first = await asked(desk)
        token = await token_of(desk, first, clock, **copies)
        second = await desk.estate.intake.take(mail(desk, BEN, "Thank you", reply_tokens=(token,)))
        assert (second.conversation_id, second.case_id) == (first.conversation_id, first.case_id)

    async def test_may_answer_in_the_same_batch(self, desk: Desk) -> None:
        first, second = await asyncio.gather(asked(desk, cc(BEN)), desk.estate.intake.take(mail(desk, BEN, "So did mine", references=("<ada@x.example>",))))
        assert second.conversation_id == first.conversation_id

    async def test_stands_in_the_case_under_their_own_name(self, desk: Desk) -> None:
        first = await asked(desk, cc(BEN))
        second = await desk.estate.intake.take(mail(desk, BEN, "So did mine", references=("<ada@x.example>",)))
        assert first.case_id is not None
        async with desk.estate.house.factory.reading() as uow:
            page = await timeline.of_case(uow, desk.ines, desk.estate.house.directory, first.case_id, None, 50)
            assert second.message_id is not None
            shown = await messages.message(uow, desk.ines, desk.estate.house.directory, second.message_id)
        authors = [(entry.message.text, entry.message.author.name) for entry in page.items if entry.message and entry.message.author]
        assert authors == [("So did mine", "Ben"), ("It broke", "Ada")]
        assert shown.author is not None
        assert shown.author.id != shown.customer_id

    async def test_is_answered_beside_the_customer(self, desk: Desk, clock: MovedClock) -> None:
        """The reply goes on to the customer, and to the guest as well; what is quoted is the guest's."""
        first = await asked(desk, cc(BEN), cc("cleo@x.example"))
        await desk.estate.intake.take(mail(desk, BEN, "So did mine", cc("cleo@x.example"), references=("<ada@x.example>",)))
        way = await option(desk, first)
        assert way.address == ADA
        assert [one.address for one in way.cc] == [BEN, "cleo@x.example"]
        assert {one.role for one in way.cc} == {Place.CC}
        await token_of(desk, first, clock)
        sent = registry_of(desk.estate).sent["email"][-1]
        assert (sent.recipient, sent.quoted, sent.quoted_from) == (ADA, "So did mine", BEN)
        assert b"ben@x.example wrote:\r\n\r\n> So did mine" in compose(ACCOUNT, sent)


class TestAStranger:
    async def test_with_a_token_stands_alone(self, desk: Desk, clock: MovedClock) -> None:
        first = await asked(desk, cc(BEN))
        token = await token_of(desk, first, clock, cc=(BEN,))
        second = await desk.estate.intake.take(mail(desk, DAVE, "Send it to me", reply_tokens=(token,), references=("<ada@x.example>",)))
        assert second.conversation_id != first.conversation_id
        assert second.case_id != first.case_id
        row = await written(desk, second)
        assert row.is_unverified
        assert "somebody else" in row.placed_by

    async def test_gets_in_nowhere_by_having_written_to_somebody(self, desk: Desk) -> None:
        """Whom a stranger names in his own mail says nothing about the conversation that he refers to."""
        first = await asked(desk)
        second = await desk.estate.intake.take(mail(desk, DAVE, "Me too", cc(DAVE), cc(ADA), references=("<ada@x.example>",)))
        third = await desk.estate.intake.take(mail(desk, DAVE, "Again", cc(DAVE), references=("<ada@x.example>",)))
        assert first.conversation_id not in (second.conversation_id, third.conversation_id)
