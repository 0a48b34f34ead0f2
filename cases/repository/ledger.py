"""The ledger's rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Row, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import CaseInterval
from cases.values import IntervalState, Running, Span
from kernel.bulk import BulkWrite
from kernel.db import core

_INTERVALS = cast(Table, CaseInterval.__table__)
_ALL = select(_INTERVALS)
_END = BulkWrite(update(_INTERVALS).where(_INTERVALS.c.id == bindparam("interval_id")).values(ended_at=bindparam("at")))
_RUNNING = _ALL.where(_INTERVALS.c.case_id.in_(bindparam("ids", expanding=True)), _INTERVALS.c.ended_at.is_(None))
_START = BulkWrite(insert(_INTERVALS))


class Ledger:
    """Stretches of cases, ended and running."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def running(self, case_ids: Sequence[int]) -> dict[int, Running]:
        """Return the running stretch of each case."""
        found = await (await core(self._session)).execute(_RUNNING, {"ids": case_ids})
        return {row.case_id: _running(row) for row in found}

    async def before(self, running: Running) -> Running | None:
        """Return the stretch that ended where this one began, or None at the case's beginning."""
        found = await self._session.execute(
            _ALL.where(_INTERVALS.c.case_id == running.span.case_id, _INTERVALS.c.ended_at == running.span.started_at, _INTERVALS.c.id != running.interval_id)
            .order_by(_INTERVALS.c.id.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return None if row is None else _running(row)

    async def spans(self, case_id: int) -> list[Span]:
        """Return all stretches of a case, in order."""
        found = await self._session.execute(_ALL.where(_INTERVALS.c.case_id == case_id).order_by(_INTERVALS.c.started_at, _INTERVALS.c.id))
        return [_running(row).span for row in found]

    async def end(self, ends: Sequence[tuple[int, datetime]]) -> None:
        """End stretches, each at its moment."""
        await _END.write(self._session, [{"interval_id": interval_id, "at": at} for interval_id, at in ends])

    async def start(self, begun: Sequence[Running]) -> None:
        """Write new stretches."""
        await _START.write(
            self._session,
            [
                {
                    "id": running.interval_id,
                    "case_id": running.span.case_id,
                    "state": running.span.state,
                    "started_at": running.span.started_at,
                    "ended_at": None,
                    "team_id": running.span.team_id,
                    "agent_id": running.span.agent_id,
                    "channel": running.channel,
                }
                for running in begun
            ],
        )

    async def take_back(self, running: Running, before: Running) -> None:
        """Forget the running stretch and let the one before it go on."""
        await self._session.execute(delete(_INTERVALS).where(_INTERVALS.c.id == running.interval_id))
        await self._session.execute(update(_INTERVALS).where(_INTERVALS.c.id == before.interval_id).values(ended_at=None))


def _running(row: Row[tuple[object, ...]]) -> Running:
    span = Span(
        case_id=row.case_id, state=IntervalState(row.state), started_at=row.started_at, ended_at=row.ended_at, team_id=row.team_id, agent_id=row.agent_id
    )
    return Running(interval_id=row.id, span=span, channel=row.channel)
