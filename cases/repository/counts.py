"""How many cases there are of each kind: kept by the database's triggers, read here, folded together and proven here."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, case, func, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import CaseCount
from cases.values import Counts
from kernel.ids import EPOCH

_KEY = "family, day, inbox_id, team_id, assignee_id"
# Each transaction of PostgreSQL counts in a slot of its own; what is committed is added up in slot 0. Who reads meanwhile sees all of it before or after.
_FOLD = f"""
WITH gone AS (DELETE FROM case_counts WHERE slot <> 0 RETURNING {_KEY}, n)
INSERT INTO case_counts ({_KEY}, slot, n)
SELECT {_KEY}, 0, sum(n) FROM gone GROUP BY {_KEY} HAVING sum(n) <> 0 ORDER BY {_KEY}
ON CONFLICT ({_KEY}, slot) DO UPDATE SET n = case_counts.n + excluded.n
"""  # noqa: S608 - nothing in it was given
_HAS_ENDED, _IS_QUIET = "status IN ('resolved', 'closed')", "status IN ('resolved', 'closed', 'snoozed')"
# What is missing is added, not put: whoever changes a case meanwhile adds as well, and both are right.
_MEND = f"""
INSERT INTO case_counts ({_KEY}, slot, n)
SELECT {_KEY}, 0, sum(n) FROM (
    SELECT CASE WHEN {_HAS_ENDED} THEN 'ended' WHEN status = 'snoozed' THEN 'snoozed' ELSE 'active' END AS family,
        CASE WHEN {_HAS_ENDED} THEN (last_message_id >> 22) / 86400000 ELSE 0 END AS day, inbox_id,
        CASE WHEN {_IS_QUIET} THEN 0 ELSE coalesce(team_id, 0) END AS team_id, CASE WHEN {_IS_QUIET} THEN 0 ELSE coalesce(assignee_id, 0) END AS assignee_id,
        1 AS n
    FROM cases
    UNION ALL SELECT {_KEY}, -n FROM case_counts
) AS counted_and_kept GROUP BY {_KEY} HAVING sum(n) <> 0
ON CONFLICT ({_KEY}, slot) DO UPDATE SET n = case_counts.n + excluded.n
"""  # noqa: S608 - nothing in it was given


class KeptCounts:
    """The counts that the database keeps."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, agent_id: int, inbox_ids: frozenset[int] | None, team_ids: frozenset[int], ended_since: datetime) -> Counts:
        """Return how many cases each list holds; of those that ended, those with a message since the day of `ended_since` began."""
        c = CaseCount
        visible = [] if inbox_ids is None else [c.inbox_id.in_(sorted(inbox_ids))]
        mine, nobody = (func.sum(case((c.assignee_id == of, c.n), else_=0)) for of in (agent_id, 0))
        now = select(c.family, c.team_id, func.sum(c.n), mine, nobody).where(c.family.in_(("active", "snoozed")), *visible).group_by(c.family, c.team_id)
        zero = func.sum(0)
        ended = select(c.family, c.team_id, func.sum(c.n), zero, zero).where(c.family == "ended", c.day >= day_of(ended_since), *visible)
        rows = [(row[0], row[1], *map(int, row[2:])) for row in await self._session.execute(union_all(now, ended.group_by(c.family, c.team_id)))]
        active = [row for row in rows if row[0] == "active"]
        return Counts(
            mine=sum(row[3] for row in active),
            unassigned=sum(row[4] for row in active),
            all=sum(row[2] for row in active),
            snoozed=sum(row[2] for row in rows if row[0] == "snoozed"),
            resolved=sum(row[2] for row in rows if row[0] == "ended"),
            teams={team_id: sum(row[2] for row in active if row[1] == team_id) for team_id in team_ids},
        )

    async def fold(self) -> None:
        """Add up what transactions have counted since, so that there is little to read; one process of many at a time."""
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(text(_FOLD))

    async def mend(self) -> int:
        """Count all cases and put right what was kept wrong; return how many counts that were."""
        found = await self._session.execute(text(_MEND))
        assert isinstance(found, CursorResult)
        return found.rowcount


def day_of(at: datetime) -> int:
    """Return the day (UTC) of a moment, counted since ids began."""
    return (at - EPOCH) // timedelta(days=1)
