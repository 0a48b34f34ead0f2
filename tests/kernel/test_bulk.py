"""Bulk inserts: the same rows as SQLAlchemy's own insert would write, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from inbox.models import EventRow
from kernel.bulk import BulkWrite
from kernel.uow import UnitOfWorkFactory

AT = datetime(2026, 3, 11, 9, 30, 0, 123456, tzinfo=UTC)
BULK = BulkWrite(insert(EventRow.__table__))  # type: ignore[arg-type]  # a mapped class's table is a Table


def row(event_id: int, **other: object) -> dict[str, object]:
    return {"id": event_id, "kind": "x.y", "inbox_id": None, "conversation_id": 7, "payload": {"é": [1, None]}, "happened_at": AT} | other


async def test_values_are_converted_as_the_columns_say(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        await BULK.write(uow.session, [row(1), row(2, inbox_id=5)])
        await BULK.write(uow.session, [])
    async with unit_of_work.reading() as uow:
        found = list(await uow.session.scalars(select(EventRow).order_by(EventRow.id)))
    assert [(e.id, e.inbox_id, e.conversation_id, e.payload, e.happened_at) for e in found] == [
        (1, None, 7, {"é": [1, None]}, AT),
        (2, 5, 7, {"é": [1, None]}, AT),
    ]


async def test_what_must_be_unique_is_refused_as_by_any_other_statement(unit_of_work: UnitOfWorkFactory) -> None:
    with pytest.raises(IntegrityError):
        async with unit_of_work() as uow:
            await BULK.write(uow.session, [row(1), row(1)])


async def test_the_order_of_keys_does_not_matter(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        await BULK.write(uow.session, [dict(reversed(row(3).items())), row(4)])
    async with unit_of_work.reading() as uow:
        assert [e.kind for e in await uow.session.scalars(select(EventRow))] == ["x.y", "x.y"]
