"""What the screens list: views, unread marks, tags, history."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import BindParameter, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import ActivityRow, Case, CaseSeen, CaseTag
from cases.values import ACTIVE, CaseStatus, KeptLine
from kernel.db import core

# Made once: a list of fifty ids put into a statement each time costs more than the database takes for it.
_IDS: BindParameter[object] = bindparam("ids", expanding=True)
_BEFORE_ALL = (1 << 63) - 1
_a = cast(Table, ActivityRow.__table__).c
_LINES = (
    select(_a.id, _a.case_id, _a.actor_id, _a.verb, _a.before, _a.after, _a.reason, _a.done_at)
    .where(_a.customer_id.in_(_IDS), _a.id < bindparam("before"))
    .order_by(_a.id.desc())
    .limit(bindparam("most"))
)
_LINES_AMONG = _LINES.join(Case, Case.id == _a.case_id).where(Case.inbox_id.in_(bindparam("inboxes", expanding=True)))
_TAGS = select(CaseTag.case_id, CaseTag.tag).where(CaseTag.case_id.in_(_IDS)).order_by(CaseTag.tag)


class CaseLists:
    """Cases as lists."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def unended(self, leaf_ids: Sequence[int]) -> list[Case]:
        """Return the customers' cases that have not ended, the latest message first."""
        found = select(Case).where(Case.customer_id.in_(leaf_ids), Case.status.in_((*ACTIVE, CaseStatus.SNOOZED)))
        return list(await self._session.scalars(found.order_by(Case.last_message_id.desc()).execution_options(populate_existing=True)))

    async def tags(self, ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the tags of each case, sorted; a case without any is there too."""
        tags: dict[int, list[str]] = {case_id: [] for case_id in ids}
        found = await (await core(self._session)).execute(_TAGS, {"ids": ids})
        for case_id, tag in found.all():
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

    async def activities(self, leaf_ids: Sequence[int], before_id: int | None, limit: int, inbox_ids: frozenset[int] | None) -> list[KeptLine]:
        """Return lines of history of customers, newest first, of cases that may be seen."""
        given: dict[str, object] = {"ids": leaf_ids, "before": _BEFORE_ALL if before_id is None else before_id, "most": limit}
        query = _LINES
        if inbox_ids is not None:
            query, given["inboxes"] = _LINES_AMONG, sorted(inbox_ids)
        return [KeptLine._make(row) for row in (await (await core(self._session)).execute(query, given)).all()]
