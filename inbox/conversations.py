"""Conversations as the API shows them."""

from collections.abc import Sequence

from inbox.directory import InboxDirectory
from inbox.models import Conversation
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.replies import ReplyRepository
from inbox.views import ConversationView, Named
from kernel.paging import Page, keyset, page_of
from kernel.uow import UnitOfWork
from staff.values import Viewer


async def page(
    uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, customer_id: int | None, inbox_id: int | None, cursor: str | None, limit: int
) -> Page[ConversationView]:
    """Return conversations, the newest first, of a customer (all leaves) or of all."""
    key = keyset(cursor, 1)
    leaf_ids = None if customer_id is None else await ReplyRepository(uow.session).leaf_ids(customer_id)
    rows = await ReadingRepository(uow.session, viewer.inbox_ids).conversations(leaf_ids, inbox_id, key[0] if key else None, limit + 1)
    return page_of(await _views(uow, viewer, directory, rows), limit, lambda view: [view.id])


async def get(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, conversation_id: int) -> ConversationView:
    """Return one conversation, or refuse with NotFound when there is none to see."""
    row = await ReadingRepository(uow.session, viewer.inbox_ids).conversation(conversation_id)
    return (await _views(uow, viewer, directory, [row]))[0]


async def _views(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, rows: Sequence[Conversation]) -> list[ConversationView]:
    customers = await ReadingRepository(uow.session, viewer.inbox_ids).roots(sorted({row.customer_id for row in rows}))
    inboxes = await directory.names(uow, {row.inbox_id for row in rows})
    return [
        ConversationView(
            id=row.id, inbox=inboxes[row.inbox_id], customer=Named(id=customers[row.customer_id][0], name=customers[row.customer_id][1]), case_id=row.case_id,
            subject=row.subject, last_message_at=row.last_message_at,
        )
        for row in rows
    ]  # fmt: skip
