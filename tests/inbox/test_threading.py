"""Which conversation a message joins, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.threading import KnownThreads, fold_subject, pick
from inbox.values import ConversationHint
from kernel.claims import IdentityKind
from tests.support.house import said

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
ADA, BEN = 1, 2
MAIL, SMS = 7, 8


def hint(conversation_id: int, root_id: int = ADA, inbox_id: int = MAIL, subject: str | None = "lamp", days_ago: float = 1) -> ConversationHint:
    return ConversationHint(
        id=conversation_id, inbox_id=inbox_id, root_id=root_id, case_id=None, folded_subject=subject, last_message_at=NOW - timedelta(days=days_ago)
    )


KNOWN = KnownThreads(
    [hint(10), hint(11, subject="desk"), hint(12, subject="old", days_ago=8), hint(13, root_id=BEN, subject="bens"), hint(14, inbox_id=SMS, subject=None)],
    {(SMS, "+447700900001"): 14},
    {(MAIL, "<10@x>"): 10, (MAIL, "<11@x>"): 11, (MAIL, "<13@x>"): 13},
)
TOKENS = {"ten": 10, "bens": 13, "sms": 14}


@pytest.mark.parametrize(
    ("tokens", "references", "subject", "conversation_id", "reason"),
    [
        pytest.param(("ten",), (), "anything", 10, "reply token", id="by token"),
        pytest.param((), ("<11@x>", "<10@x>"), "anything", 11, "references", id="nearest reference first"),
        pytest.param((), ("<ghost@x>", "<10@x>"), "anything", 10, "references", id="past a parent never seen"),
        pytest.param(("bens",), ("<10@x>",), "anything", 10, "references", id="a foreign token, but an own reference"),
        pytest.param(("bens",), (), "Lamp", None, "somebody else", id="a stranger with a token stands alone"),
        pytest.param((), ("<13@x>",), "Lamp", None, "somebody else", id="a stranger with a reference stands alone"),
        pytest.param(("sms",), (), "fresh", None, "starts", id="a token of another inbox says nothing"),
        pytest.param((), (), "AW: Re[2]: LAMP", 10, "same subject", id="by subject"),
        pytest.param((), (), "Old", None, "starts", id="a subject from over a week ago"),
        pytest.param((), (), "bens", None, "starts", id="somebody else's subject"),
        pytest.param((), (), None, None, "starts", id="nothing to go by"),
    ],
)
def test_mail_joins(tokens: tuple[str, ...], references: tuple[str, ...], subject: str | None, conversation_id: int | None, reason: str) -> None:
    message = said(MAIL, sender="ada@x.example", kind=IdentityKind.EMAIL, subject=subject, references=references, reply_tokens=tokens)
    placement = pick(message, ADA, KNOWN, TOKENS.get, NOW)
    assert placement.conversation_id == conversation_id
    assert reason in placement.reason
    assert placement.is_stranger == ("somebody else" in reason)


@pytest.mark.parametrize(("sender", "conversation_id"), [pytest.param("+447700900001", 14, id="known"), pytest.param("+447700900002", None, id="new")])
def test_a_chat_joins_its_own_thread(sender: str, conversation_id: int | None) -> None:
    assert pick(said(SMS, sender=sender), ADA, KNOWN, TOKENS.get, NOW).conversation_id == conversation_id


@pytest.mark.parametrize(
    ("subject", "folded"),
    [
        pytest.param("Re: Lamp", "lamp", id="English"),
        pytest.param("AW: WG: Straße", "strasse", id="German"),
        pytest.param("回复：灯", "灯", id="Chinese, full-width colon"),
        pytest.param("Re[3]: Re: lamp  broke", "lamp broke", id="counted"),
        pytest.param("Regarding: lamp", "regarding: lamp", id="a word that only begins so"),
        pytest.param("Re:", None, id="nothing left"),
        pytest.param(None, None, id="none"),
    ],
)
def test_subjects_are_compared_without_marks(subject: str | None, folded: str | None) -> None:
    assert fold_subject(subject) == folded
