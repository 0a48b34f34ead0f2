"""Which case a message belongs to (docs/ARCHITECTURE.md): decided from what is known, with the reason in words."""

from collections.abc import Sequence
from datetime import timedelta

from cases.values import ENDED, Candidate, CaseRequest, CaseStatus, Change, Place

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def place(request: CaseRequest, own: Candidate | None, others: Sequence[Candidate]) -> Place:
    """Return the message's place; `own` is its conversation's latest case, `others` are all cases of the customer that have not ended."""
    if own is not None:
        return _in_own_conversation(request, own)
    if request.has_subject:
        return Place(change=Change.OPENED, case_id=None, reason="New case: a new conversation with a subject of its own.")
    window = spoken(request.continue_within)
    recent = [case for case in others if request.received_at - case.last_message_at <= request.continue_within]
    if len(recent) == 1:
        return Place(change=Change.CONTINUED, case_id=recent[0].case_id, reason=f"The customer's only case that was active in the last {window}.")
    if recent:
        return Place(
            change=Change.OPENED,
            case_id=None,
            reason=f"New case: {len(recent)} of the customer's were active in the last {window}, so none is the obvious one.",
        )
    return Place(change=Change.OPENED, case_id=None, reason=f"New case: the customer has none that was active in the last {window}.")


def _in_own_conversation(request: CaseRequest, own: Candidate) -> Place:
    if request.is_auto_reply:
        return Place(change=Change.CONTINUED, case_id=own.case_id, reason="The case of this conversation, which an automatic answer leaves as it is.")
    if own.status not in ENDED:
        woken = " It was snoozed until now." if own.status is CaseStatus.SNOOZED else ""
        return Place(change=Change.CONTINUED, case_id=own.case_id, reason=f"The case of this conversation.{woken}")
    window = spoken(request.reopen_within)
    if own.status is CaseStatus.CLOSED:
        return Place(change=Change.OPENED, case_id=None, linked_case_id=own.case_id, reason="New case: the one of this conversation is closed.")
    if own.resolved_at is not None and request.received_at - own.resolved_at <= request.reopen_within:
        return Place(change=Change.REOPENED, case_id=own.case_id, reason=f"The case of this conversation, resolved less than {window} ago, is open again.")
    return Place(
        change=Change.OPENED, case_id=None, linked_case_id=own.case_id, reason=f"New case: the one of this conversation was resolved more than {window} ago."
    )


def spoken(span: timedelta) -> str:
    """Return a span as people say it, in whole days or hours where it is one ("7 days", "24 hours")."""
    if span >= 2 * _DAY and not span % _DAY:
        return f"{span // _DAY} days"
    if span >= _HOUR and not span % _HOUR:
        hours = span // _HOUR
        return "hour" if hours == 1 else f"{hours} hours"
    minutes = span / timedelta(minutes=1)
    return f"{minutes:g} minutes"
