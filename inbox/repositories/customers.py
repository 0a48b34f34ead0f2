"""SQL of who may see which customer: whoever may see one of their conversations."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, column, exists, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Conversation

_customers = table("customers", column("id"), column("root_id"))
_leaf = _customers.alias("leaf_that_talks")


class VisibleCustomers:
    """Customers by the inboxes that they have written to."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @staticmethod
    def condition(root_id: ColumnElement[int], inbox_ids: Collection[int]) -> ColumnElement[bool]:
        """Say of a root, inside somebody's query, whether any leaf of it has a conversation in one of these inboxes."""
        return exists().where(_leaf.c.root_id == root_id, Conversation.customer_id == _leaf.c.id, Conversation.inbox_id.in_(inbox_ids))

    async def among(self, root_ids: Collection[int], inbox_ids: Collection[int]) -> set[int]:
        """Return those of these roots that have a conversation, of any leaf, in one of these inboxes."""
        talks = exists().where(Conversation.customer_id == _customers.c.id, Conversation.inbox_id.in_(inbox_ids))
        rows = await self._session.execute(select(_customers.c.root_id).where(_customers.c.root_id.in_(root_ids), talks).distinct())
        return set(rows.scalars())
