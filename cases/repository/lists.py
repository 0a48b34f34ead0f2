"""What the screens list and count: views, unread marks, tags, history."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Select, case, column, func, literal, select, table, tuple_, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import TextClause

from cases.models import IS_ACTIVE, IS_ENDED, IS_SNOOZED, ActivityRow, Case, CaseSeen, CaseTag
from cases.values import ACTIVE, ENDED, CaseFilter, CaseStatus, Counts, Sort, View
from kernel.db import ID

_CUSTOMERS = table("customers", column("id"), column("root_id"))
Condition = ColumnElement[bool] | TextClause
_VIEWS = {View.SNOOZED: IS_SNOOZED, View.RESOLVED: IS_ENDED}
_FAMILY = {**dict.fromkeys(ACTIVE, IS_ACTIVE), **dict.fromkeys(ENDED, IS_ENDED), CaseStatus.SNOOZED: IS_SNOOZED}


class CaseLists:
    """Cases as lists."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, wanted: CaseFilter, after: tuple[int, ...] | None, limit: int) -> list[Case]:
        """Return up to `limit` cases in the filter's order after a keyset: (last message), or (waiting since in microseconds, case) when sorted by waiting."""
        query = select(Case).where(*_conditions(wanted)).limit(limit).execution_options(populate_existing=True)
        if wanted.sort is Sort.WAITING:
            query = query.where(Case.waiting_since.is_not(None)).order_by(Case.waiting_since, Case.id)
            if after:
                query = query.where(tuple_(type_coerce(Case.waiting_since, BigInteger), Case.id) > tuple_(literal(after[0], BigInteger), literal(after[1], ID)))
        else:
            query = _by_last_message(query, wanted.sort, after)
        return list(await self._session.scalars(query))

    async def counts(self, agent_id: int, inbox_ids: frozenset[int] | None, team_ids: frozenset[int], ended_since: int) -> Counts:
        """Return how many cases each list holds: one pass over a covering index of the active ones, and two short ranges."""
        mine = func.sum(case((Case.assignee_id == agent_id, 1), else_=0))
        nobody = func.sum(case((Case.assignee_id.is_(None), 1), else_=0))
        by_team = (
            await self._session.execute(select(Case.team_id, func.count(), mine, nobody).where(IS_ACTIVE, *_visible(inbox_ids)).group_by(Case.team_id))
        ).all()
        snoozed = select(func.count()).select_from(Case).where(IS_SNOOZED, *_visible(inbox_ids)).scalar_subquery()
        ended = select(func.count()).select_from(Case).where(IS_ENDED, Case.last_message_id >= ended_since, *_visible(inbox_ids)).scalar_subquery()
        away = (await self._session.execute(select(snoozed.label("snoozed"), ended.label("ended")))).one()
        return Counts(
            mine=sum(row[2] for row in by_team),
            unassigned=sum(row[3] for row in by_team),
            all=sum(row[1] for row in by_team),
            snoozed=away.snoozed,
            resolved=away.ended,
            teams=dict.fromkeys(team_ids, 0) | {row[0]: row[1] for row in by_team if row[0] in team_ids},
        )

    async def unended(self, leaf_ids: Sequence[int]) -> list[Case]:
        """Return the customers' cases that have not ended, the latest message first."""
        found = select(Case).where(Case.customer_id.in_(leaf_ids), Case.status.in_((*ACTIVE, CaseStatus.SNOOZED)))
        return list(await self._session.scalars(found.order_by(Case.last_message_id.desc()).execution_options(populate_existing=True)))

    async def tags(self, ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the tags of each case, sorted; a case without any is there too."""
        tags: dict[int, list[str]] = {case_id: [] for case_id in ids}
        found = await self._session.execute(select(CaseTag.case_id, CaseTag.tag).where(CaseTag.case_id.in_(ids)).order_by(CaseTag.tag))
        for case_id, tag in found:
            tags[case_id].append(tag)
        return tags

    async def note_seen(self, agent_id: int, case_id: int, message_id: int) -> None:
        """Note how far an agent has read; it never goes back."""
        row = {"agent_id": agent_id, "case_id": case_id, "message_id": message_id}
        # The two dialects say the same words; only their constructs have no common name.
        upsert = sqlite.insert(CaseSeen) if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert(CaseSeen)
        insert = cast(postgresql.Insert, upsert).values(row)
        await self._session.execute(
            insert.on_conflict_do_update(
                index_elements=["agent_id", "case_id"],
                set_={"message_id": insert.excluded.message_id},
                where=CaseSeen.message_id < insert.excluded.message_id,
            )
        )

    async def seen(self, agent_id: int, ids: Sequence[int]) -> Mapping[int, int]:
        """Return the last message an agent has read of each case they have opened."""
        found = await self._session.execute(select(CaseSeen.case_id, CaseSeen.message_id).where(CaseSeen.agent_id == agent_id, CaseSeen.case_id.in_(ids)))
        return {row.case_id: row.message_id for row in found}

    async def activities(self, leaf_ids: Sequence[int], before_id: int | None, limit: int, inbox_ids: frozenset[int] | None) -> list[ActivityRow]:
        """Return lines of history of customers, newest first, of cases that may be seen."""
        query = select(ActivityRow).where(ActivityRow.customer_id.in_(leaf_ids)).order_by(ActivityRow.id.desc()).limit(limit)
        if inbox_ids is not None:
            query = query.join(Case, Case.id == ActivityRow.case_id).where(Case.inbox_id.in_(inbox_ids))
        return list(await self._session.scalars(query if before_id is None else query.where(ActivityRow.id < before_id)))


def _by_last_message(query: Select[Any], sort: Sort, after: tuple[int, ...] | None) -> Select[Any]:
    newest = sort is Sort.NEWEST
    if after:
        query = query.where(Case.last_message_id < after[0] if newest else Case.last_message_id > after[0])
    return query.order_by(Case.last_message_id.desc() if newest else Case.last_message_id)


def _conditions(wanted: CaseFilter) -> list[Condition]:
    conditions: list[Condition] = [*_visible(wanted.inbox_ids)]
    if wanted.ids is not None:
        conditions.append(Case.id.in_(wanted.ids))
    else:
        conditions.extend(_of_view(wanted))
    if wanted.team_id is not None:
        conditions.append(Case.team_id == wanted.team_id)
    if wanted.inbox_id is not None:
        conditions.append(Case.inbox_id == wanted.inbox_id)
    if wanted.root_id is not None:
        conditions.append(Case.customer_id.in_(select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.root_id == wanted.root_id)))
    if wanted.tag is not None:
        conditions.append(Case.id.in_(select(CaseTag.case_id).where(CaseTag.tag == wanted.tag)))
    return conditions


def _of_view(wanted: CaseFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.status is not None:
        # Beside the words of an index, so that it is taken.
        conditions.extend([_FAMILY[wanted.status], Case.status == wanted.status])
    else:
        conditions.append(_VIEWS.get(wanted.view, IS_ACTIVE))
    if wanted.view is View.MINE:
        conditions.append(Case.assignee_id == wanted.agent_id)
    elif wanted.view is View.UNASSIGNED:
        conditions.append(Case.assignee_id.is_(None))
    return conditions


def _visible(inbox_ids: frozenset[int] | None) -> list[ColumnElement[bool]]:
    return [] if inbox_ids is None else [Case.inbox_id.in_(sorted(inbox_ids))]
