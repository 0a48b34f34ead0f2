"""Conversations: threads on one channel."""

from api.route import Call, Routes
from api.schemas.common import GivenId, PageShape, Paging
from api.schemas.messages import ConversationShape
from inbox import conversations

routes = Routes("conversations")


class ConversationQuery(Paging):
    """Whose, and where."""

    customer_id: GivenId | None = None
    inbox_id: GivenId | None = None


@routes.route("GET", "/api/v1/conversations", answers={200: PageShape[ConversationShape]})
async def list_conversations(call: Call, query: ConversationQuery) -> PageShape[ConversationShape]:
    """Return conversations, the newest first."""
    async with call.house.factory.reading() as uow:
        found = await conversations.page(uow, call.viewer, call.house.directory, query.customer_id, query.inbox_id, query.cursor, query.limit)
    return PageShape[ConversationShape](items=[ConversationShape.of(one) for one in found.items], next=found.next)


@routes.route("GET", "/api/v1/conversations/{conversation_id}", answers={200: ConversationShape})
async def get_conversation(call: Call, conversation_id: int) -> ConversationShape:
    """Return a conversation."""
    async with call.house.factory.reading() as uow:
        return ConversationShape.of(await conversations.get(uow, call.viewer, call.house.directory, conversation_id))
