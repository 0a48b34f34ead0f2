"""SQL of reading: timelines, messages with what belongs to them, names of customers; every list by set."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import BindParameter, ColumnElement, bindparam, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Attachment, Conversation, Delivery, Message
from inbox.values import Direction
from kernel.db import core
from kernel.errors import NotFound
from kernel.merging import merged

_customers = table("customers", column("id"), column("root_id"), column("name"))
# Made once: a list of fifty ids put into a statement each time costs more than the database takes for it.
_IDS: BindParameter[object] = bindparam("ids", expanding=True)
_roots = _customers.alias("roots")
_NAMED = select(_customers.c.id, _roots.c.id, _roots.c.name).join(_roots, _roots.c.id == _customers.c.root_id).where(_customers.c.id.in_(_IDS))


class ReadingRepository:
    """Messages as people read them; `inbox_ids` (None: all) limits what is seen."""

    def __init__(self, session: AsyncSession, inbox_ids: frozenset[int] | None) -> None:
        self._session = session
        self._inbox_ids = inbox_ids

    def _visible(self, inbox_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        return [] if self._inbox_ids is None else [inbox_id.in_(self._inbox_ids)]

    async def message(self, message_id: int) -> Message:
        """Return a message that may be seen.

        Raises:
            NotFound: there is none.
        """
        statement = select(Message).where(Message.id == message_id, *self._visible(cast("ColumnElement[int]", Message.inbox_id)))
        row = (await self._session.execute(statement)).scalar_one_or_none()
        if row is None:
            raise NotFound("message", message_id)
        return row

    async def timeline(self, leaf_ids: Sequence[int], before: int | None, limit: int) -> list[int]:
        """Return the ids of a customer's messages, newest first."""
        parameters: dict[str, object] = {f"leaf{at}": leaf_id for at, leaf_id in enumerate(leaf_ids)}
        # The sign keeps SQLite from beginning with the inboxes.
        seen = "" if self._inbox_ids is None else f"AND +inbox_id IN ({', '.join(str(int(one)) for one in sorted(self._inbox_ids)) or 'NULL'})"
        older = "" if before is None else "AND id < :before"
        if before is not None:
            parameters["before"] = before
        # From the index alone: what may not be seen, and what is not on this page, is never read.
        of_leaf = "SELECT id, id AS at FROM messages WHERE customer_id = :leaf{at} {seen} {older} ORDER BY id DESC LIMIT :most"
        ranges = [of_leaf.format(at=at, seen=seen, older=older) for at in range(len(leaf_ids))]
        return await merged(self._session, ranges, parameters, limit)

    async def file(self, attachment_id: int) -> tuple[Attachment, Message | None]:
        """Return a file with its message; one that was not sent yet has none.

        Raises:
            NotFound: there is none with this id.
        """
        statement = select(Attachment, Message).join(Message, Message.id == Attachment.message_id, isouter=True).where(Attachment.id == attachment_id)
        row = (await self._session.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("attachment", attachment_id)
        return row

    def add_file(self, row: Attachment) -> None:
        """Keep a file that an agent put up."""
        self._session.add(row)

    async def roots(self, leaf_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return for each leaf its root and the root's name."""
        return {row[0]: (row[1], row[2]) for row in (await (await core(self._session)).execute(_NAMED, {"ids": leaf_ids})).all()}

    async def conversations(self, leaf_ids: Sequence[int] | None, inbox_id: int | None, before: int | None, limit: int) -> Sequence[Conversation]:
        """Return conversations, the newest first, of one customer or inbox or of all."""
        statement = select(Conversation).where(*self._visible(cast("ColumnElement[int]", Conversation.inbox_id)))
        if leaf_ids is not None:
            statement = statement.where(Conversation.customer_id.in_(leaf_ids))
        if inbox_id is not None:
            statement = statement.where(Conversation.inbox_id == inbox_id)
        if before is not None:
            statement = statement.where(Conversation.id < before)
        return (await self._session.execute(statement.order_by(Conversation.id.desc()).limit(limit))).scalars().all()

    async def conversation(self, conversation_id: int) -> Conversation:
        """Return a conversation that may be seen.

        Raises:
            NotFound: there is none.
        """
        statement = select(Conversation).where(Conversation.id == conversation_id, *self._visible(cast("ColumnElement[int]", Conversation.inbox_id)))
        row = (await self._session.execute(statement)).scalar_one_or_none()
        if row is None:
            raise NotFound("conversation", conversation_id)
        return row

    async def find_thread(self, inbox_id: int, thread_key: str) -> Conversation | None:
        """Return the conversation of a channel's own thread."""
        statement = select(Conversation).where(Conversation.inbox_id == inbox_id, Conversation.thread_key == thread_key)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def last_inbound(self, conversation_id: int) -> int | None:
        """Return the newest message that the customer of a conversation wrote."""
        statement = select(func.max(Message.id)).where(Message.conversation_id == conversation_id, Message.direction == Direction.IN)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def chat(self, conversation_id: int, message_ids: Sequence[int] | None, most: int) -> list[tuple[Message, Delivery | None]]:
        """Return what the customer of a conversation may see of it, oldest first: the newest `most`, or just some."""
        statement = (
            select(Message, Delivery)
            .join(Delivery, Delivery.message_id == Message.id, isouter=True)
            .where(Message.conversation_id == conversation_id, Message.kind == "message")
            .where((Message.direction == Direction.IN) | Delivery.state.in_(("sent", "delivered", "read")))
        )
        if message_ids is not None:
            statement = statement.where(Message.id.in_(message_ids))
        rows = (await self._session.execute(statement.order_by(Message.id.desc()).limit(most))).all()
        return list(reversed(rows))
