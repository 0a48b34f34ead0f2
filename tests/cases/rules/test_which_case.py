"""Which case a message belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.rules.which_case import place, spoken
from cases.values import Candidate, CaseRequest, CaseStatus, Change, Place

AT = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
TEXT = CaseRequest(
    message_id=1,
    conversation_id=2,
    conversation_case_id=None,
    customer_id=3,
    root_id=3,
    inbox_id=4,
    team_id=None,
    channel="sms",
    has_subject=False,
    title="Where is my parcel?",
    received_at=AT,
    reopen_within=timedelta(days=7),
    continue_within=timedelta(hours=24),
)
MAIL = replace(TEXT, channel="email", has_subject=True)


def case(case_id: int, status: CaseStatus, *, resolved: timedelta | None = None, quiet: timedelta = timedelta(hours=1)) -> Candidate:
    return Candidate(case_id=case_id, status=status, resolved_at=None if resolved is None else AT - resolved, last_message_at=AT - quiet)


class TestPlace:
    @pytest.mark.parametrize(
        ("request_", "own", "others", "expected"),
        [
            pytest.param(
                MAIL,
                case(9, CaseStatus.OPEN),
                [],
                Place(change=Change.CONTINUED, case_id=9, reason="The case of this conversation."),
                id="its conversation has an open case",
            ),
            *(
                pytest.param(
                    replace(MAIL, is_auto_reply=True),
                    case(9, status, resolved=timedelta(minutes=1)),
                    [],
                    Place(change=Change.CONTINUED, case_id=9, reason="The case of this conversation, which an automatic answer leaves as it is."),
                    id=f"an automatic answer to a {status} one",
                )
                for status in (CaseStatus.PENDING, CaseStatus.RESOLVED, CaseStatus.CLOSED)
            ),
            pytest.param(
                MAIL,
                case(9, CaseStatus.PENDING, quiet=timedelta(days=90)),
                [],
                Place(change=Change.CONTINUED, case_id=9, reason="The case of this conversation."),
                id="however long it has been quiet",
            ),
            pytest.param(
                TEXT,
                case(9, CaseStatus.SNOOZED),
                [],
                Place(change=Change.CONTINUED, case_id=9, reason="The case of this conversation. It was snoozed until now."),
                id="its conversation has a snoozed case",
            ),
            pytest.param(
                MAIL,
                case(9, CaseStatus.RESOLVED, resolved=timedelta(days=7)),
                [],
                Place(change=Change.REOPENED, case_id=9, reason="The case of this conversation, resolved less than 7 days ago, is open again."),
                id="resolved on the last day of the window",
            ),
            pytest.param(
                MAIL,
                case(9, CaseStatus.RESOLVED, resolved=timedelta(days=7, seconds=1)),
                [],
                Place(change=Change.OPENED, case_id=None, linked_case_id=9, reason="New case: the one of this conversation was resolved more than 7 days ago."),
                id="resolved a second too long ago",
            ),
            pytest.param(
                TEXT,
                case(9, CaseStatus.CLOSED, resolved=timedelta(minutes=1)),
                [case(8, CaseStatus.OPEN)],
                Place(change=Change.OPENED, case_id=None, linked_case_id=9, reason="New case: the one of this conversation is closed."),
                id="closed is closed",
            ),
            pytest.param(
                TEXT,
                None,
                [case(8, CaseStatus.OPEN)],
                Place(change=Change.CONTINUED, case_id=8, reason="The customer's only case that was active in the last 24 hours."),
                id="a new chat while one case is at work",
            ),
            pytest.param(
                TEXT,
                None,
                [case(8, CaseStatus.SNOOZED), case(7, CaseStatus.OPEN, quiet=timedelta(hours=25))],
                Place(change=Change.CONTINUED, case_id=8, reason="The customer's only case that was active in the last 24 hours."),
                id="of two the one that was active lately",
            ),
            pytest.param(
                TEXT,
                None,
                [case(8, CaseStatus.OPEN), case(7, CaseStatus.PENDING)],
                Place(
                    change=Change.OPENED,
                    case_id=None,
                    reason="New case: 2 of the customer's were active in the last 24 hours, so none is the obvious one.",
                ),
                id="two that it could be",
            ),
            pytest.param(
                TEXT,
                None,
                [case(8, CaseStatus.OPEN, quiet=timedelta(hours=24, seconds=1))],
                Place(change=Change.OPENED, case_id=None, reason="New case: the customer has none that was active in the last 24 hours."),
                id="quiet for too long",
            ),
            pytest.param(
                MAIL,
                None,
                [case(8, CaseStatus.OPEN)],
                Place(change=Change.OPENED, case_id=None, reason="New case: a new conversation with a subject of its own."),
                id="a mail with a new subject",
            ),
        ],
    )
    def test_decides(self, request_: CaseRequest, own: Candidate | None, others: list[Candidate], expected: Place) -> None:
        assert place(request_, own, others) == expected


class TestSpoken:
    @pytest.mark.parametrize(
        ("span", "words"),
        [
            (timedelta(days=7), "7 days"),
            (timedelta(days=1), "24 hours"),
            (timedelta(hours=1), "hour"),
            (timedelta(hours=36), "36 hours"),
            (timedelta(minutes=90), "90 minutes"),
        ],
    )
    def test_says_a_span(self, span: timedelta, words: str) -> None:
        assert spoken(span) == words
