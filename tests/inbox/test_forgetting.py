"""What is past its time is dropped, with all that belonged to it, and nothing else is."""

import os
from pathlib import Path

import pytest

from app.jobs import forget_once
from channels.contract import InboundFile, RawPayload
from inbox.models import EventRow, Message, RawPayloadRow
from kernel.blobs import digest_of
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk
from tests.support.house import count, rows, said

LARGE = b"a large mail " * 10_000
ATTACHED = b"a large mail that somebody attached " * 10_000


def raw(clock: MovedClock, body: bytes) -> RawPayload:
    return RawPayload(source="email/imap", content_type="message/rfc822", body=body, received_at=clock.now())


def blobs_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / "var" / "blobs").rglob("*") if path.is_file()}


@pytest.fixture
async def aged(desk: Desk, clock: MovedClock, tmp_path: Path) -> Desk:
    """A desk with payloads in rows and in blobs, a hundred days later."""
    take = desk.estate.intake.take
    await take(said(desk.sms, "small", raw=raw(clock, b"small")))
    await take(said(desk.sms, "large", raw=raw(clock, LARGE)))
    await take(said(desk.sms, "attached", raw=raw(clock, ATTACHED), files=(InboundFile(name="a.eml", media_type="message/rfc822", content=ATTACHED),)))
    assert blobs_in(tmp_path) == {digest_of(LARGE), digest_of(ATTACHED)}
    for path in (tmp_path / "var" / "blobs").rglob("*"):
        os.utime(path, (0, 0))
    clock.advance(days=100)
    return desk


async def test_drops_old_payloads_with_their_blobs_but_no_file_of_a_message(aged: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs._MOST_AT_ONCE", 2)
    await forget_once(aged.estate)
    assert [await count(aged.estate.house.factory, row) for row in (RawPayloadRow, EventRow, Message)] == [0, 0, 3]
    assert blobs_in(tmp_path) == {digest_of(ATTACHED)}


async def test_keeps_what_is_young_and_what_is_dead(aged: Desk, clock: MovedClock, tmp_path: Path) -> None:
    async with aged.estate.house.factory() as uow:
        for row in await rows(aged.estate.house.factory, RawPayloadRow):
            (await uow.session.get_one(RawPayloadRow, row.id)).state = "dead"
    await aged.estate.intake.take(said(aged.sms, "young", raw=raw(clock, b"young")))
    await forget_once(aged.estate)
    assert await count(aged.estate.house.factory, RawPayloadRow) == 4
    assert blobs_in(tmp_path) == {digest_of(LARGE), digest_of(ATTACHED)}
