"""Webhooks on their way: told of what concerns them, at least once, in order, by whoever lives; given up in the end, and resumed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.compose import Estate
from identity_resolution.events import CustomerChanged
from inbox.announcer import GIVES_UP_AFTER, LEASE
from inbox.models import EventRow, WebhookDelivery, WebhookSubscription
from kernel.clock import MovedClock
from kernel.ids import IdMaker
from tests.inbox.conftest import WEBHOOKS, Desk, answer
from tests.inbox.webhooks import fed, says, subscribed, view_of
from tests.support import house
from tests.support.house import rows, said
from tests.support.receiver import Receiver, never, receiver


@pytest.fixture
async def other(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
    """A second process on the same database."""
    async with house.built(database_url, tmp_path / "var", clock, **WEBHOOKS) as built:
        yield built


class TestTelling:
    async def test_tells_everything_in_order_and_signed(self, desk: Desk, told: Receiver) -> None:
        made = await subscribed(desk, told.url)
        for text in ("one", "two"):
            await answer(desk, await desk.estate.intake.take(said(desk.sms, text)))
        await desk.estate.announcer.drain()
        events = await rows(desk.estate.house.factory, EventRow)
        assert told.ids == [event.id for event in events]
        assert told.kinds == [event.kind for event in events]
        assert [got.letter["data"] for got in told.got] == [event.payload for event in events]
        assert all(got.is_signed_with(made.secret) for got in told.got)
        assert not told.got[0].is_signed_with("whsec_" + "A" * 44)

    async def test_tells_the_kinds_that_were_asked_for(self, desk: Desk, told: Receiver) -> None:
        await subscribed(desk, told.url, "case.opened", "message.sent")
        await answer(desk, await desk.estate.intake.take(said(desk.sms)))
        await desk.estate.announcer.drain()
        assert told.kinds == ["case.opened", "message.sent"]

    async def test_tells_of_its_own_inboxes_only(self, desk: Desk, told: Receiver) -> None:
        """Not of others, and not of what belongs to none: that may be about anybody."""
        await subscribed(desk, told.url, inbox_ids=[desk.telegram])
        await says(desk, "secret")
        await says(desk, "not secret", desk.telegram)
        async with desk.estate.house.factory() as uow:
            uow.record(CustomerChanged(customer_id=7))
        await desk.estate.announcer.drain()
        assert await fed(desk, "customer.changed")
        assert {got.letter["data"].get("inbox_id") for got in told.got} == {str(desk.telegram)}

    async def test_tells_a_subscription_without_inboxes_nothing(self, desk: Desk, told: Receiver) -> None:
        """An empty list is no inbox, never every inbox."""
        await subscribed(desk, told.url, inbox_ids=[])
        await says(desk, "secret")
        await desk.estate.announcer.drain()
        assert told.got == []

    async def test_begins_with_what_happens_after_it_was_made(self, desk: Desk, told: Receiver) -> None:
        await says(desk, "before")
        before = await fed(desk)
        await subscribed(desk, told.url)
        await says(desk, "after")
        await desk.estate.announcer.drain()
        assert told.ids == (await fed(desk))[len(before) :]

    async def test_tells_what_becomes_visible_late(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        """Ids are made before the commit: a row may appear behind one that was told already. None is told twice."""
        await subscribed(desk, told.url)
        clock.advance(seconds=5)
        late = IdMaker(clock)()
        clock.advance(seconds=5)
        await says(desk, "first")
        await desk.estate.announcer.drain()
        async with desk.estate.house.factory() as uow:
            uow.session.add(
                EventRow(id=late, kind="note.added", inbox_id=desk.sms, conversation_id=None, payload={"inbox_id": str(desk.sms)}, happened_at=clock.now())
            )
        await desk.estate.announcer.drain()
        assert told.ids[-1] == late
        assert sorted(told.ids) == await fed(desk)

    async def test_does_not_stay_behind_when_nothing_concerns_it(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        made = await subscribed(desk, told.url, "note.added")
        clock.advance(minutes=5)
        await says(desk, "not a note")
        await desk.estate.announcer.drain()
        [row] = await rows(desk.estate.house.factory, WebhookSubscription)
        assert (row.id, row.cursor, told.got) == (made.id, (await fed(desk))[-1], [])


class TestFailing:
    async def test_tells_the_same_letter_again_until_it_is_taken(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        made = await subscribed(desk, told.url, "message.received")
        told.answers.extend([500, 404])
        for text in ("one", "two"):
            await says(desk, text)
        for _ in range(2):
            await desk.estate.announcer.drain()
            assert (await view_of(desk, made)).state == "failing"
            clock.advance(seconds=15)
        await desk.estate.announcer.drain()
        first, second = await fed(desk, "message.received")
        assert told.ids == [first, first, first, second]
        assert len({got.body for got in told.got[:3]}) == 1
        assert (await view_of(desk, made)).state == "ok"
        assert [(row.event_id, row.attempts, row.status) for row in await rows(desk.estate.house.factory, WebhookDelivery)] == [
            (first, 3, 200),
            (second, 1, 200),
        ]

    async def test_is_not_tried_again_before_its_time(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        await subscribed(desk, told.url, "message.received")
        told.answers.append(503)
        await says(desk, "one")
        for _ in range(3):
            await desk.estate.announcer.drain()
        assert len(told.got) == 1

    async def test_does_not_wait_for_a_clock_that_was_put_back(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        """The wait that it was given under the other clock is longer than any."""
        clock.advance(days=1)
        await subscribed(desk, told.url, "message.received")
        told.answers.append(503)
        await says(desk, "one")
        await desk.estate.announcer.drain()
        clock.advance(days=-1)
        await desk.estate.announcer.drain()
        assert [got.id for got in told.got] == (await fed(desk, "message.received")) * 2

    async def test_is_given_up_after_a_day_and_can_be_resumed(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        made = await subscribed(desk, told.url, "message.received")
        told.answers.extend([500] * 100)
        await says(desk, "one")
        began = clock.now()
        while (await view_of(desk, made)).state != "paused":
            await desk.estate.announcer.drain()
            clock.advance(hours=5)
            assert clock.now() - began < GIVES_UP_AFTER + timedelta(hours=12)
        tried = len(told.got)
        view = await view_of(desk, made)
        assert "24 hours" in (view.paused_because or "")
        assert "500" in (view.last_error or "")
        await says(desk, "two")
        await desk.estate.announcer.drain()
        assert len(told.got) == tried
        told.answers.clear()
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.resume(uow, made.id, skip_missed=False)
        await desk.estate.announcer.drain()
        assert told.ids[tried:] == await fed(desk, "message.received")
        assert (await view_of(desk, made)).state == "ok"

    async def test_that_is_resumed_from_now_leaves_out_what_it_missed(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        made = await subscribed(desk, told.url, "message.received")
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.pause(uow, made.id)
        await says(desk, "missed")
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.resume(uow, made.id, skip_missed=True)
        await says(desk, "told")
        await desk.estate.announcer.drain()
        assert told.ids == (await fed(desk, "message.received"))[1:]

    async def test_that_was_paused_for_longer_than_the_feed_lasts_says_so(self, desk: Desk, told: Receiver, clock: MovedClock) -> None:
        made = await subscribed(desk, told.url)
        async with desk.estate.house.factory() as uow:
            await desk.estate.house.subscriptions.pause(uow, made.id)
        clock.advance(hours=73)
        async with desk.estate.house.factory() as uow:
            view = await desk.estate.house.subscriptions.resume(uow, made.id, skip_missed=False)
        assert "not kept any more" in (view.last_error or "")

    async def test_that_is_gone_is_paused_at_once(self, desk: Desk, told: Receiver) -> None:
        made = await subscribed(desk, told.url)
        told.answers.append(410)
        await says(desk, "one")
        await desk.estate.announcer.drain()
        assert "410" in ((await view_of(desk, made)).paused_because or "")

    async def test_keeps_no_other_waiting(self, desk: Desk, told: Receiver) -> None:
        """As it runs: one receiver never answers, the other is told of one message after the other."""
        async with receiver() as dead:
            dead.answers.extend([never] * 10)
            await subscribed(desk, dead.url, "message.received")
            await subscribed(desk, told.url, "message.received")
            desk.estate.announcer.start(desk.estate.tasks, desk.estate.house.push)
            async with asyncio.timeout(5):
                for n in range(3):
                    told.came.clear()
                    await says(desk, f"message {n}")
                    await told.came.wait()
            assert told.ids == await fed(desk, "message.received")
            assert len(dead.got) == 1
            await desk.estate.tasks.stop()


class TestProcesses:
    async def test_that_work_together_tell_once(self, desk: Desk, other: Estate, told: Receiver) -> None:
        await subscribed(desk, told.url)
        for n in range(5):
            await says(desk, f"message {n}")
        await asyncio.gather(*(estate.announcer.drain() for estate in (desk.estate, other)))
        assert told.ids == await fed(desk)

    async def test_that_die_in_the_middle_lose_nothing(self, desk: Desk, other: Estate, told: Receiver, clock: MovedClock) -> None:
        """The receiver took the third letter, and its process died before that was noted: it comes again, with the same id, and what follows in order."""
        await subscribed(desk, told.url, "message.received")
        for n in range(5):
            await says(desk, f"message {n}")
        told.answers.extend([200, 200, never])
        dying = asyncio.ensure_future(desk.estate.announcer.drain())
        while len(told.got) < 3:
            told.came.clear()
            await told.came.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await other.announcer.drain()
        assert len(told.got) == 3, "another process waits until the lease has ended"
        clock.advance(LEASE)
        async with asyncio.timeout(3):
            await other.announcer.drain()
        one, two, three, four, five = await fed(desk, "message.received")
        assert told.ids == [one, two, three, three, four, five]
        assert told.got[2].body == told.got[3].body
