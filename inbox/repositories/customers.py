"""SQL of who may see which customer: whoever may see one of their conversations."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, column, exists, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Conversation
from kernel.db import written

_customers = table("customers", column("id"), column("root_id"))
_leaf = _customers.alias("leaf_that_talks")
_conversations = cast(Table, Conversation.__table__)
_c = _conversations.c
_TALKS = exists().where(_c.customer_id == _customers.c.id, _c.inbox_id.in_(bindparam("inboxes", expanding=True)))
# Built once: every look at a customer begins with it.
_AMONG = select(_customers.c.root_id).where(_customers.c.root_id.in_(bindparam("roots", expanding=True)), _TALKS).distinct()


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
        rows = await (await written(self._session)).execute(_AMONG, {"roots": list(root_ids), "inboxes": list(inbox_ids)})
        return {row[0] for row in rows}
