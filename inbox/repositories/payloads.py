"""SQL of raw payloads and dead letters."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Attachment, Inbox, RawPayloadRow
from kernel.errors import NotFound
from kernel.ids import first_id_at


class PayloadRepository:
    """What came over the wire."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: RawPayloadRow) -> None:
        """Keep a payload."""
        self._session.add(row)

    async def find_dead(self, inbox_id: int, digest: str) -> int | None:
        """Return the dead letter with the same bytes, so that a vendor's repetition makes no second one."""
        statement = select(RawPayloadRow.id).where(RawPayloadRow.state == "dead", RawPayloadRow.inbox_id == inbox_id, RawPayloadRow.digest == digest)
        return (await self._session.execute(statement.limit(1))).scalar_one_or_none()

    async def get(self, letter_id: int) -> RawPayloadRow:
        """Return a dead letter, replayed or not.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(RawPayloadRow, letter_id)
        if row is None or row.state == "kept":
            raise NotFound("dead letter", letter_id)
        return row

    async def page(self, inbox_ids: frozenset[int] | None, before: int | None, limit: int) -> Sequence[tuple[RawPayloadRow, str]]:
        """Return dead letters, newest first, one more than `limit`, with their inbox's name."""
        statement = select(RawPayloadRow, Inbox.name).join(Inbox, Inbox.id == RawPayloadRow.inbox_id).where(RawPayloadRow.state != "kept")
        if inbox_ids is not None:
            statement = statement.where(RawPayloadRow.inbox_id.in_(inbox_ids))
        if before is not None:
            statement = statement.where(RawPayloadRow.id < before)
        return (await self._session.execute(statement.order_by(RawPayloadRow.id.desc()).limit(limit + 1))).all()

    async def of_message(self, message_id: int) -> RawPayloadRow | None:
        """Return what a message was made from, if it is still kept."""
        return (await self._session.execute(select(RawPayloadRow).where(RawPayloadRow.message_id == message_id).limit(1))).scalar_one_or_none()

    async def forget(self, before: datetime, most: int) -> tuple[int, list[str]]:
        """Drop kept payloads from before a moment, `most` at once; return how many, and the blobs that nothing refers to any more. Dead letters stay until they are replayed."""
        old = select(RawPayloadRow.id).where(RawPayloadRow.id < first_id_at(before), RawPayloadRow.state != "dead").order_by(RawPayloadRow.id).limit(most)
        gone = (await self._session.execute(delete(RawPayloadRow).where(RawPayloadRow.id.in_(old)).returning(RawPayloadRow.blob))).scalars().all()
        blobs = {blob for blob in gone if blob is not None}
        wanted: set[str | None] = set()
        for column in (RawPayloadRow.blob, Attachment.digest) if blobs else ():
            wanted.update((await self._session.execute(select(column).where(column.in_(blobs)))).scalars())
        return len(gone), sorted(blobs - wanted)
