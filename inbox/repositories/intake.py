"""SQL of the way in: prefetches by set, inserts in bulk; Core only, since this is the hot path."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Select, Table, and_, bindparam, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.participants import from_rows
from inbox.models import Attachment, Conversation, Message, RawPayloadRow, SearchDocument
from inbox.values import ConversationHint
from kernel.bulk import BulkWrite
from kernel.db import core

_messages, _conversations, _attachments, _payloads, _documents = (
    cast(Table, row.__table__) for row in (Message, Conversation, Attachment, RawPayloadRow, SearchDocument)
)
# Customers belong to another room; the hub joins them by table name.
_customers = table("customers", column("id"), column("root_id"))
_REFERENCES_A_BATCH = 500
_LATEST_WRITTEN_TO = 500  # messages of the conversations that a batch asks about

Values = list[dict[str, object]]


_m, _c = _messages.c, _conversations.c
_HINTS = select(_c.id, _c.inbox_id, _c.case_id, _c.folded_subject, _c.last_message_at, _c.customer_id, _customers.c.root_id).select_from(
    _conversations.join(_customers, and_(_customers.c.id == _c.customer_id))
)


def _among(name: str) -> BindParameter[Any]:
    """Return a place for a list of values: the statement is built once, and its list is filled in each time."""
    return bindparam(name, expanding=True)


# Built once: making a statement costs more than executing it.
_KNOWN = select(_m.id, _m.inbox_id, _m.external_id, _m.content_hash, _m.conversation_id, _m.case_id).where(_m.external_id.in_(_among("ids")))
_REFERRED = select(_m.inbox_id, _m.external_id, _m.conversation_id).where(_m.inbox_id.in_(_among("inboxes")), _m.external_id.in_(_among("ids")))
_SENT_IN = select(_m.id, _m.conversation_id).where(_m.id.in_(_among("ids")))
_WRITTEN_TO = (
    select(_m.conversation_id, _m.participants)
    .where(_m.conversation_id.in_(_among("ids")), _m.participants.is_not(None))
    .order_by(_m.id.desc())
    .limit(_LATEST_WRITTEN_TO)
)
_BY_KEY = _HINTS.add_columns(_c.thread_key).where(_c.inbox_id.in_(_among("inboxes")), _c.thread_key.in_(_among("keys")))
_BY_ID = _HINTS.where(_c.id.in_(_among("ids")))
_BY_SUBJECT = _HINTS.where(
    _c.inbox_id.in_(_among("inboxes")),
    _c.folded_subject.in_(_among("subjects")),
    _c.last_message_at >= bindparam("since"),
    _customers.c.root_id.in_(_among("roots")),
)
_TOUCH = BulkWrite(update(_conversations).where(_c.id == bindparam("key")).values(case_id=bindparam("case"), last_message_at=bindparam("at")))
_NOTE_COPY = (
    update(_messages)
    .where(_m.id == bindparam("message"), ~_m.placed_by.contains(bindparam("words"), autoescape=False))
    .values(placed_by=_m.placed_by + bindparam("words"))
)
_INSERTS = {into: BulkWrite(insert(into)) for into in (_messages, _conversations, _attachments, _payloads, _documents)}


class IntakeRepository:
    """What intake asks of the database, at most one statement a table and batch.

    Rows that others may be writing too are written in the order of what must be unique, or of their ids: two batches never wait for each other in a ring.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, external_ids: Sequence[str]) -> Sequence[Row[int, int, str, str, int, int]]:
        """Return (id, inbox, external id, content hash, conversation, case) of messages that have one of these external ids."""
        return await self._rows(_KNOWN, {"ids": external_ids})

    async def note_copy(self, message_id: int, words: str) -> None:
        """Add to why a message is where it is, once."""
        await (await core(self._session)).execute(_NOTE_COPY, {"message": message_id, "words": words})

    async def referred(self, inbox_ids: Sequence[int], references: Sequence[str]) -> list[tuple[int, str, int]]:
        """Return (inbox, external id, conversation) of the messages that these references name."""
        rows = await self._rows(_REFERRED, {"inboxes": inbox_ids, "ids": references[:_REFERENCES_A_BATCH]})
        return [(row[0], row[1], row[2]) for row in rows]

    async def conversations_of(self, message_ids: Sequence[int]) -> dict[int, int]:
        """Return the conversations of those of these messages that there are."""
        return {row[0]: row[1] for row in await self._rows(_SENT_IN, {"ids": message_ids})}

    async def written_to(self, conversation_ids: Sequence[int]) -> dict[int, set[str]]:
        """Return the addresses, in lower case, that messages of these conversations were also written to."""
        found: dict[int, set[str]] = {}
        for conversation_id, participants in await self._rows(_WRITTEN_TO, {"ids": conversation_ids}):
            found.setdefault(conversation_id, set()).update(one.address.lower() for one in from_rows(participants))
        return found

    async def hints_by_key(self, inbox_ids: Sequence[int], keys: Sequence[str]) -> list[tuple[ConversationHint, str]]:
        """Return the conversations of channels' own threads, with their keys."""
        return [(_hint(row), row[7]) for row in await self._rows(_BY_KEY, {"inboxes": inbox_ids, "keys": keys})]

    async def hints(self, conversation_ids: Sequence[int]) -> list[ConversationHint]:
        """Return some conversations."""
        return [_hint(row) for row in await self._rows(_BY_ID, {"ids": conversation_ids})]

    async def hints_by_subject(self, inbox_ids: Sequence[int], subjects: Sequence[str], since: datetime, root_ids: Sequence[int]) -> list[ConversationHint]:
        """Return the recent conversations of these customers with one of these subjects."""
        rows = await self._rows(_BY_SUBJECT, {"inboxes": inbox_ids, "subjects": subjects, "since": since, "roots": root_ids})
        return [_hint(row) for row in rows]

    async def _rows(self, query: Select[Any], values: dict[str, Any]) -> Sequence[Any]:
        found: Sequence[Any] = (await (await core(self._session)).execute(query, values)).all()
        return found

    async def insert_conversations(self, rows: Values) -> None:
        """Insert new conversations."""
        await self._insert(_conversations, sorted(rows, key=lambda row: (row["inbox_id"], row["thread_key"])))

    async def touch_conversations(self, rows: Values) -> None:
        """Move conversations on: each row has `key`, `case` and `at`."""
        await _TOUCH.write(self._session, sorted(rows, key=lambda row: cast(int, row["key"])))

    async def insert_messages(self, rows: Values) -> None:
        """Insert messages."""
        await self._insert(_messages, sorted(rows, key=lambda row: (row["inbox_id"], row["external_id"], row["content_hash"])))

    async def insert_attachments(self, rows: Values) -> None:
        """Insert attachments."""
        await self._insert(_attachments, rows)

    async def insert_payloads(self, rows: Values) -> None:
        """Insert raw payloads."""
        await self._insert(_payloads, rows)

    async def insert_documents(self, rows: Values) -> None:
        """Insert what search looks through."""
        await self._insert(_documents, rows)

    async def _insert(self, into: Table, rows: Values) -> None:
        await _INSERTS[into].write(self._session, rows)


def _hint(row: Any) -> ConversationHint:
    return ConversationHint(id=row[0], inbox_id=row[1], case_id=row[2], folded_subject=row[3], last_message_at=row[4], customer_id=row[5], root_id=row[6])
