"""One mail to two of our addresses: one message where the same people see both, two where they do not."""

import asyncio
from dataclasses import replace

import pytest

from cases.models import Case
from channels.contract import InboundMessage
from inbox.models import Message
from kernel.claims import IdentityKind
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.house import rows, said


def mail(inbox_id: int, text: str = "Where is my lamp?") -> InboundMessage:
    return said(inbox_id, text, sender="ada@example.com", kind=IdentityKind.EMAIL, subject="Lamp", external_id="<one@example.com>")


async def billing(desk: Desk, *, is_restricted: bool = False) -> int:
    made = await desk.estate.house.directory.create(
        channel="email", name="Billing", address="billing@desk.example", settings=house.EMAIL, team_id=desk.team_id, is_restricted=is_restricted
    )
    return made.id


@pytest.mark.parametrize("is_together", [pytest.param(True, id="in one batch"), pytest.param(False, id="one after the other")])
async def test_is_one_message_that_says_so(desk: Desk, is_together: bool) -> None:
    mails = [mail(desk.email), mail(await billing(desk))]
    take = desk.estate.intake.take
    first, second = await asyncio.gather(*map(take, mails)) if is_together else [await take(one) for one in mails]
    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert first.message_id == second.message_id
    [message] = await rows(desk.estate.house.factory, Message)
    assert message.inbox_id == desk.email
    assert message.placed_by.endswith("; the same mail came to Billing")


async def test_is_noted_once_however_often_it_comes(desk: Desk) -> None:
    other = await billing(desk)
    for inbox_id in (desk.email, other, other, desk.email):
        await desk.estate.intake.take(mail(inbox_id))
    [message] = await rows(desk.estate.house.factory, Message)
    assert message.placed_by.count("came to Billing") == 1


async def test_is_two_where_others_see_the_second(desk: Desk) -> None:
    await desk.estate.intake.take(mail(desk.email))
    await desk.estate.intake.take(mail(await billing(desk, is_restricted=True)))
    assert len(await rows(desk.estate.house.factory, Message)) == 2
    assert len(await rows(desk.estate.house.factory, Case)) == 2


async def test_is_two_when_it_does_not_say_the_same(desk: Desk) -> None:
    await desk.estate.intake.take(mail(desk.email))
    await desk.estate.intake.take(mail(await billing(desk), "Something else"))
    assert len(await rows(desk.estate.house.factory, Message)) == 2


async def test_names_of_other_channels_are_their_inboxes_own(desk: Desk) -> None:
    """Two texts may have the same name in two accounts: nothing says that they are one."""
    other = await desk.estate.house.directory.create(channel="sms", name="More texts", address="+15005550007", settings=house.SMS, team_id=desk.team_id)
    one = said(desk.sms, external_id="SM1")
    await desk.estate.intake.take(one)
    await desk.estate.intake.take(replace(one, inbox_id=other.id, thread_key=one.thread_key))
    assert len(await rows(desk.estate.house.factory, Message)) == 2
