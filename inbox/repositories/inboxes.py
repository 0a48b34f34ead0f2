"""SQL of inboxes and watermarks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Inbox, WatermarkRow
from kernel.errors import NotFound


class InboxRepository:
    """The configured addresses of ours: a handful of rows."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> Sequence[Inbox]:
        """Return every inbox, oldest first."""
        return (await self._session.execute(select(Inbox).order_by(Inbox.id))).scalars().all()

    async def get(self, inbox_id: int) -> Inbox:
        """Return one inbox.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(Inbox, inbox_id)
        if row is None:
            raise NotFound("inbox", inbox_id)
        return row

    async def find_by_address(self, channel: str, address: str) -> Inbox | None:
        """Return the inbox with this address on this channel."""
        return (await self._session.execute(select(Inbox).where(Inbox.channel == channel, Inbox.address == address))).scalar_one_or_none()

    def add(self, row: Inbox) -> None:
        """Add an inbox."""
        self._session.add(row)

    async def watermark(self, inbox_id: int, name: str) -> str | None:
        """Return how far a source was read."""
        row = await self._session.get(WatermarkRow, (inbox_id, name))
        return row.value if row else None

    async def move_watermark(self, inbox_id: int, name: str, value: str, at: datetime) -> None:
        """Note how far a source was read."""
        await self._session.merge(WatermarkRow(inbox_id=inbox_id, name=name, value=value, moved_at=at))
