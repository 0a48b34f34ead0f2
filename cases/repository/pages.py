"""Which cases stand on a page: found by merging ranges of an index, one for each inbox (and status), so that a page costs the same on any desk."""

from collections.abc import Sequence

from sqlalchemy import column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import IS_ACTIVE, IS_WAITING, CaseTag
from cases.values import ACTIVE, ENDED, CaseFilter, CaseStatus, Sort, View
from kernel.merging import merged

_INBOXES = table("inboxes", column("id"))
_STATUSES = {View.SNOOZED: (CaseStatus.SNOOZED,), View.RESOLVED: ENDED}
# A tag on so many cases or fewer is looked up; one on more is met soon on a walk.
_FEW = 1_000


class CasePages:
    """The ids of a page of cases."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ids(self, wanted: CaseFilter, after: tuple[int, ...] | None, limit: int) -> list[int]:
        """Return up to `limit` cases in the filter's order after a keyset: (last message), or (waiting since in microseconds, case) when sorted by waiting."""
        inbox_ids = await self._inboxes(wanted)
        if not inbox_ids or wanted.ids == ():
            return []
        asked = _Asked(wanted, after, inbox_ids)
        if wanted.ids is not None or wanted.root_id is not None or (wanted.tag is not None and await self._is_seldom(wanted.tag)):
            ranges = [asked.narrow()]
        else:
            ranges = asked.ranges()
        return await merged(self._session, ranges, asked.parameters, limit, is_descending=wanted.sort is Sort.NEWEST)

    async def _inboxes(self, wanted: CaseFilter) -> list[int]:
        if wanted.inbox_id is not None:
            return [wanted.inbox_id] if wanted.inbox_ids is None or wanted.inbox_id in wanted.inbox_ids else []
        return sorted(wanted.inbox_ids if wanted.inbox_ids is not None else await self._session.scalars(select(_INBOXES.c.id)))

    async def _is_seldom(self, tag: str) -> bool:
        some = select(CaseTag.case_id).where(CaseTag.tag == tag).limit(_FEW + 1).subquery()
        return (await self._session.scalar(select(func.count()).select_from(some)) or 0) <= _FEW


class _Asked:
    """A filter as the words of a query; what is given stands in `parameters`."""

    def __init__(self, wanted: CaseFilter, after: tuple[int, ...] | None, inbox_ids: Sequence[int]) -> None:
        self._wanted = wanted
        self._statuses = _STATUSES.get(wanted.view, ACTIVE) if wanted.status is None else (wanted.status,)
        self._is_waiting = wanted.sort is Sort.WAITING
        self._inboxes = range(len(inbox_ids))
        self.parameters: dict[str, object] = {f"inbox{at}": inbox_id for at, inbox_id in enumerate(inbox_ids)}
        self._conditions = self._beyond(after)
        self._only("team_id", wanted.team_id)
        if wanted.ids is None and wanted.view is View.MINE:
            self._only("assignee_id", wanted.agent_id)
        elif wanted.ids is None and wanted.view is View.UNASSIGNED:
            self._conditions.append("cases.assignee_id IS NULL")

    def _only(self, name: str, value: object | None) -> None:
        if value is not None:
            self.parameters[name] = value
            self._conditions.append(f"cases.{name} = :{name}")

    def _beyond(self, after: tuple[int, ...] | None) -> list[str]:
        beyond = [str(IS_WAITING)] if self._is_waiting else []
        if after is None:
            return beyond
        self.parameters["after"] = after[0]
        if self._is_waiting:
            self.parameters["after_id"] = after[1]
            return [*beyond, "(cases.waiting_since, cases.id) > (:after, :after_id)"]
        return [f"cases.last_message_id {'<' if self._wanted.sort is Sort.NEWEST else '>'} :after"]

    def ranges(self) -> list[str]:
        """Return one range of an index for each inbox, and for each status where the index is by status."""
        conditions = list(self._conditions)
        if self._wanted.tag is not None:
            self.parameters["tag"] = self._wanted.tag
            conditions.append("EXISTS (SELECT 1 FROM case_tags WHERE case_tags.case_id = cases.id AND case_tags.tag = :tag)")
        is_active = set(self._statuses) <= set(ACTIVE)
        has_index = self._wanted.view in (View.MINE, View.UNASSIGNED) or self._wanted.team_id is not None
        if self._is_waiting:
            conditions.append(self._of_statuses())
        elif is_active and has_index:
            conditions += [str(IS_ACTIVE)] + ([] if len(self._statuses) == len(ACTIVE) else [self._of_statuses()])
        else:
            return [
                self._select([f"cases.inbox_id = :inbox{at}", f"cases.status = '{status}'", *conditions]) for at in self._inboxes for status in self._statuses
            ]
        return [self._select([f"cases.inbox_id = :inbox{at}", *conditions]) for at in self._inboxes]

    def narrow(self) -> str:
        """Return one query that begins where there are few: some cases, those of a customer, or those with a tag."""
        wanted, conditions, begin = self._wanted, list(self._conditions), "cases"
        # The sign keeps SQLite, which knows nothing of how many there are, from beginning with the inboxes.
        conditions.append(f"+cases.inbox_id IN ({', '.join(f':inbox{at}' for at in self._inboxes)})")
        if wanted.ids is None:
            conditions.append(self._of_statuses())
        else:
            self.parameters.update({f"id{at}": case_id for at, case_id in enumerate(wanted.ids)})
            conditions.append(f"cases.id IN ({', '.join(f':id{at}' for at in range(len(wanted.ids)))})")
        if wanted.root_id is not None:
            self.parameters["root_id"] = wanted.root_id
            conditions.append("cases.customer_id IN (SELECT id FROM customers WHERE root_id = :root_id)")
        if wanted.tag is not None:
            self.parameters["tag"] = wanted.tag
            if wanted.ids is None and wanted.root_id is None:
                begin = "case_tags CROSS JOIN cases"
                conditions += ["case_tags.tag = :tag", "cases.id = case_tags.case_id"]
            else:
                conditions.append("EXISTS (SELECT 1 FROM case_tags WHERE case_tags.case_id = cases.id AND case_tags.tag = :tag)")
        return self._select(conditions, begin)

    def _of_statuses(self) -> str:
        return "cases.status IN ({})".format(", ".join(f"'{status}'" for status in self._statuses))

    def _select(self, conditions: Sequence[str], begin: str = "cases") -> str:
        key = "waiting_since" if self._is_waiting else "last_message_id"
        way = " DESC" if self._wanted.sort is Sort.NEWEST else ""
        order = f"cases.{key}{way}, cases.id" if self._is_waiting else f"cases.{key}{way}"
        if self._wanted.view is View.UNASSIGNED and not self._is_waiting:
            # All the same, said for PostgreSQL: it does not take IS NULL for a value that an index can be ordered behind.
            order = f"cases.assignee_id{way}, {order}"
        return f"SELECT cases.id, cases.{key} FROM {begin} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :most"  # noqa: S608 - what was given is bound
