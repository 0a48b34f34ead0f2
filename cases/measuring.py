"""What reports ask of cases: how much is at hand, how long customers waited, how long cases took."""

from datetime import datetime

from cases.repository.measures import Measures
from cases.values import FirstResponse, Load, Resolution
from kernel.uow import UnitOfWork


async def loads(uow: UnitOfWork, team_id: int | None, inbox_ids: frozenset[int] | None) -> list[Load]:
    """Return how many cases each team has at work now, and how many of them nobody has; None means any team, all inboxes."""
    return await Measures(uow.session, team_id, inbox_ids).loads()


async def first_responses(uow: UnitOfWork, start: datetime, end: datetime, team_id: int | None, inbox_ids: frozenset[int] | None) -> list[FirstResponse]:
    """Return the waits that ended with a first human answer from `start` on and before `end`."""
    return await Measures(uow.session, team_id, inbox_ids).first_responses(start, end)


async def resolutions(uow: UnitOfWork, start: datetime, end: datetime, team_id: int | None, inbox_ids: frozenset[int] | None) -> list[Resolution]:
    """Return the cases that were resolved from `start` on and before `end`, each by its last resolve in that time, for the team that resolved it."""
    return await Measures(uow.session, team_id, inbox_ids).resolutions(start, end)
