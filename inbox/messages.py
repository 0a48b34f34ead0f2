"""Messages as the screens show them, gathered by set."""

from collections.abc import Sequence
from datetime import datetime

from channels.participants import from_rows, without_it
from inbox.dead_letters import payload_of
from inbox.directory import InboxDirectory
from inbox.models import Attachment
from inbox.repositories.payloads import PayloadRepository
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.shown import ShownFile, ShownMessage, files_of, shown
from inbox.values import DeliveryState, Direction, MessageKind
from inbox.views import DeliveryView, FileView, InboxName, MessageView, Named
from kernel.blobs import Blobs
from kernel.errors import NotFound
from kernel.uow import UnitOfWork
from staff.values import Viewer


async def message(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, message_id: int) -> MessageView:
    """Return one message, or refuse with NotFound when there is none to see."""
    found = await some(uow, viewer, directory, [message_id])
    if not found:
        raise NotFound("message", message_id)
    return found[0]


async def some(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, message_ids: Sequence[int]) -> list[MessageView]:
    """Return those of these messages that the viewer may see, oldest first, with their authors, files and deliveries: two statements, however many there are."""
    rows = await shown(uow.session, viewer.inbox_ids, message_ids)
    if not rows:
        return []
    files = await files_of(uow.session, [row.id for row in rows])
    inboxes, now = await directory.names(uow, {row.inbox_id for row in rows}), uow.clock.now()
    return [_view(row, files.get(row.id, ()), inboxes[row.inbox_id], now) for row in rows]


async def html_of(uow: UnitOfWork, viewer: Viewer, message_id: int) -> str | None:
    """Return a message's HTML, cleaned on the way in, or None when it has none."""
    return (await ReadingRepository(uow.session, viewer.inbox_ids).message(message_id)).html


async def raw_of(uow: UnitOfWork, viewer: Viewer, blobs: Blobs, message_id: int) -> tuple[str, bytes]:
    """Return (content type, bytes) of what a message was made from.

    Raises:
        NotFound: there is no such message to see, or what it was made from is no longer kept.
    """
    await ReadingRepository(uow.session, viewer.inbox_ids).message(message_id)
    row = await PayloadRepository(uow.session).of_message(message_id)
    if row is None:
        raise NotFound("original of message", message_id)
    payload = await payload_of(row, blobs)
    return payload.content_type, payload.body


def _view(row: ShownMessage, files: Sequence[ShownFile], inbox: InboxName, now: datetime) -> MessageView:
    direction = Direction(row.direction)
    if row.author_id is not None:
        author_type, author = "agent", Named(id=row.author_id, name=row.author_name or "Somebody who left")
    elif direction is Direction.IN:
        # Somebody else's where a guest wrote in a customer's conversation.
        author_type, author = "customer", Named(id=row.sender_id or row.root_id, name=row.sender_name or row.customer_name)
    else:
        author_type, author = "system", None
    return MessageView(
        id=row.id, case_id=row.case_id, conversation_id=row.conversation_id, customer_id=row.root_id, inbox=inbox,
        direction=direction, kind=MessageKind(row.kind), author_type=author_type, author=author, text=row.text, quoted=row.quoted,
        subject=row.subject, has_html=row.has_html, is_unverified=row.is_unverified, is_automatic=row.is_automatic, placed_by=row.placed_by,
        participants=from_rows(row.participants), sent_at=row.sent_at, received_at=row.received_at, files=tuple(file_view(file) for file in files), delivery=_delivery(row, now),
    )  # fmt: skip


def file_view(row: Attachment | ShownFile) -> FileView:
    """Return a file as the screens show it."""
    return FileView(id=row.id, name=row.name, media_type=row.media_type, size=row.size, digest=row.digest)


def _delivery(row: ShownMessage, now: datetime) -> DeliveryView | None:
    if row.state is None or row.recipient is None or row.attempts is None:
        return None
    state = DeliveryState(row.state)
    undo_until = row.due_at if state is DeliveryState.HELD and row.due_at is not None and row.due_at > now else None
    # What became of it for the others is kept with them: it stands whatever becomes of it for the customer.
    words = "; ".join(filter(None, (row.error, without_it(from_rows(row.participants)))))
    return DeliveryView(state=state, recipient=row.recipient, attempts=row.attempts, error=words or None, undo_until=undo_until)
