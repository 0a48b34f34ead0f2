"""What could not be read or placed: kept, shown, and replayable."""

import zlib

from channels.contract import RawPayload
from inbox.errors import AlreadyReplayed
from inbox.models import RawPayloadRow
from inbox.repositories.payloads import PayloadRepository
from inbox.views import DeadLetter
from kernel.blobs import Blobs, digest_of
from kernel.paging import Page, keyset, page_of
from kernel.uow import UnitOfWork
from staff.values import Viewer


async def bury(uow: UnitOfWork, inbox_id: int, payload: RawPayload, *, body: bytes | None, blob: str | None, code: str, reason: str) -> int:
    """Keep a payload as a dead letter and return its id; the same bytes again give the same letter."""
    repository = PayloadRepository(uow.session)
    digest = digest_of(payload.body)
    known = await repository.find_dead(inbox_id, digest)
    if known is not None:
        return known
    row = _row(uow, inbox_id, payload, body, blob, state="dead", code=code, reason=reason)
    repository.add(row)
    return row.id


def keep(uow: UnitOfWork, inbox_id: int, payload: RawPayload, *, body: bytes | None, blob: str | None, message_id: int) -> None:
    """Keep a report beside the message that it speaks of."""
    PayloadRepository(uow.session).add(_row(uow, inbox_id, payload, body, blob, state="kept", message_id=message_id))


async def page(uow: UnitOfWork, viewer: Viewer, cursor: str | None, limit: int) -> Page[DeadLetter]:
    """Return dead letters of the inboxes that the viewer may see, newest first."""
    before = keyset(cursor, 1)
    found = await PayloadRepository(uow.session).page(viewer.inbox_ids, before[0] if before else None, limit)
    return page_of([_view(row, name) for row, name in found], limit, lambda letter: [letter.id])


async def exhume(uow: UnitOfWork, letter_id: int) -> RawPayloadRow:
    """Return a dead letter that was not replayed yet.

    Raises:
        NotFound: there is none with this id.
        AlreadyReplayed: it was.
    """
    row = await PayloadRepository(uow.session).get(letter_id)
    if row.state != "dead":
        raise AlreadyReplayed
    return row


async def mark_replayed(uow: UnitOfWork, letter_id: int) -> None:
    """Note that a dead letter was read after all."""
    (await exhume(uow, letter_id)).state = "replayed"


async def payload_of(row: RawPayloadRow, blobs: Blobs) -> RawPayload:
    """Return what came over the wire, as it came."""
    if row.body is not None:
        body = zlib.decompress(row.body)
    else:
        body = await blobs.get(row.blob) if row.blob else b""
    return RawPayload(source=row.source, content_type=row.content_type, body=body, received_at=row.received_at)


def _row(
    uow: UnitOfWork, inbox_id: int, payload: RawPayload, body: bytes | None, blob: str | None, *, state: str, message_id: int | None = None,
    code: str | None = None, reason: str | None = None,
) -> RawPayloadRow:  # fmt: skip
    return RawPayloadRow(
        id=uow.ids(), inbox_id=inbox_id, message_id=message_id, source=payload.source, content_type=payload.content_type[:200], body=body, blob=blob,
        size=len(payload.body), received_at=payload.received_at, state=state, code=code, reason=reason, digest=digest_of(payload.body),
    )  # fmt: skip


def _view(row: RawPayloadRow, inbox_name: str) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        inbox_id=row.inbox_id,
        inbox_name=inbox_name,
        source=row.source,
        received_at=row.received_at,
        code=row.code or "",
        reason=row.reason or "",
        size=row.size,
        state=row.state,
    )
