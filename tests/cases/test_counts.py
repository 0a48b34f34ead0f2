"""Counts are kept by the database: whatever happens, and whoever does it at the same time, they are what would be counted."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from cases import service as cases
from cases.models import Case, CaseCount
from cases.values import Actor, CaseStatus, Counts
from kernel.errors import Refusal
from kernel.uow import UnitOfWork
from tests.cases.desk import Desk, given_to
from tests.support import rows
from tests.support.torture import dice, size


async def counted(desk: Desk, agent: Actor, inbox_ids: frozenset[int] | None = None) -> Counts:
    """Return the counts as a screen asks for them."""
    assert agent.agent_id is not None
    async with desk.unit_of_work.reading() as uow:
        return await cases.counts(uow, agent.agent_id, inbox_ids, frozenset({desk.team_id}))


async def mended(desk: Desk) -> int:
    async with desk.unit_of_work() as uow:
        return await cases.mend_counts(uow)


async def happen(desk: Desk, uow: UnitOfWork, case_id: int, chance: random.Random) -> None:
    """Let something happen to a case."""
    agent = chance.choice([desk.ines, desk.ravi])
    assert agent.agent_id is not None
    status = chance.choice([status for status in CaseStatus if status is not CaseStatus.SNOOZED])
    what: list[Callable[[], object]] = [
        lambda: cases.assign(uow, case_id, agent, chance.choice([agent.agent_id, None]), chance.choice([desk.team_id, None])),
        lambda: cases.set_status(uow, case_id, agent, status),
        lambda: cases.snooze(uow, case_id, agent, uow.clock.now() + timedelta(hours=2)),
        lambda: cases.noted(uow, case_id, uow.ids(), uow.clock.now()),
        lambda: cases.answered(uow, case_id, message_id=uow.ids(), agent_id=agent.agent_id or 0, at=uow.clock.now(), then=status),
        lambda: cases.open_or_continue_all(uow, [desk.request(case_id, conversation_case_id=case_id), desk.request()]),
        lambda: cases.open_or_continue_all(uow, [desk.request()], given_to(agent.agent_id)),
    ]
    await chance.choice(what)()  # type: ignore[misc]


async def walk(desk: Desk, case_ids: list[int], steps: int, chance: random.Random) -> None:
    """Let things happen to some cases, several in one transaction; what is refused, or gives way to another, leaves nothing."""
    for _ in range(steps):
        picked = sorted(chance.sample(case_ids, chance.randint(1, 3)))
        desk.clock.advance(minutes=chance.randint(0, 600))
        with suppress(Refusal):
            async with desk.unit_of_work() as uow:
                for case_id in picked:
                    await happen(desk, uow, case_id, chance)


@pytest.mark.torture
class TestCounts:
    async def test_are_what_would_be_counted_after_any_walk_of_many_at_once(self, desk: Desk) -> None:
        chance = dice("kept counts")
        case_ids = [await desk.opened() for _ in range(6)]
        workers = [walk(desk, case_ids, size(12, 150), random.Random(chance.random())) for _ in range(4)]
        await asyncio.gather(*workers)
        async with desk.unit_of_work.reading() as uow:
            n = await uow.session.scalar(select(func.count()).select_from(Case).where(Case.status.in_(("new", "open", "pending", "on_hold"))))
        before = await counted(desk, desk.ines)
        assert before.all == n
        assert await mended(desk) == 0
        async with desk.unit_of_work() as uow:
            await cases.fold_counts(uow)
        assert await counted(desk, desk.ines) == before
        assert await mended(desk) == 0

    async def test_are_folded_while_others_count(self, desk: Desk) -> None:
        chance = dice("folding")
        case_ids = [await desk.opened() for _ in range(4)]

        async def fold() -> None:
            for _ in range(size(10, 100)):
                async with desk.unit_of_work() as uow:
                    await cases.fold_counts(uow)

        await asyncio.gather(fold(), *(walk(desk, case_ids, size(10, 100), random.Random(chance.random())) for _ in range(3)))
        assert await mended(desk) == 0


class TestKept:
    async def test_leave_with_what_failed(self, desk: Desk) -> None:
        with pytest.raises(ZeroDivisionError):
            async with desk.unit_of_work() as uow:
                await cases.open_or_continue_all(uow, [desk.request()])
                raise ZeroDivisionError
        assert (await counted(desk, desk.ines)).all == 0

    async def test_are_put_right_when_somebody_went_past_the_triggers(self, desk: Desk) -> None:
        await desk.opened()
        async with desk.unit_of_work() as uow:
            await uow.session.execute(text("UPDATE case_counts SET n = n + 5"))
        assert (await counted(desk, desk.ines)).all == 6
        assert await mended(desk) == 1
        assert (await counted(desk, desk.ines)).all == 1
        assert await mended(desk) == 0

    async def test_follow_statements_that_go_past_every_verb(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await uow.session.execute(text("UPDATE cases SET status = 'resolved', team_id = NULL WHERE id = :id"), {"id": case_id})
        assert (await counted(desk, desk.ines)).resolved == 1
        assert await mended(desk) == 0

    async def test_are_limited_to_what_may_be_seen(self, desk: Desk) -> None:
        await desk.opened()
        async with desk.unit_of_work() as uow:
            other = await rows.inbox(uow, team_id=None)
        await desk.opened(inbox_id=other, team_id=None)
        assert [(await counted(desk, desk.ines, seen)).all for seen in (None, frozenset({other}), frozenset({desk.inbox_id}), frozenset())] == [2, 1, 1, 0]

    async def test_stay_few_once_folded(self, desk: Desk) -> None:
        for _ in range(5):
            await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.fold_counts(uow)
        async with desk.unit_of_work.reading() as uow:
            assert await uow.session.scalar(select(func.count()).select_from(CaseCount)) == 1
