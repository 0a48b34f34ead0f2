"""SQL of writing: what an agent answers to, and by which ways."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, column, func, insert, or_, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.participants import Participant, from_rows
from inbox.models import Attachment, Conversation, Message, SearchDocument
from inbox.values import Direction
from kernel.db import written
from kernel.errors import NotFound

_customers = table("customers", column("id"), column("root_id"))
_identities = table("identities", column("id"), column("customer_id"), column("kind"), column("value"), column("trust"), column("last_seen_at"))

_leaf, _sender, _owner = (_customers.alias(name) for name in ("leaf", "sender", "owner"))
_LEAVES = select(_customers.c.id).join_from(_customers, _leaf, _leaf.c.root_id == _customers.c.root_id).where(_leaf.c.id == bindparam("leaf"))


class ReplyRepository:
    """Conversations to answer in, identities to answer to."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def leaf_ids(self, customer_id: int) -> list[int]:
        """Return all leaves of the customer that this leaf belongs to."""
        return [row[0] for row in await (await written(self._session)).execute(_LEAVES, {"leaf": customer_id})]

    async def conversations(self, leaf_ids: Sequence[int], most: int = 50) -> Sequence[Conversation]:
        """Return a customer's conversations, the one that moved last first."""
        statement = (
            select(Conversation).where(Conversation.customer_id.in_(leaf_ids)).order_by(Conversation.last_message_at.desc(), Conversation.id.desc()).limit(most)
        )
        return (await self._session.execute(statement)).scalars().all()

    async def last_senders(self, conversation_ids: Sequence[int]) -> dict[int, tuple[int, str, str]]:
        """Return for each conversation the identity (id, value, trust) that its customer wrote from last, or that we wrote to; guests' own are not among them."""
        newest = (
            select(Message.conversation_id, func.max(Message.id).label("newest"))
            .join(_identities, _identities.c.id == Message.identity_id)
            .join(_sender, _sender.c.id == _identities.c.customer_id)
            .join(_owner, _owner.c.id == Message.customer_id)
            .where(Message.conversation_id.in_(conversation_ids), _sender.c.root_id == _owner.c.root_id)
            .group_by(Message.conversation_id)
            .subquery()
        )
        rows = await self._session.execute(
            select(Message.conversation_id, _identities.c.id, _identities.c.value, _identities.c.trust)
            .join(newest, Message.id == newest.c.newest)
            .join(_identities, _identities.c.id == Message.identity_id)
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    async def last_participants(self, conversation_ids: Sequence[int]) -> dict[int, tuple[Participant, ...]]:
        """Return for each conversation who else the newest inbound message was written to, and who wrote it."""
        newest = (
            select(func.max(Message.id))
            .where(Message.conversation_id.in_(conversation_ids), Message.direction == Direction.IN)
            .group_by(Message.conversation_id)
            .scalar_subquery()
        )
        rows = await self._session.execute(
            select(Message.conversation_id, Message.participants, _identities.c.value)
            .join(_identities, _identities.c.id == Message.identity_id)
            .where(Message.id.in_(newest))
        )
        return {row[0]: (Participant(address=row[2]), *from_rows(row[1])) for row in rows}

    async def identities(self, leaf_ids: Sequence[int]) -> list[tuple[int, str, str, str]]:
        """Return a customer's identities (id, kind, value, trust), the one seen last first."""
        i = _identities.c
        rows = await self._session.execute(
            select(i.id, i.kind, i.value, i.trust).where(i.customer_id.in_(leaf_ids)).order_by(i.last_seen_at.desc(), i.id.desc())
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def last_conversation_of_case(self, case_id: int, direction: Direction | None = None) -> int | None:
        """Return the conversation of a case's newest message, of one direction or of any."""
        statement = select(Message.conversation_id).where(Message.case_id == case_id)
        if direction is not None:
            statement = statement.where(Message.direction == direction)
        return (await self._session.execute(statement.order_by(Message.id.desc()).limit(1))).scalar_one_or_none()

    async def newer_than(self, case_id: int, message_id: int, author_id: int) -> list[int]:
        """Return what the customer or a colleague has written in a case since a message."""
        by_others = or_(Message.direction == Direction.IN, Message.author_id != author_id)
        statement = select(Message.id).where(Message.case_id == case_id, Message.id > message_id, by_others)
        return list((await self._session.execute(statement.order_by(Message.id))).scalars())

    async def add_message(self, message: Message, searched: str) -> None:
        """Keep a message of ours, and make it searchable."""
        self._session.add(message)
        await self._session.flush()
        await self._session.execute(insert(SearchDocument).values(id=message.id, inbox_id=message.inbox_id, customer_id=message.customer_id, body=searched))

    async def add_conversation(self, conversation: Conversation) -> None:
        """Begin a conversation."""
        self._session.add(conversation)
        await self._session.flush()

    async def conversation(self, conversation_id: int) -> Conversation:
        """Return a conversation.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(Conversation, conversation_id)
        if row is None:
            raise NotFound("conversation", conversation_id)
        return row

    async def find_conversation(self, inbox_id: int, thread_key: str) -> Conversation | None:
        """Return the conversation of a channel's own thread."""
        statement = select(Conversation).where(and_(Conversation.inbox_id == inbox_id, Conversation.thread_key == thread_key))
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def attach(self, attachment_ids: Sequence[int], message_id: int, agent_id: int) -> int:
        """Give an agent's own uploads to a message; return how many there were to give."""
        statement = (
            update(Attachment)
            .where(Attachment.id.in_(attachment_ids), Attachment.message_id.is_(None), Attachment.uploaded_by == agent_id)
            .values(message_id=message_id)
            .returning(Attachment.id)
        )
        return len((await self._session.execute(statement)).scalars().all())
