"""Where a status leads, and what a move takes with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cases.errors import IllegalTransition
from cases.values import ENDED, CaseStatus, Standing

_NEW, _OPEN, _PENDING, _ON_HOLD, _SNOOZED, _RESOLVED, _CLOSED = CaseStatus

# `new` is never come back to but by an undo, and `closed` is the end: a later message opens a case that follows it.
MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    _NEW: frozenset({_OPEN, _PENDING, _ON_HOLD, _SNOOZED, _RESOLVED, _CLOSED}),
    _OPEN: frozenset({_PENDING, _ON_HOLD, _SNOOZED, _RESOLVED, _CLOSED}),
    _PENDING: frozenset({_OPEN, _ON_HOLD, _SNOOZED, _RESOLVED, _CLOSED}),
    _ON_HOLD: frozenset({_OPEN, _PENDING, _SNOOZED, _RESOLVED, _CLOSED}),
    _SNOOZED: frozenset({_OPEN, _PENDING, _ON_HOLD, _SNOOZED, _RESOLVED, _CLOSED}),
    _RESOLVED: frozenset({_OPEN, _PENDING, _CLOSED}),
    _CLOSED: frozenset(),
}


def move(current: CaseStatus, wanted: CaseStatus) -> CaseStatus:
    """Return the wanted status.

    Raises:
        IllegalTransition: the current one does not lead there, or is the same.
    """
    if wanted not in MOVES[current]:
        raise IllegalTransition(current, wanted)
    return wanted


def choices(current: CaseStatus) -> tuple[CaseStatus, ...]:
    """Return the statuses an agent may set from here, in their usual order; snoozing is a verb of its own, since it needs a moment."""
    return tuple(status for status in CaseStatus if status in MOVES[current] and status is not _SNOOZED)


def moved(standing: Standing, wanted: CaseStatus, at: datetime, until: datetime | None = None) -> Standing:
    """Return where a case stands after a move: `resolved_at` is the moment it ended, and nobody waits for us once it has, or once we wait for the customer.

    Raises:
        IllegalTransition: the current status does not lead there.
    """
    status = move(standing.status, wanted)
    return Standing(
        status=status,
        resolved_at=(standing.resolved_at or at) if status in ENDED else None,
        snoozed_until=until if status is _SNOOZED else None,
        waiting_since=standing.waiting_since if keeps_waiting(status) else None,
    )


def woken(standing: Standing) -> Standing:
    """Return where a snoozed case stands when it is back.

    Raises:
        IllegalTransition: it is not snoozed.
    """
    if standing.status is not _SNOOZED:
        raise IllegalTransition(standing.status, _OPEN)
    return Standing(status=_OPEN, waiting_since=standing.waiting_since)


def keeps_waiting(status: CaseStatus) -> bool:
    """Say whether an unanswered customer still waits for us in this status."""
    return status not in (_PENDING, _RESOLVED, _CLOSED)


def unheard(standing: Standing, at: datetime) -> Standing:
    """Return where a case stands when an answer of ours did not arrive: at work again, unless it is, or was closed."""
    if standing.status in (_NEW, _OPEN, _CLOSED):
        return standing
    return Standing(status=_OPEN, waiting_since=standing.waiting_since or at)


def heard(standing: Standing, at: datetime) -> Standing:
    """Return where a case stands after the customer wrote: at work again, unless it is still new."""
    waiting_since = standing.waiting_since or at
    if standing.status in (_NEW, _OPEN):
        return replace(standing, waiting_since=waiting_since)
    return Standing(status=_OPEN, waiting_since=waiting_since)
