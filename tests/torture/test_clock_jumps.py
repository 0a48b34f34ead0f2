"""The machine's clock is put back an hour or ahead a year: ids go on rising, nothing is refused for it, lost by it or done twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.limits import TooFast, Window
from app import jobs
from app.compose import Estate
from app.server import opened
from cases import service as cases
from cases.models import Case
from cases.values import Actor, CaseStatus
from channels.contract import RawPayload
from inbox.models import Delivery, EventRow, Inbox, Message, RawPayloadRow
from inbox.values import DeliveryState
from kernel.clock import LeapWatch, MovedClock, SystemClock
from kernel.config import Settings
from kernel.ids import IdMaker
from scheduler.models import FollowUp
from scheduler.runner import Ticker
from scheduler.values import FollowUpState
from staff import service as staff
from staff.models import Session
from staff.rules import PER_ACCOUNT, after_failure, wait_of
from tests.inbox.conftest import Desk, answer
from tests.support import torture
from tests.support.house import RememberingRegistry, built, count, registry_of, rows, said

pytestmark = pytest.mark.torture

BACK, AHEAD = timedelta(hours=-1), timedelta(days=365)
JUMPS = pytest.mark.parametrize("jump", [pytest.param(BACK, id="an hour back"), pytest.param(AHEAD, id="a year ahead")])


@pytest.fixture
async def other(database_url: str, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Estate]:
    """The process that comes after, on the same database."""
    async with built(database_url, tmp_path / "var", clock) as estate:
        yield estate


class TestIds:
    def test_rise_through_any_jumps(self, clock: MovedClock) -> None:
        dice, make, made = torture.dice("clock"), IdMaker(clock), []
        for _ in range(torture.size(200, 20_000)):
            clock.advance(dice.choice((timedelta(milliseconds=1), BACK, timedelta(hours=1), timedelta(0), AHEAD, -AHEAD)))
            made += [make() for _ in range(3)]
        assert made == sorted(set(made))

    @JUMPS
    async def test_rise_also_from_one_process_to_the_next(self, database_url: str, tmp_path: Path, clock: MovedClock, jump: timedelta) -> None:
        """Who was connected resumes from the last id that it saw, and must be told what comes after."""
        settings = Settings(database_url=database_url, var_dir=tmp_path / "var", secret_key="tests only", port=0, _env_file=None)
        last = 0
        for turn in range(3):
            async with opened(settings, clock, RememberingRegistry) as serving:
                inboxes = await serving.estate.house.directory.accounts()
                inbox_id = inboxes[0].inbox_id if inboxes else await _inbox(serving.estate)
                taken = await serving.estate.intake.take(said(inbox_id, f"turn {turn}"))
                assert taken.message_id is not None
                assert taken.message_id > last
                async with serving.estate.house.factory.reading() as uow:
                    assert turn == 0 or await serving.estate.house.feed.missed(uow, last) or jump is AHEAD
                    last = await serving.estate.house.feed.cursor(uow)
                assert [message.text for message in await rows(serving.estate.house.factory, Message)] == [f"turn {n}" for n in range(turn + 1)]
            clock.advance(jump if turn == 0 else -jump)


async def _inbox(estate: Estate) -> int:
    return (await estate.house.directory.create(channel="chat", name="Site", address="desk.example", settings={})).id


class TestIntake:
    @JUMPS
    async def test_takes_what_comes_before_and_after(self, desk: Desk, clock: MovedClock, jump: timedelta) -> None:
        for turn in range(4):
            await desk.estate.intake.take(said(desk.sms, f"turn {turn}"))
            clock.advance(jump if turn % 2 == 0 else -jump)
        assert [message.text for message in await rows(desk.estate.house.factory, Message)] == [f"turn {turn}" for turn in range(4)]
        ids = [event.id for event in await rows(desk.estate.house.factory, EventRow)]
        assert ids == sorted(set(ids))


class TestOutbox:
    async def test_sends_once_when_the_clock_is_put_ahead_while_sending(self, desk: Desk, clock: MovedClock) -> None:
        """The lease seems to have ended a year ago, and the message is still in our hands."""
        taken = await desk.estate.intake.take(said(desk.sms))
        await answer(desk, taken)
        clock.advance(seconds=11)
        gate = registry_of(desk.estate).gates["sms"]
        gate.clear()
        sending = asyncio.create_task(desk.estate.outbox.drain())
        while {row.state for row in await rows(desk.estate.house.factory, Delivery)} != {DeliveryState.SENDING}:
            await asyncio.sleep(0.005)
        clock.advance(AHEAD)
        again = asyncio.create_task(desk.estate.outbox.drain())
        done, _ = await asyncio.wait({again}, timeout=2)
        gate.set()
        await asyncio.gather(sending, again)
        assert done == {again}
        assert len(registry_of(desk.estate).sent["sms"]) == 1
        assert {row.state for row in await rows(desk.estate.house.factory, Delivery)} == {DeliveryState.SENT}

    async def test_goes_on_when_the_clock_is_put_back_while_sending(self, desk: Desk, other: Estate, clock: MovedClock) -> None:
        """A process died with a lease that now seems to last an hour longer; when the clock is there, the next one sends, once."""
        await answer(desk, await desk.estate.intake.take(said(desk.sms)))
        clock.advance(seconds=11)
        await desk.estate.outbox._claim(20)
        clock.advance(BACK)
        assert await other.outbox.drain() == 0
        clock.advance(-BACK + timedelta(seconds=91))
        assert [await other.outbox.drain(), await other.outbox.drain()] == [1, 0]


class TestLater:
    @JUMPS
    async def test_wakes_a_snoozed_case_once(self, desk: Desk, clock: MovedClock, jump: timedelta) -> None:
        taken = await desk.estate.intake.take(said(desk.sms))
        until = clock.now() + timedelta(hours=2)
        async with desk.estate.house.factory() as uow:
            await cases.snooze(uow, taken.case_id or 0, Actor(agent_id=desk.ines.agent_id), until)
        clock.advance(jump)
        woken = await desk.estate.ticker.run_due()
        assert woken == (1 if jump > timedelta(0) else 0)
        clock.put(until + timedelta(seconds=1))
        woken += await desk.estate.ticker.run_due()
        assert woken == 1
        async with desk.estate.house.factory.reading() as uow:
            assert (await uow.session.execute(select(Case.status))).scalar_one() != CaseStatus.SNOOZED

    async def test_ticks_on_when_the_clock_is_put_back(self, desk: Desk) -> None:
        """As a clock leaves it that was put back an hour: the next tick is an hour away."""
        ticker = Ticker(desk.estate.house.factory, every=timedelta(seconds=0.05))
        ticker.start()
        [job] = ticker._scheduler.get_jobs()
        job.modify(next_run_time=SystemClock().now() - BACK)
        taken = await desk.estate.intake.take(said(desk.sms))
        async with desk.estate.house.factory() as uow:
            await cases.snooze(uow, taken.case_id or 0, Actor(agent_id=desk.ines.agent_id), uow.clock.now() + timedelta(seconds=1))
        desk.estate.house.factory.clock = MovedClock(desk.estate.house.clock.now() + timedelta(seconds=2))
        try:
            async with asyncio.timeout(3):
                while FollowUpState.DONE not in await _follow_ups(desk):
                    await asyncio.sleep(0.02)
        finally:
            await ticker.stop()


async def _follow_ups(desk: Desk) -> list[str]:
    return [row.state for row in await rows(desk.estate.house.factory, FollowUp)]


class TestPeople:
    def test_a_visitor_writes_on_when_the_clock_is_put_back(self, clock: MovedClock) -> None:
        window = Window(clock, 3, timedelta(seconds=10))
        for _ in range(3):
            window.take("ada")
        with pytest.raises(TooFast):
            window.take("ada")
        clock.advance(BACK)
        window.take("ada")

    def test_a_block_ends_when_the_clock_is_put_back(self, clock: MovedClock) -> None:
        attempts = None
        for _ in range(PER_ACCOUNT):
            attempts = after_failure(attempts, clock.now(), PER_ACCOUNT)
        assert wait_of(attempts, clock.now()) == timedelta(minutes=1)
        clock.advance(BACK)
        assert wait_of(attempts, clock.now()) == timedelta(0)
        # One more failure blocks again, by the clock as it is now.
        assert wait_of(after_failure(attempts, clock.now(), PER_ACCOUNT), clock.now()) > timedelta(0)

    async def test_a_source_is_noted_as_failing_when_the_clock_is_put_back(self, desk: Desk, clock: MovedClock) -> None:
        for _ in range(2):
            await desk.estate.house.directory.report(desk.email, "The mailbox is gone.")
            clock.advance(BACK)
        async with desk.estate.house.factory.reading() as uow:
            noted = (await uow.session.execute(select(Inbox.last_error_at).where(Inbox.id == desk.email))).scalar_one()
        assert noted == clock.now() - BACK

    async def test_nothing_is_forgotten_by_a_clock_that_is_wrong_for_a_while(self, desk: Desk, clock: MovedClock) -> None:
        """Sessions and what messages were made of are still there when it is put right."""
        estate, watch = desk.estate, LeapWatch(clock)
        estate.leadership.is_ours = True
        async with estate.house.factory() as uow:
            await staff.begin_session(uow, desk.ines.agent_id)
        await _raw_message(desk, clock)
        clock.advance(AHEAD)
        await jobs.forget_in_turn(estate, watch)
        clock.advance(-AHEAD)
        await jobs.forget_in_turn(estate, watch)
        await jobs.forget_in_turn(estate, watch)
        assert [await count(estate.house.factory, row) for row in (Session, RawPayloadRow)] == [1, 1]
        # And what is truly old goes.
        clock.advance(AHEAD)
        await jobs.forget_in_turn(estate, watch)
        await jobs.forget_in_turn(estate, watch)
        assert [await count(estate.house.factory, row) for row in (Session, RawPayloadRow)] == [0, 0]


async def _raw_message(desk: Desk, clock: MovedClock) -> None:
    raw = RawPayload(source="sms", content_type="text/plain", body=b"what came", received_at=clock.now())
    await desk.estate.intake.take(said(desk.sms, raw=raw))
