"""Cases one by one and by the batch: found, held, numbered, written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, column, delete, func, insert, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import ActivityRow, Case, CaseTag
from cases.values import ACTIVE, CaseStatus, Held, Line, Standing
from kernel.bulk import BulkWrite
from kernel.db import core
from kernel.errors import NotFound

_CASES = cast(Table, Case.__table__)
_ACTIVITIES = cast(Table, ActivityRow.__table__)
_CUSTOMERS = table("customers", column("id"), column("root_id"))
_LINE = ("id", "case_id", "customer_id", "actor_id", "verb", "before", "after", "reason", "done_at")
# Names of the columns that a message can change: one statement for all cases of a batch.
_MOVING = ("status", "resolved_at", "snoozed_until", "waiting_since", "last_message_id", "last_inbound_id", "updated_at")
_MOVE = BulkWrite(update(_CASES).where(_CASES.c.id == bindparam("case_id")).values({name: bindparam(name) for name in _MOVING}))
_HELD = (
    select(
        _CASES.c.id,
        _CASES.c.customer_id,
        _CASES.c.inbox_id,
        _CASES.c.assignee_id,
        _CASES.c.team_id,
        _CASES.c.status,
        _CASES.c.resolved_at,
        _CASES.c.snoozed_until,
        _CASES.c.waiting_since,
        _CASES.c.last_message_id,
        _CASES.c.last_inbound_id,
    )
    .where(_CASES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_CASES.c.id)
    .with_for_update(key_share=True)
)
_UNENDED = (
    select(_CUSTOMERS.c.root_id, _CASES.c.id)
    .join_from(_CUSTOMERS, _CASES, _CASES.c.customer_id == _CUSTOMERS.c.id)
    .where(
        _CUSTOMERS.c.root_id.in_(bindparam("roots", expanding=True)),
        _CASES.c.status.in_((*ACTIVE, CaseStatus.SNOOZED)),
        _CASES.c.last_message_id >= bindparam("since"),
    )
)
_INSERT, _ADD_LINES, _HIGHEST = BulkWrite(insert(_CASES)), BulkWrite(insert(_ACTIVITIES)), select(func.max(_CASES.c.number))


class CaseRows:
    """The rows of cases, their tags and their history."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, case_id: int, *, hold: bool = False) -> Case:
        """Return a case as it is now; `hold` keeps others from changing it until the transaction ends.

        Raises:
            NotFound: there is none.
        """
        # A batch may have changed it behind the session's back, so what the session remembers is read again.
        query = select(Case).where(Case.id == case_id).execution_options(populate_existing=True)
        if hold:
            # Without touching the key: messages that refer to the case may still be written.
            query = query.with_for_update(key_share=True)
        if (case := await self._session.scalar(query)) is None:
            raise NotFound("case", case_id)
        return case

    async def find(self, ids: Sequence[int]) -> list[Case]:
        """Return those of the cases that are there, in no particular order."""
        return list(await self._session.scalars(select(Case).where(Case.id.in_(ids)).execution_options(populate_existing=True)))

    async def held(self, ids: Sequence[int]) -> dict[int, Held]:
        """Return those of the cases that are there and hold them, always in the order of their ids so that two batches never wait for each other in a ring."""
        found = await (await core(self._session)).execute(_HELD, {"ids": ids})
        return {
            row.id: Held(
                case_id=row.id,
                customer_id=row.customer_id,
                inbox_id=row.inbox_id,
                assignee_id=row.assignee_id,
                team_id=row.team_id,
                standing=Standing(status=CaseStatus(row.status), resolved_at=row.resolved_at, snoozed_until=row.snoozed_until, waiting_since=row.waiting_since),
                last_message_id=row.last_message_id,
                last_inbound_id=row.last_inbound_id,
            )
            for row in found
        }

    async def unended_of(self, root_ids: Sequence[int], since_message_id: int) -> list[tuple[int, int]]:
        """Return (root, case) of those customers' cases that have not ended and have a message from `since_message_id` on."""
        found = await (await core(self._session)).execute(_UNENDED, {"roots": root_ids, "since": since_message_id})
        return [(row.root_id, row.id) for row in found]

    async def take_numbers(self, n: int) -> list[int]:
        """Return the next numbers for cases, from 1001 on: from the sequence on PostgreSQL, after the highest under the writer's lock on SQLite."""
        if self._session.get_bind().dialect.name == "sqlite":
            highest = await (await core(self._session)).scalar(_HIGHEST) or 1000
            return list(range(highest + 1, highest + 1 + n))
        return list(await self._session.scalars(text("SELECT nextval('case_numbers') FROM generate_series(1, :n)"), {"n": n}))

    async def insert(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Write new cases."""
        await _INSERT.write(self._session, rows)

    async def move(self, held: Sequence[Held], at: datetime) -> None:
        """Write what messages changed about cases that are held."""
        await _MOVE.write(
            self._session,
            [
                {
                    "case_id": case.case_id,
                    "status": case.standing.status,
                    "resolved_at": case.standing.resolved_at,
                    "snoozed_until": case.standing.snoozed_until,
                    "waiting_since": case.standing.waiting_since,
                    "last_message_id": case.last_message_id,
                    "last_inbound_id": case.last_inbound_id,
                    "updated_at": at,
                }
                for case in held
            ],
        )

    async def flush(self) -> None:
        """Write the session's changed objects, so that statements that go past it see them."""
        await self._session.flush()

    async def has_agent(self, agent_id: int) -> bool:
        """Say whether there is such an agent."""
        return await self._has("agents", agent_id)

    async def has_team(self, team_id: int) -> bool:
        """Say whether there is such a team."""
        return await self._has("teams", team_id)

    async def _has(self, name: str, row_id: int) -> bool:
        rows = table(name, column("id"))
        return await self._session.scalar(select(rows.c.id).where(rows.c.id == row_id)) is not None

    async def add_activities(self, lines: Sequence[Line]) -> None:
        """Write lines of history."""
        await _ADD_LINES.write(self._session, [{name: getattr(line, name) for name in _LINE} for line in lines])

    async def last_activity(self, case_id: int, passing_over: Sequence[str]) -> ActivityRow | None:
        """Return the latest line of a case's history whose verb is not one to pass over."""
        return await self._session.scalar(
            select(ActivityRow).where(ActivityRow.case_id == case_id, ActivityRow.verb.not_in(passing_over)).order_by(ActivityRow.id.desc()).limit(1)
        )

    async def tags(self, case_id: int) -> list[str]:
        """Return a case's tags, sorted."""
        return list(await self._session.scalars(select(CaseTag.tag).where(CaseTag.case_id == case_id).order_by(CaseTag.tag)))

    async def put_tags(self, case_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add tags that are not there and remove tags that are."""
        if remove:
            await self._session.execute(delete(CaseTag).where(CaseTag.case_id == case_id, CaseTag.tag.in_(remove)))
        if add:
            await self._session.execute(insert(CaseTag), [{"case_id": case_id, "tag": tag} for tag in add])
