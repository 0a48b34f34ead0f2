"""Messages as the screens show them, gathered by set."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from inbox.dead_letters import payload_of
from inbox.directory import InboxDirectory
from inbox.models import Attachment, Delivery, Message
from inbox.repositories.payloads import PayloadRepository
from inbox.repositories.reading import ReadingRepository
from inbox.values import DeliveryState, Direction, MessageKind
from inbox.views import DeliveryView, FileView, InboxName, MessageView, Named
from kernel.blobs import Blobs
from kernel.errors import NotFound
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.values import Viewer


async def message(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, message_id: int) -> MessageView:
    """Return one message, or refuse with NotFound when there is none to see."""
    row = await ReadingRepository(uow.session, viewer.inbox_ids).message(message_id)
    return (await views(uow, viewer, directory, [row]))[0]


async def some(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, message_ids: Sequence[int]) -> list[MessageView]:
    """Return those of these messages that the viewer may see, oldest first."""
    return await views(uow, viewer, directory, await ReadingRepository(uow.session, viewer.inbox_ids).messages(message_ids))


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


async def views(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, rows: Sequence[Message]) -> list[MessageView]:
    """Return messages with their authors, files and deliveries: four statements, however many there are."""
    if not rows:
        return []
    reading = ReadingRepository(uow.session, viewer.inbox_ids)
    ids = [row.id for row in rows]
    files, deliveries = await reading.files(ids), await reading.deliveries(ids)
    customers = await reading.roots(sorted({row.customer_id for row in rows}))
    agents = await staff.names_of(uow, sorted({row.author_id for row in rows if row.author_id is not None}))
    inboxes, now = await directory.names(uow, {row.inbox_id for row in rows}), uow.clock.now()
    return [_view(row, files.get(row.id, []), deliveries.get(row.id), customers, agents, inboxes, now) for row in rows]


def _view(
    row: Message,
    files: Sequence[Attachment],
    delivery: Delivery | None,
    customers: Mapping[int, tuple[int, str]],
    agents: Mapping[int, str],
    inboxes: Mapping[int, InboxName],
    now: datetime,
) -> MessageView:
    if row.author_id is not None:
        author_type, author = "agent", Named(id=row.author_id, name=agents.get(row.author_id, "Somebody who left"))
    else:
        author_type, author = "customer", Named(id=customers[row.customer_id][0], name=customers[row.customer_id][1])
    return MessageView(
        id=row.id, case_id=row.case_id, conversation_id=row.conversation_id, customer_id=customers[row.customer_id][0], inbox=inboxes[row.inbox_id],
        direction=Direction(row.direction), kind=MessageKind(row.kind), author_type=author_type, author=author, text=row.text, quoted=row.quoted,
        subject=row.subject, has_html=row.html is not None, is_unverified=row.is_unverified, placed_by=row.placed_by, sent_at=row.sent_at,
        received_at=row.received_at, files=tuple(file_view(file) for file in files), delivery=_delivery(delivery, now) if delivery else None,
    )  # fmt: skip


def file_view(row: Attachment) -> FileView:
    """Return a file as the screens show it."""
    return FileView(id=row.id, name=row.name, media_type=row.media_type, size=row.size, digest=row.digest)


def _delivery(row: Delivery, now: datetime) -> DeliveryView:
    state = DeliveryState(row.state)
    undo_until = row.due_at if state is DeliveryState.HELD and row.due_at > now else None
    return DeliveryView(state=state, recipient=row.recipient, attempts=row.attempts, error=row.error, undo_until=undo_until)
