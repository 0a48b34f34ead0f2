"""SQL of the event feed."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import EventRow, Message
from inbox.values import FeedEvent
from kernel.bulk import BulkWrite
from kernel.ids import first_id_at, moment_of

_events = cast(Table, EventRow.__table__)
_APPEND = BulkWrite(insert(_events))
# Ids are made before the commit, so a row may appear after one with a higher id; whoever reads on reaches back this far and drops what is known.
_OVERLAP = timedelta(seconds=10)


class FeedRepository:
    """The rows that clients resume from."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(self, rows: list[dict[str, object]]) -> None:
        """Add rows in bulk."""
        await _APPEND.write(self._session, rows)

    async def after(self, since: int, limit: int, conversation_id: int | None = None) -> list[FeedEvent]:
        """Return what came after an event and, overlapping, a little before it, oldest first, of one conversation or of all."""
        return await self.beyond(first_id_at(moment_of(since) - _OVERLAP), limit, conversation_id)

    async def beyond(self, event_id: int, limit: int, conversation_id: int | None = None) -> list[FeedEvent]:
        """Return the events with higher ids, oldest first."""
        statement = select(EventRow).where(EventRow.id > event_id)
        if conversation_id is not None:
            statement = statement.where(EventRow.conversation_id == conversation_id)
        rows = (await self._session.execute(statement.order_by(EventRow.id).limit(limit))).scalars()
        return [
            FeedEvent(id=row.id, kind=row.kind, inbox_id=row.inbox_id, conversation_id=row.conversation_id, payload=row.payload, happened_at=row.happened_at)
            for row in rows
        ]

    async def newest(self) -> int:
        """Return the highest id, 0 when there is none."""
        return (await self._session.execute(select(func.max(EventRow.id)))).scalar_one_or_none() or 0

    async def newest_made(self) -> int:
        """Return the highest id among events and messages, 0 when there is neither."""
        return max(await self.newest(), (await self._session.execute(select(func.max(Message.id)))).scalar_one_or_none() or 0)

    async def forget(self, before: datetime) -> None:
        """Drop rows from before a moment."""
        await self._session.execute(delete(EventRow).where(EventRow.id < first_id_at(before)))
