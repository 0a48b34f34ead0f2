"""The feed: told once live, and again to whoever was away."""

from collections.abc import Sequence

from inbox.events import MessageReceived
from inbox.models import EventRow
from inbox.values import FeedEvent
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk
from tests.support.house import rows, said


async def test_tells_live_what_was_committed_and_nothing_that_was_not(desk: Desk) -> None:
    heard: list[FeedEvent] = []
    stop = desk.estate.house.push.subscribe(heard.extend)
    await desk.estate.intake.take(said(desk.sms))
    assert {event.kind for event in heard} == {"case.opened", "case.changed", "message.received"}
    assert [event.id for event in heard] == [row.id for row in await rows(desk.estate.house.factory, EventRow)]
    stop()
    await desk.estate.intake.take(said(desk.sms, "more"))
    assert len(heard) == 3


async def test_gives_whoever_was_away_everything_since(desk: Desk, clock: MovedClock) -> None:
    await desk.estate.intake.take(said(desk.sms, "seen"))
    async with desk.estate.house.factory.reading() as uow:
        cursor = await desk.estate.house.feed.cursor(uow)
    clock.advance(hours=1)
    taken = await desk.estate.intake.take(said(desk.sms, "missed"))
    async with desk.estate.house.factory.reading() as uow:
        missed = await desk.estate.house.feed.missed(uow, cursor)
    assert missed is not None
    fresh = [event for event in missed if event.id > cursor]
    assert [event.payload["message_id"] for event in fresh if event.kind == MessageReceived.kind] == [str(taken.message_id)]


async def test_finds_a_row_that_was_committed_late(desk: Desk, clock: MovedClock) -> None:
    """Ids are made before the commit: a row with a lower id may appear after the client has seen a higher one."""
    late = desk.estate.house.factory.ids()
    clock.advance(seconds=5)
    await desk.estate.intake.take(said(desk.sms))
    async with desk.estate.house.factory.reading() as uow:
        cursor = await desk.estate.house.feed.cursor(uow)
    async with desk.estate.house.factory() as uow:
        uow.session.add(EventRow(id=late, kind="late", inbox_id=None, conversation_id=None, payload={}, happened_at=clock.now()))
    async with desk.estate.house.factory.reading() as uow:
        missed = await desk.estate.house.feed.missed(uow, cursor)
    assert missed is not None
    assert late in [event.id for event in missed]


async def test_sends_a_client_that_was_away_too_long_to_load_anew(desk: Desk, clock: MovedClock) -> None:
    await desk.estate.intake.take(said(desk.sms))
    async with desk.estate.house.factory.reading() as uow:
        cursor = await desk.estate.house.feed.cursor(uow)
    clock.advance(hours=73)
    async with desk.estate.house.factory() as uow:
        assert await desk.estate.house.feed.missed(uow, cursor) is None
        await desk.estate.house.feed.forget(uow)
    assert await rows(desk.estate.house.factory, EventRow) == []


async def test_a_failing_subscriber_costs_nobody_else_anything(desk: Desk) -> None:
    heard: list[int] = []

    def fail(_events: Sequence[FeedEvent]) -> None:
        raise RuntimeError("no")

    desk.estate.house.push.subscribe(fail)
    desk.estate.house.push.subscribe(lambda events: heard.append(len(events)))
    taken = await desk.estate.intake.take(said(desk.sms))
    assert taken.message_id is not None
    assert heard == [3]
