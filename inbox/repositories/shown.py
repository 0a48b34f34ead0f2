"""SQL of messages as they are shown: each with its author, its customer's name and how far it has come in one look, joined by table name; files in another."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import BindParameter, Table, bindparam, column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Attachment, Delivery, Message
from kernel.db import core

_messages, _files, _deliveries = (cast(Table, row.__table__) for row in (Message, Attachment, Delivery))
_leaves = table("customers", column("id"), column("root_id"), column("name"))
_roots, _held, _senders = (_leaves.alias(name) for name in ("roots", "held", "senders"))
_identities = table("identities", column("id"), column("customer_id"))
_agents = table("agents", column("id"), column("name"))
_m, _d, _f = _messages.c, _deliveries.c, _files.c
_IDS: BindParameter[object] = bindparam("ids", expanding=True)


class ShownMessage(NamedTuple):
    """A message with the names that belong to it; the last five say how far it has come, None when it is not on its way out.

    `sender_id` is the root of whoever it came from, or went to: of a guest's message another than the customer's.
    """

    id: int
    case_id: int
    conversation_id: int
    inbox_id: int
    direction: str
    kind: str
    author_id: int | None
    text: str
    quoted: str | None
    subject: str | None
    has_html: bool
    is_unverified: bool
    is_automatic: bool
    placed_by: str
    participants: list[object] | None
    sent_at: datetime
    received_at: datetime
    root_id: int
    customer_name: str
    author_name: str | None
    sender_id: int | None
    sender_name: str | None
    state: str | None
    recipient: str | None
    attempts: int | None
    error: str | None
    due_at: datetime | None


class ShownFile(NamedTuple):
    """A file of a message."""

    message_id: int
    id: int
    name: str
    media_type: str
    size: int
    digest: str


# Built once. Asked by ids alone, and what may not be seen is left out afterwards: given inboxes as well, SQLite, which knows nothing of how many there are,
# reads all messages of these inboxes.
_SHOWN = (
    select(
        _m.id, _m.case_id, _m.conversation_id, _m.inbox_id, _m.direction, _m.kind, _m.author_id, _m.text, _m.quoted, _m.subject, _m.html.is_not(None),
        _m.is_unverified, _m.is_automatic, _m.placed_by, _m.participants, _m.sent_at, _m.received_at, _roots.c.id, _roots.c.name, _agents.c.name,
        _senders.c.id, _senders.c.name, _d.state, _d.recipient, _d.attempts, _d.error, _d.due_at,
    )
    .select_from(
        _messages.join(_leaves, _leaves.c.id == _m.customer_id)
        .join(_roots, _roots.c.id == _leaves.c.root_id)
        .join(_agents, _agents.c.id == _m.author_id, isouter=True)
        .join(_identities, _identities.c.id == _m.identity_id, isouter=True)
        .join(_held, _held.c.id == _identities.c.customer_id, isouter=True)
        .join(_senders, _senders.c.id == _held.c.root_id, isouter=True)
        .join(_deliveries, _d.message_id == _m.id, isouter=True)
    )
    .where(_m.id.in_(_IDS))
    .order_by(_m.id)
)  # fmt: skip
_FILES = select(_f.message_id, _f.id, _f.name, _f.media_type, _f.size, _f.digest).where(_f.message_id.in_(_IDS)).order_by(_f.id)


async def shown(session: AsyncSession, inbox_ids: frozenset[int] | None, message_ids: Sequence[int]) -> list[ShownMessage]:
    """Return those of some messages that are in these inboxes (None: in any), oldest first."""
    if not message_ids:
        return []
    rows = (await (await core(session)).execute(_SHOWN, {"ids": message_ids})).all()
    return [ShownMessage._make(row) for row in rows if inbox_ids is None or row[3] in inbox_ids]


async def files_of(session: AsyncSession, message_ids: Sequence[int]) -> dict[int, list[ShownFile]]:
    """Return the files of some messages, by message."""
    found: dict[int, list[ShownFile]] = {}
    for row in (await (await core(session)).execute(_FILES, {"ids": message_ids})).all():
        found.setdefault(row[0], []).append(ShownFile._make(row))
    return found
