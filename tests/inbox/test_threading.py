"""Which conversation a message joins, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.threading import KnownThreads, ancestors_of, fold_subject, pick
from inbox.values import ConversationHint
from kernel.claims import IdentityKind
from tests.support.house import said

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
ADA, BEN = 1, 2
MAIL, SMS = 7, 8


def hint(conversation_id: int, root_id: int = ADA, inbox_id: int = MAIL, subject: str | None = "lamp", days_ago: float = 1) -> ConversationHint:
    return ConversationHint(
        id=conversation_id, inbox_id=inbox_id, customer_id=root_id, root_id=root_id, case_id=None, folded_subject=subject,
        last_message_at=NOW - timedelta(days=days_ago),
    )  # fmt: skip


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


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param("Re: ", id="English"), pytest.param("Re: FW: Fwd: ", id="English, forwarded"), pytest.param("RE[2]: ", id="counted"),
        pytest.param("Re(3): ", id="counted in round brackets"), pytest.param("Re^2: ", id="counted as a power"), pytest.param("AW: WG: ", id="German"),
        pytest.param("Antw: ", id="Dutch"), pytest.param("SV: VB: ", id="Swedish"), pytest.param("VS: VL: ", id="Finnish"),
        pytest.param("RÉF : TR : ", id="French, with a space"), pytest.param("RV: ", id="Spanish"), pytest.param("RES: ENC: ", id="Portuguese"),
        pytest.param("R: I: ", id="Italian"), pytest.param("Odp: PD: ", id="Polish"), pytest.param("Odpověď: ", id="Czech"),
        pytest.param("Vá: ", id="Hungarian"), pytest.param("YNT: ilt: ", id="Turkish"), pytest.param("ΑΠ: ΠΡΘ: ", id="Greek"),
        pytest.param("На: Отв: ", id="Russian"), pytest.param("Відп: ", id="Ukrainian"), pytest.param("回复：", id="Chinese"),
        pytest.param("返信: 転送: ", id="Japanese"), pytest.param("답장: 전달: ", id="Korean"), pytest.param("رد: ", id="Arabic"),
        pytest.param("השב: ", id="Hebrew"), pytest.param("[EXTERNAL] Re: [EXT] ", id="what a gateway put before it"),
    ],
)  # fmt: skip
def test_marks_of_every_language_are_passed_over(marks: str) -> None:
    assert fold_subject(f"{marks}Lamp is broken") == "lamp is broken"


class TestAnotherSubject:
    """An answer under another subject: to something fresh it belongs, to something long quiet it does not."""

    def answering(self, subject: str | None, quiet_days: float) -> tuple[int | None, str]:
        known = KnownThreads([hint(10, days_ago=quiet_days)], {}, {(MAIL, "<10@x>"): 10})
        message = said(MAIL, sender="ada@x.example", kind=IdentityKind.EMAIL, subject=subject, references=("<10@x>",))
        placement = pick(message, ADA, known, TOKENS.get, NOW, timedelta(days=30))
        return placement.conversation_id, placement.reason

    def test_joins_what_is_fresh_and_says_so(self) -> None:
        assert self.answering("Desk", 3) == (10, "references, under another subject")

    def test_parts_from_what_has_been_quiet(self) -> None:
        assert self.answering("Desk", 31) == (None, "answers what has been quiet for 31 days, under another subject, so it begins its own")

    @pytest.mark.parametrize("subject", [pytest.param("SV: Lamp", id="the same"), pytest.param(None, id="none"), pytest.param("Re:", id="nothing left of it")])
    def test_means_nothing_where_there_is_no_other(self, subject: str | None) -> None:
        assert self.answering(subject, 400) == (10, "references")


@pytest.mark.parametrize(
    ("nearest_first", "oldest_first"),
    [
        pytest.param((), (), id="nothing"),
        pytest.param(("<2@x>", "<1@x>"), ("<1@x>", "<2@x>"), id="a thread of others"),
        pytest.param(("<2 @x>", f"<{'1' * 300}@x>", "<0@x>"), ("<0@x>",), id="not what no header takes"),
        pytest.param(tuple(f"<{n}@x>" for n in range(99, 0, -1)), ("<1@x>", *(f"<{n}@x>" for n in range(81, 100))), id="of many the oldest and the nearest"),
    ],
)
def test_answers_name_what_the_first_mail_answered(nearest_first: tuple[str, ...], oldest_first: tuple[str, ...]) -> None:
    assert ancestors_of(said(MAIL, kind=IdentityKind.EMAIL, references=nearest_first)) == oldest_first
