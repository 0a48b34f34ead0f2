"""What reports measure, out of the cases and their ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cases.models import Case, CaseCount, CaseInterval
from cases.values import FirstResponse, IntervalState, Load, Resolution

_MICROSECOND = timedelta(microseconds=1)


class Measures:
    """Figures before they are summed up; None for a team or for inboxes means any. A period begins with `start` and ends before `end`."""

    def __init__(self, session: AsyncSession, team_id: int | None, inbox_ids: frozenset[int] | None) -> None:
        self._session = session
        self._team_id = team_id
        self._inbox_ids = inbox_ids
        self._visible: Sequence[ColumnElement[bool]] = [] if inbox_ids is None else [Case.inbox_id.in_(sorted(inbox_ids))]

    async def loads(self) -> list[Load]:
        """Return how many cases of each team are at work now, and how many of them have nobody."""
        c = CaseCount
        visible = [] if self._inbox_ids is None else [c.inbox_id.in_(sorted(self._inbox_ids))]
        of_team = [] if self._team_id is None else [c.team_id == self._team_id]
        query = select(c.team_id, func.sum(c.n), func.sum(case((c.assignee_id == 0, c.n), else_=0))).where(c.family == "active", *visible, *of_team)
        found = await self._session.execute(query.group_by(c.team_id).having(func.sum(c.n) > 0))
        return [Load(team_id=team_id or None, open=int(n), unassigned=int(free)) for team_id, n, free in found]

    async def first_responses(self, start: datetime, end: datetime) -> list[FirstResponse]:
        """Return the waits that ended with a first human answer in the period."""
        query = select(Case.team_id, Case.opened_at, Case.first_response_at).where(
            Case.first_response_at >= start, Case.first_response_at < end, *self._visible, *self._of_team(Case.team_id)
        )
        return [FirstResponse(team_id=row.team_id, took=row.first_response_at - row.opened_at) for row in await self._session.execute(query)]

    async def resolutions(self, start: datetime, end: datetime) -> list[Resolution]:
        """Return the cases that were resolved in the period, each by its last resolve in it."""
        last = (
            select(CaseInterval.case_id, func.max(CaseInterval.started_at).label("at"))
            .where(CaseInterval.state == IntervalState.RESOLVED, CaseInterval.started_at >= start, CaseInterval.started_at < end)
            .group_by(CaseInterval.case_id)
            .subquery()
        )
        span = type_coerce(CaseInterval.ended_at, BigInteger) - type_coerce(CaseInterval.started_at, BigInteger)
        worked = (
            select(CaseInterval.case_id, func.sum(span).label("micros"))
            .join(last, last.c.case_id == CaseInterval.case_id)
            .where(CaseInterval.state == IntervalState.WAITING_ON_US, CaseInterval.ended_at <= last.c.at)
            .group_by(CaseInterval.case_id)
            .subquery()
        )
        query = (
            select(Case.id, CaseInterval.team_id, Case.opened_at, CaseInterval.started_at, func.coalesce(worked.c.micros, 0))
            .select_from(last)
            .join(Case, Case.id == last.c.case_id)
            .join(
                CaseInterval, (CaseInterval.case_id == last.c.case_id) & (CaseInterval.started_at == last.c.at) & (CaseInterval.state == IntervalState.RESOLVED)
            )
            .outerjoin(worked, worked.c.case_id == last.c.case_id)
            .where(*self._visible, *self._of_team(CaseInterval.team_id))
        )
        # Two resolves in one and the same microsecond are one.
        by_case = {
            case_id: Resolution(case_id=case_id, team_id=team_id, took=resolved - opened, worked=int(micros) * _MICROSECOND)
            for case_id, team_id, opened, resolved, micros in await self._session.execute(query)
        }
        return list(by_case.values())

    def _of_team(self, column: InstrumentedAttribute[int | None]) -> list[ColumnElement[bool]]:
        return [] if self._team_id is None else [column == self._team_id]
