"""Decisions about staff: who may see what, and when to stop guessing at passwords."""

from collections.abc import Iterable
from datetime import timedelta

from staff.values import InboxAccess, Role

WINDOW = timedelta(minutes=15)
FAILURES_OF_AN_ACCOUNT = 5
FAILURES_FROM_AN_ADDRESS = 20
_FIRST_BLOCK = timedelta(minutes=1)
_LONGEST_BLOCK = timedelta(hours=1)


def visible(role: Role, team_ids: frozenset[int], inboxes: Iterable[InboxAccess]) -> frozenset[int] | None:
    """Return which inboxes an agent may see; None means all.

    Admins and supervisors see all; an agent sees those that are not restricted and those of their own teams.
    """
    if role is not Role.AGENT:
        return None
    return frozenset(inbox.id for inbox in inboxes if not inbox.is_restricted or inbox.team_id in team_ids)


def block(failures: int, allowed: int) -> timedelta | None:
    """Return how long to refuse after so many failures within the window: a minute, doubled with each further one, at most an hour."""
    if failures < allowed:
        return None
    return min(_FIRST_BLOCK * (1 << min(failures - allowed, 10)), _LONGEST_BLOCK)
