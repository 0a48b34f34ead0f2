"""Who else gets a reply: checked when it is written, shown to every agent, and never ourselves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import service as cases
from channels.contract import Receipt, ReceiptState
from channels.email.compose import compose
from channels.participants import Participant, Place, typed
from inbox import messages
from inbox.errors import UnfitReply
from inbox.models import Message
from inbox.receipts import note_all
from inbox.values import Draft, ReplyOption, Taken
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from tests.channels.email.mails import ACCOUNT, answer
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.house import registry_of, rows, said


async def asked(desk: Desk, *others: Participant, **how: object) -> Taken:
    """Let Ada write to the desk and to others."""
    mail = said(desk.email, "It broke", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp", **how)  # type: ignore[arg-type]
    return await desk.estate.intake.take(replace(mail, participants=others))


async def option(desk: Desk, taken: Taken) -> ReplyOption:
    """Return the default way to answer."""
    async with desk.estate.house.factory() as uow:
        replies = desk.estate.house.replies
        assert taken.case_id is not None
        return (await replies.ways.options(uow, desk.ines, await cases.get(uow, taken.case_id)))[0]


async def write(desk: Desk, taken: Taken, **draft: object) -> int:
    assert taken.case_id is not None
    async with desk.estate.house.factory() as uow:
        given = Draft(text="On its way!", option_key=f"c{taken.conversation_id}", **draft)  # type: ignore[arg-type]
        return await desk.estate.house.replies.write(uow, desk.ines, taken.case_id, given)


async def written_to(desk: Desk, message_id: int) -> list[object]:
    [message] = [row for row in await rows(desk.estate.house.factory, Message) if row.id == message_id]
    return message.participants or []


def cc(address: str, name: str | None = None) -> Participant:
    return Participant(address=address, name=name, role=Place.CC)


class TestOthers:
    async def test_travel_with_the_reply_in_their_places(self, desk: Desk, clock: MovedClock) -> None:
        message_id = await write(desk, await asked(desk), cc=("Ben Ode <ben@x.example>", "cleo@y.example"), bcc=("dora@z.example",))
        everybody = (cc("ben@x.example", "Ben Ode"), cc("cleo@y.example"), Participant(address="dora@z.example", role=Place.BCC))
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        [sent] = registry_of(desk.estate).sent["email"]
        assert (sent.recipient, sent.others) == ("ada@x.example", everybody)
        assert [one["role"] for one in await written_to(desk, message_id) if isinstance(one, dict)] == ["cc", "cc", "bcc"]

    @pytest.mark.parametrize(
        "ours",
        [
            pytest.param("support@desk.example", id="the inbox itself"),
            pytest.param("Support <SUPPORT+cabcdefghijklmnop@desk.example>", id="with a token"),
            pytest.param("sales@desk.example", id="another inbox, which is off"),
        ],
    )
    async def test_are_never_ourselves(self, desk: Desk, ours: str) -> None:
        """A desk that writes to itself answers itself."""
        directory = desk.estate.house.directory
        other = await directory.create(channel="email", name="Sales", address="Sales@desk.example", settings=house.EMAIL)
        await directory.change(other.id, is_on=False)
        taken = await asked(desk, cc("ben@x.example"), Participant(address=ours.rpartition("<")[2].rstrip(">")))
        assert (await option(desk, taken)).cc == (cc("ben@x.example"),)
        message_id = await write(desk, taken, cc=(ours, "ben@x.example"), bcc=(ours,))
        assert await written_to(desk, message_id) == [{"address": "ben@x.example", "name": None, "role": "cc"}]

    async def test_are_each_one_once_and_not_the_customer(self, desk: Desk) -> None:
        message_id = await write(desk, await asked(desk), cc=("Ada <ADA@x.example>", "ben@x.example"), bcc=("BEN@x.example",))
        assert await written_to(desk, message_id) == [{"address": "ben@x.example", "name": None, "role": "cc"}]

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            pytest.param({"cc": ("ben@x.example", "nobody")}, "“nobody” is not an address", id="no address"),
            pytest.param({"bcc": ("a@b.example\r\nBcc: spy@c.example",)}, "is not an address", id="a header smuggled in"),
            pytest.param({"cc": ("Ben\r\nBcc: spy@c.example <ben@x.example>, x@y.example",)}, "is not an address", id="several in one"),
            pytest.param({"cc": tuple(f"a{n}@b.example" for n in range(21))}, "at most 20 others; these are 21", id="21"),
            pytest.param({"cc": tuple(f"a{n}@b.example" for n in range(11)), "bcc": ("b@c.example",) * 10}, "at most 20", id="21 in both"),
        ],
    )
    async def test_are_refused_with_a_sentence(self, desk: Desk, wrong: dict[str, tuple[str, ...]], words: str) -> None:
        taken = await asked(desk)
        with pytest.raises(UnfitReply, match=words):
            await write(desk, taken, **wrong)
        assert len(await rows(desk.estate.house.factory, Message)) == 1

    async def test_are_refused_where_a_channel_reaches_one_person(self, desk: Desk) -> None:
        taken = await desk.estate.intake.take(said(desk.sms))
        with pytest.raises(UnfitReply, match="one person at a time"):
            await write(desk, taken, bcc=("ben@x.example",))


class TestNotReached:
    """What keeps a reply from one of the others is said beside it, whatever becomes of it for the customer."""

    async def sent(self, desk: Desk, clock: MovedClock) -> int:
        message_id = await write(desk, await asked(desk), cc=("ben@x.example", "cleo@y.example"))
        clock.advance(seconds=11)
        await desk.estate.outbox.drain()
        return message_id

    async def shown(self, desk: Desk, message_id: int) -> tuple[str, str | None]:
        async with desk.estate.house.factory.reading() as uow:
            view = (await messages.message(uow, desk.ines, desk.estate.house.directory, message_id)).delivery
        assert view is not None
        return view.state, view.error

    async def reported(self, desk: Desk, message_id: int, recipient: str, state: ReceiptState = ReceiptState.FAILED) -> None:
        token = desk.estate.house.secrets.signed_id("delivery", message_id)
        receipt = Receipt(inbox_id=desk.email, vendor_id="", state=state, error="550 5.1.1 unknown", tokens=(token,), recipient=recipient)
        async with desk.estate.house.factory() as uow:
            await note_all(uow, [receipt], desk.estate.house.secrets)

    async def test_because_the_server_refuses_them(self, desk: Desk, clock: MovedClock) -> None:
        registry_of(desk.estate).refused["ben@x.example"] = "450 4.2.0 Greylisted"
        message_id = await self.sent(desk, clock)
        assert await self.shown(desk, message_id) == ("sent", "Not delivered to ben@x.example: 450 4.2.0 Greylisted")
        clock.advance(hours=3)
        assert await desk.estate.outbox.drain() == 0
        await self.reported(desk, message_id, "ada@x.example", ReceiptState.DELIVERED)
        assert await self.shown(desk, message_id) == ("delivered", "Not delivered to ben@x.example: 450 4.2.0 Greylisted")

    async def test_because_it_came_back_does_not_fail_the_customers(self, desk: Desk, clock: MovedClock) -> None:
        message_id = await self.sent(desk, clock)
        await self.reported(desk, message_id, "Cleo@y.example")
        await self.reported(desk, message_id, "ben@x.example", ReceiptState.READ)
        assert await self.shown(desk, message_id) == ("sent", "Not delivered to cleo@y.example: 550 5.1.1 unknown")
        await self.reported(desk, message_id, "ada@x.example")
        assert (await self.shown(desk, message_id))[0] == "failed"

    async def test_is_tried_again_for_those_alone_who_do_not_have_it(self, desk: Desk, clock: MovedClock) -> None:
        message_id = await self.sent(desk, clock)
        await self.reported(desk, message_id, "cleo@y.example")
        await self.reported(desk, message_id, "ada@x.example")
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.replies.retry(uow, desk.ines, message_id)
        await desk.estate.outbox.drain()
        again = registry_of(desk.estate).sent["email"][-1]
        assert [(one.address, one.has_it) for one in again.others] == [("ben@x.example", True), ("cleo@y.example", False)]
        assert await self.shown(desk, message_id) == ("sent", None)


class TestReplyToAll:
    async def test_adds_whom_the_newest_message_was_written_to(self, desk: Desk, clock: MovedClock) -> None:
        first = await asked(desk, cc("old@x.example"), external_id="<1@x>")
        clock.advance(minutes=1)
        ada = Participant(address="Ada@x.example")
        await asked(
            desk, Participant(address="ben@x.example", name="Ben"), ada, cc("no address"), cc("cleo@y.example"), external_id="<2@x>", references=("<1@x>",)
        )
        assert (await option(desk, first)).cc == (cc("ben@x.example", "Ben"), cc("cleo@y.example"))

    async def test_adds_nobody_to_a_channel_that_reaches_one(self, desk: Desk) -> None:
        assert (await option(desk, await desk.estate.intake.take(said(desk.sms)))).cc == ()


@given(text=st.one_of(st.text(max_size=60), st.from_regex(r"\A[^<>]{0,9}<?[^<>\n]{1,30}@[\w.-]{1,30}>?\Z")))
def test_whoever_is_taken_for_an_address_can_be_written_to(text: str) -> None:
    found = typed(text, Place.CC)
    if found is not None:
        head, _, _ = compose(ACCOUNT, answer(others=(found,))).partition(b"\r\n\r\n")
        assert head.count(b"\r\nCc: ") == 1
        assert b"\r\nBcc" not in head


@pytest.mark.parametrize(("name", "shown"), [("Ada Quist", "Ada Quist"), (None, None)], ids=["a name", "nothing but an address"])
async def test_a_reply_goes_to_a_name_where_there_is_one(desk: Desk, clock: MovedClock, name: str | None, shown: str | None) -> None:
    mail = said(desk.email, "It broke", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp", name=name)
    await write(desk, await desk.estate.intake.take(mail))
    clock.advance(seconds=11)
    await desk.estate.outbox.drain()
    assert registry_of(desk.estate).sent["email"][0].recipient_name == shown
