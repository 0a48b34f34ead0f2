"""Whether a new case is acknowledged, as a table, and under which name a sender is counted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import InboundMessage
from inbox.rules.acknowledging import DAY, HOUR, MOST_HEARD, PER_DAY, PER_HOUR, Occasion, correspondent, filled, refusal
from kernel.claims import Claim, IdentityKind, Trust
from tests.conftest import MOMENT
from tests.support.house import said

MINUTE = timedelta(minutes=1)
MAIL = said(7, sender="Ada@Example.com", kind=IdentityKind.EMAIL, subject="Lamp")
OCCASION = Occasion(message=MAIL, now=MOMENT)


def mail(**changes: object) -> InboundMessage:
    return replace(MAIL, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, None, id="somebody new"),
        pytest.param({"message": mail(no_answer="its sender wants no automatic answer")}, "wants no automatic answer", id="what the channel says"),
        pytest.param({"message": mail(is_automatic=True)}, "a machine", id="a machine"),
        pytest.param({"message": mail(sender=Claim(kind=IdentityKind.EMAIL, value="ada@example.com", trust=Trust.CLAIMED))}, "forged", id="doubted"),
        pytest.param({"is_stranger": True}, "somebody else", id="a stranger in a thread"),
        pytest.param({"ours": {"ada@example.com"}}, "an address of ours", id="our own"),
        pytest.param(
            {"message": mail(sender=replace(MAIL.sender, value="ada+cxyz@example.com")), "ours": {"ada@example.com"}}, "ours", id="our own, with a plus"
        ),
        pytest.param({"agents": {"ada@example.com"}}, "an agent", id="an agent"),
        pytest.param({"message": mail(sent_at=MOMENT - DAY)}, None, id="a day old"),
        pytest.param({"message": mail(sent_at=MOMENT - DAY - MINUTE)}, "more than a day ago", id="history"),
        pytest.param({"message": mail(sent_at=MOMENT + HOUR)}, None, id="from tomorrow"),
        pytest.param({"heard": MOST_HEARD}, None, id="in a hurry"),
        pytest.param({"heard": MOST_HEARD + 1}, "within 10 minutes", id="too much to be written by hand"),
        pytest.param({"acknowledged": [MOMENT - HOUR + MINUTE]}, "within the hour", id="a moment ago"),
        pytest.param({"acknowledged": [MOMENT + MINUTE]}, "within the hour", id="under a clock that was put back"),
        pytest.param({"acknowledged": [MOMENT - HOUR]}, None, id="an hour ago"),
        pytest.param({"acknowledged": [MOMENT - n * HOUR for n in (2, 4)]}, None, id="twice today"),
        pytest.param({"acknowledged": [MOMENT - n * HOUR for n in (2, 4, 6)]}, "3 times within a day", id="three times today"),
        pytest.param({"acknowledged": [MOMENT - n * HOUR for n in (2, 4, 24)]}, None, id="the third yesterday"),
    ],
)
def test_refusal(changes: dict[str, object], reason: str | None) -> None:
    found = refusal(replace(OCCASION, **changes))  # type: ignore[arg-type]
    assert found is None if reason is None else found is not None and reason in found


@given(st.lists(st.integers(0, 3 * 24 * 60), max_size=200))
def test_nobody_is_acknowledged_more_often_than_the_limits_say(minutes: list[int]) -> None:
    """Whenever mails come: within any hour and any day no more go back."""
    sent: list[datetime] = []
    for at in sorted(MOMENT + minute * MINUTE for minute in minutes):
        if refusal(replace(OCCASION, now=at, acknowledged=sent)) is None:
            sent.append(at)
    assert all(sum(at <= other < at + HOUR for other in sent) <= PER_HOUR for at in sent)
    assert all(sum(at <= other < at + DAY for other in sent) <= PER_DAY for at in sent)


@given(st.builds(Occasion, message=st.sampled_from([mail(is_automatic=True), mail(no_answer="so")]), now=st.just(MOMENT), heard=st.integers(0, 99)))
def test_an_automatic_message_is_never_answered(occasion: Occasion) -> None:
    assert refusal(occasion) is not None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("Ada@Example.com", "ada@example.com", True, id="case"),
        pytest.param("help+4711@desk.example", "help+x2f@desk.example", True, id="a plus-part for each mail"),
        pytest.param("case-4711@desk.example", "case-4712@desk.example", True, id="a number for each mail"),
        pytest.param("ada@example.com", "bo@example.com", False, id="another name"),
        pytest.param("ada@example.com", "ada@example.org", False, id="another domain"),
        pytest.param("ada@1.example", "ada@2.example", False, id="a number in a domain"),
    ],
)
def test_a_help_desk_that_writes_from_many_addresses_is_one_correspondent(one: str, other: str, is_same: bool) -> None:
    assert (correspondent(one) == correspondent(other)) is is_same


def test_only_two_placeholders_mean_anything() -> None:
    text = "Case {case} at {inbox}: {agent}, {0}, {case!r}"
    assert filled(text, case_number=1001, inbox_name="{case} & Co") == "Case 1001 at {case} & Co: {agent}, {0}, {case!r}"
