"""SQL of the lists of cases: everything that a row shows of several rooms in one look, joined by table name."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import BindParameter, Table, and_, bindparam, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models import Case, CaseSeen
from inbox.models import Message
from kernel.db import core

_PREVIEWED = 400  # characters fetched for a preview: a long mail is not read whole for a line
_cases, _seen, _messages = (cast(Table, row.__table__) for row in (Case, CaseSeen, Message))
_leaves = table("customers", column("id"), column("root_id"), column("name"))
_roots = _leaves.alias("roots")
_agents, _teams = (table(name, column("id"), column("name")) for name in ("agents", "teams"))
_c, _m = _cases.c, _messages.c
_IDS: BindParameter[object] = bindparam("ids", expanding=True)


class Listed(NamedTuple):
    """A case with the names that belong to it and the beginning of its newest message; `seen_id` is how far one agent has read."""

    id: int
    number: int
    title: str
    status: str
    priority: str
    inbox_id: int
    assignee_id: int | None
    team_id: int | None
    opened_at: datetime
    waiting_since: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    snoozed_until: datetime | None
    updated_at: datetime
    last_message_id: int
    last_inbound_id: int | None
    root_id: int
    customer_name: str
    assignee_name: str | None
    team_name: str | None
    head: str | None
    direction: str | None
    kind: str | None
    message_inbox_id: int | None
    is_unverified: bool | None
    seen_id: int | None

    @property
    def is_unread(self) -> bool:
        """Whether it holds a customer's message that the agent has not read."""
        return self.last_inbound_id is not None and self.last_inbound_id > (self.seen_id or 0)


# Built once. Every step goes by a primary key, and from the cases outwards: what may not be seen is left out afterwards, since given inboxes as well,
# SQLite, which knows nothing of how many there are, reads all messages of these inboxes.
_LISTED = (
    select(
        _c.id, _c.number, _c.title, _c.status, _c.priority, _c.inbox_id, _c.assignee_id, _c.team_id, _c.opened_at, _c.waiting_since, _c.first_response_at,
        _c.resolved_at, _c.snoozed_until, _c.updated_at, _c.last_message_id, _c.last_inbound_id, _roots.c.id, _roots.c.name, _agents.c.name, _teams.c.name,
        func.substr(_m.text, 1, _PREVIEWED), _m.direction, _m.kind, _m.inbox_id, _m.is_unverified, _seen.c.message_id,
    )
    .select_from(
        _cases.join(_leaves, _leaves.c.id == _c.customer_id)
        .join(_roots, _roots.c.id == _leaves.c.root_id)
        .join(_agents, _agents.c.id == _c.assignee_id, isouter=True)
        .join(_teams, _teams.c.id == _c.team_id, isouter=True)
        .join(_messages, _m.id == _c.last_message_id, isouter=True)
        .join(_seen, and_(_seen.c.agent_id == bindparam("agent_id"), _seen.c.case_id == _c.id), isouter=True)
    )
    .where(_c.id.in_(_IDS))
)  # fmt: skip


async def listed(session: AsyncSession, agent_id: int, case_ids: Sequence[int]) -> list[Listed]:
    """Return those of some cases that there are, in the order given; `agent_id` is who asks how far they have read."""
    if not case_ids:
        return []
    rows = (await (await core(session)).execute(_LISTED, {"ids": case_ids, "agent_id": agent_id})).all()
    found = {row[0]: Listed._make(row) for row in rows}
    return [found[case_id] for case_id in case_ids if case_id in found]
