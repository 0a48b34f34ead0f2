"""SQL of the way in: prefetches by set, inserts in bulk; Core only, since this is the hot path."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Row, Select, Table, and_, bindparam, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Attachment, Conversation, Message, RawPayloadRow, SearchDocument
from inbox.values import ConversationHint

_messages = cast(Table, Message.__table__)
_conversations = cast(Table, Conversation.__table__)
# Customers belong to another room; the hub joins them by table name.
_customers = table("customers", column("id"), column("root_id"))
_REFERENCES_A_BATCH = 500

Values = list[dict[str, object]]


class IntakeRepository:
    """What intake asks of the database, at most one statement a table and batch.

    Rows that others may be writing too are written in the order of what must be unique, or of their ids: two batches never wait for each other in a ring.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, external_ids: Sequence[str]) -> Sequence[Row[int, int, str, str, int, int]]:
        """Return (id, inbox, external id, content hash, conversation, case) of messages that have one of these external ids."""
        m = _messages.c
        rows = await self._session.execute(
            select(m.id, m.inbox_id, m.external_id, m.content_hash, m.conversation_id, m.case_id).where(m.external_id.in_(external_ids))
        )
        return cast("Sequence[Row[int, int, str, str, int, int]]", rows.all())

    async def referred(self, inbox_ids: Sequence[int], references: Sequence[str]) -> list[tuple[int, str, int]]:
        """Return (inbox, external id, conversation) of the messages that these references name."""
        m = _messages.c
        rows = await self._session.execute(
            select(m.inbox_id, m.external_id, m.conversation_id).where(m.inbox_id.in_(inbox_ids), m.external_id.in_(references[:_REFERENCES_A_BATCH]))
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def hints_by_key(self, inbox_ids: Sequence[int], keys: Sequence[str]) -> list[tuple[ConversationHint, str]]:
        """Return the conversations of channels' own threads, with their keys."""
        c = _conversations.c
        rows = await self._session.execute(_hints().add_columns(c.thread_key).where(c.inbox_id.in_(inbox_ids), c.thread_key.in_(keys)))
        return [(_hint(row), row.thread_key) for row in rows]

    async def hints(self, conversation_ids: Sequence[int]) -> list[ConversationHint]:
        """Return some conversations."""
        rows = await self._session.execute(_hints().where(_conversations.c.id.in_(conversation_ids)))
        return [_hint(row) for row in rows]

    async def hints_by_subject(self, inbox_ids: Sequence[int], subjects: Sequence[str], since: datetime, root_ids: Sequence[int]) -> list[ConversationHint]:
        """Return the recent conversations of these customers with one of these subjects."""
        c = _conversations.c
        rows = await self._session.execute(
            _hints().where(c.inbox_id.in_(inbox_ids), c.folded_subject.in_(subjects), c.last_message_at >= since, _customers.c.root_id.in_(root_ids))
        )
        return [_hint(row) for row in rows]

    async def insert_conversations(self, rows: Values) -> None:
        """Insert new conversations."""
        await self._insert(_conversations, sorted(rows, key=lambda row: (row["inbox_id"], row["thread_key"])))

    async def touch_conversations(self, rows: Values) -> None:
        """Move conversations on: each row has `key`, `case` and `at`."""
        if rows:
            statement = update(_conversations).where(_conversations.c.id == bindparam("key")).values(case_id=bindparam("case"), last_message_at=bindparam("at"))
            await (await self._session.connection()).execute(statement, sorted(rows, key=lambda row: cast(int, row["key"])))

    async def insert_messages(self, rows: Values) -> None:
        """Insert messages."""
        await self._insert(_messages, sorted(rows, key=lambda row: (row["inbox_id"], row["external_id"], row["content_hash"])))

    async def insert_attachments(self, rows: Values) -> None:
        """Insert attachments."""
        await self._insert(cast(Table, Attachment.__table__), rows)

    async def insert_payloads(self, rows: Values) -> None:
        """Insert raw payloads."""
        await self._insert(cast(Table, RawPayloadRow.__table__), rows)

    async def insert_documents(self, rows: Values) -> None:
        """Insert what search looks through."""
        await self._insert(cast(Table, SearchDocument.__table__), rows)

    async def _insert(self, into: Table, rows: Values) -> None:
        if rows:
            await (await self._session.connection()).execute(insert(into), rows)


def _hints() -> Select[int, int, int | None, str | None, datetime, int]:
    c = _conversations.c
    joined = _conversations.join(_customers, and_(_customers.c.id == c.customer_id))
    return select(c.id, c.inbox_id, c.case_id, c.folded_subject, c.last_message_at, _customers.c.root_id).select_from(joined)


def _hint(row: Row[int, int, int | None, str | None, datetime, int]) -> ConversationHint:
    return ConversationHint(id=row[0], inbox_id=row[1], case_id=row[2], folded_subject=row[3], last_message_at=row[4], root_id=row[5])
