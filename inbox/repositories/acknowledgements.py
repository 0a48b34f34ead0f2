"""SQL of acknowledgements: who was acknowledged when, and who has written how much lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Table, bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import Acknowledgement, Delivery, Message
from inbox.values import Direction
from kernel.bulk import BulkWrite
from kernel.db import core

_messages, _acknowledgements, _deliveries = (cast(Table, row.__table__) for row in (Message, Acknowledgement, Delivery))
_m, _a = _messages.c, _acknowledgements.c


def _among(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


_SENT = select(_a.inbox_id, _a.correspondent, _a.sent_at).where(
    _a.inbox_id.in_(_among("inboxes")), _a.correspondent.in_(_among("correspondents")), _a.hour >= bindparam("hour")
)
_HEARD = (
    select(_m.inbox_id, _m.customer_id, func.count())
    .where(_m.customer_id.in_(_among("customers")), _m.id >= bindparam("since"), _m.inbox_id.in_(_among("inboxes")), _m.direction == Direction.IN)
    .group_by(_m.inbox_id, _m.customer_id)
)
_ADD, _SEND = BulkWrite(insert(_acknowledgements)), BulkWrite(insert(_deliveries))


class AcknowledgementRepository:
    """What was said by itself."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def sent(self, inbox_ids: Sequence[int], correspondents: Sequence[str], since_hour: int) -> list[tuple[int, str, datetime]]:
        """Return (inbox, correspondent, moment) of the acknowledgements to some correspondents since an hour."""
        rows = await (await core(self._session)).execute(_SENT, {"inboxes": inbox_ids, "correspondents": correspondents, "hour": since_hour})
        return [(row[0], row[1], row[2]) for row in rows]

    async def heard(self, inbox_ids: Sequence[int], customer_ids: Sequence[int], since_id: int) -> dict[tuple[int, int], int]:
        """Return how many messages came since an id, by inbox and customer."""
        rows = await (await core(self._session)).execute(_HEARD, {"inboxes": inbox_ids, "customers": customer_ids, "since": since_id})
        return {(row[0], row[1]): row[2] for row in rows}

    async def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Note acknowledgements; one for each case, one in an hour for each correspondent, whoever writes them.

        Raises:
            IntegrityError: another process was faster.
        """
        await _ADD.write(self._session, sorted(rows, key=lambda row: (row["inbox_id"], row["correspondent"])))

    async def send(self, rows: Sequence[dict[str, object]]) -> None:
        """Put messages into the outbox."""
        await _SEND.write(self._session, rows)
