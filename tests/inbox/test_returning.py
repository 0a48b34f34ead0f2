"""What comes to the return address of a mail of ours and is no report: it belongs to the conversation of that mail."""

import pytest

from cases.models import Case
from channels.contract import RawPayload
from channels.email.returns import return_address
from inbox.models import Message
from inbox.threading import KnownThreads, pick
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from tests.channels.email.mails import mail
from tests.inbox.conftest import Desk, answer
from tests.inbox.test_threading import ADA, BEN, MAIL, NOW, SMS, hint
from tests.support.house import rows, said

ABSENCE = {"From": "Ada Quist <ada@example.com>", "Subject": "Automatic reply: out of office", "Auto-Submitted": "auto-replied", "Return-Path": "<>"}


def nobody(_token: str) -> None:
    """There are no reply tokens here."""


def known(root_id: int = ADA, inbox_id: int = MAIL) -> KnownThreads:
    return KnownThreads([hint(10, root_id, inbox_id), hint(11, subject="desk")], {}, {(MAIL, "<11@x>"): 11}, {"sent": 10})


@pytest.mark.parametrize(
    ("tokens", "threads", "conversation_id", "reason"),
    [
        pytest.param(("sent",), known(), 10, "return address", id="before what it answers"),
        pytest.param(("forged", "sent"), known(), 10, "return address", id="past a token that is none"),
        pytest.param(("forged",), known(), 11, "references", id="none of ours"),
        pytest.param(("sent",), known(inbox_id=SMS), 11, "references", id="a token of another inbox says nothing"),
    ],
)
def test_joins(tokens: tuple[str, ...], threads: KnownThreads, conversation_id: int, reason: str) -> None:
    message = said(MAIL, sender="ada@x.example", kind=IdentityKind.EMAIL, references=("<11@x>",), delivery_tokens=tokens)
    placement = pick(message, ADA, threads, nobody, NOW)
    assert (placement.conversation_id, reason in placement.reason) == (conversation_id, True)


def test_a_stranger_stands_alone() -> None:
    message = said(MAIL, sender="eve@x.example", kind=IdentityKind.EMAIL, delivery_tokens=("sent",))
    placement = pick(message, BEN, known(), nobody, NOW)
    assert (placement.conversation_id, placement.is_stranger) == (None, True)


async def test_an_absence_notice_that_names_no_mail_of_ours(desk: Desk, clock: MovedClock) -> None:
    house = desk.estate.house
    asked = mail("Where is my lamp?", Subject="Lamp")
    [taken] = (await house.door.receive(desk.email, payload(asked, clock))).taken
    answer_id = await answer(desk, taken)
    account = await house.directory.account(desk.email)
    to = return_address(account, house.secrets.signed_id("delivery", answer_id))
    notice = mail("I am away until Monday.", Message_ID="<away@mail.example.com>", To=to, **ABSENCE)
    await house.door.receive(desk.email, payload(notice, clock))
    asked_row, _, away = await rows(house.factory, Message)
    assert (away.conversation_id, away.case_id, away.is_automatic) == (asked_row.conversation_id, asked_row.case_id, True)
    assert "return address" in away.placed_by
    assert len(await rows(house.factory, Case)) == 1


def payload(raw: bytes, clock: MovedClock) -> RawPayload:
    return RawPayload(source="email/imap", content_type="message/rfc822", body=raw, received_at=clock.now())
