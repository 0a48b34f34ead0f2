"""Whatever happens to a case, its ledger has no gap, no overlap, and exactly one stretch that runs and says what the case is."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import service as cases
from cases.rules.ledger import STATES
from cases.values import SYSTEM, CaseStatus, IntervalState, Priority
from kernel.clock import MovedClock
from kernel.db import Database
from kernel.errors import Refusal
from kernel.events import EventBus
from kernel.ids import IdMaker
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from tests.cases.desk import Desk, furnished, whole
from tests.conftest import MOMENT
from tests.support.databases import SqliteFiles

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["message", "assign", "unassign", "take", "status", "priority", "snooze", "wake", "answer", "take back", "undo"]),
        st.sampled_from(list(CaseStatus)),
        st.integers(0, 90),
    ),
    min_size=1,
    max_size=20,
)


@dataclass(frozen=True)
class World:
    """What all examples share, so that no id is made twice: each opens a case of its own."""

    url: str
    clock: MovedClock
    ids: IdMaker


@pytest.fixture
def world(sqlite_files: SqliteFiles, tmp_path: Path) -> World:
    """A database with nothing in it yet, and the clock and the ids for it."""
    clock = MovedClock(MOMENT)
    return World(sqlite_files.fresh(tmp_path), clock, IdMaker(clock))


class Story:
    """Lets things happen to a case, and forgets about those that are refused."""

    def __init__(self, desk: Desk, case_id: int) -> None:
        self.desk = desk
        self.case_id = case_id
        self.last_activity = 0
        self.replies: list[tuple[int, dict[str, object]]] = []

    async def go(self, uow: UnitOfWork, what: str, status: CaseStatus) -> None:
        """Let one thing happen."""
        case_id, ines, ravi = self.case_id, self.desk.ines, self.desk.ravi
        if what == "answer":
            assert ines.agent_id is not None
            message_id = uow.ids()
            restore = await cases.answered(uow, case_id, message_id=message_id, agent_id=ines.agent_id, at=uow.clock.now(), then=status)
            self.replies.append((message_id, restore))
        elif what == "take back" and self.replies:
            message_id, restore = self.replies.pop()
            await cases.unanswered(uow, case_id, message_id=message_id, restore=restore)
        elif what == "message":
            request = self.desk.request(case_id, conversation_case_id=case_id, received_at=uow.clock.now() - timedelta(seconds=30))
            [placement] = await cases.open_or_continue_all(uow, [request])
            self.case_id = placement.case_id
        elif what == "take":
            await cases.assign(uow, case_id, SYSTEM, ravi.agent_id, reason="Ravi is next.")
        elif what == "undo":
            self.last_activity = await cases.undo(uow, case_id, ines, self.last_activity)
        elif what == "wake":
            self.last_activity = await cases.wake(uow, case_id, SYSTEM if status is CaseStatus.NEW else ines)
        elif what == "snooze":
            self.last_activity = await cases.snooze(uow, case_id, ines, uow.clock.now() + timedelta(hours=1))
        elif what == "assign":
            self.last_activity = await cases.assign(uow, case_id, ines, ines.agent_id)
        elif what == "unassign":
            self.last_activity = await cases.assign(uow, case_id, ines, None, None)
        elif what == "status":
            self.last_activity = await cases.set_status(uow, case_id, ines, status)
        else:
            self.last_activity = await cases.set_priority(uow, case_id, ines, Priority.HIGH)


async def live_through(world: World, steps: list[tuple[str, CaseStatus, int]]) -> None:
    database, clock = Database(world.url), world.clock
    desk = await furnished(UnitOfWorkFactory(database, EventBus(), clock, world.ids), clock)
    story = Story(desk, await desk.opened())
    touched = {story.case_id}
    for what, status, minutes in steps:
        clock.advance(minutes=minutes)
        try:
            async with desk.unit_of_work() as uow:
                await story.go(uow, what, status)
        except Refusal:
            continue
        touched.add(story.case_id)
        async with desk.unit_of_work() as uow:
            assert await cases.mend_counts(uow) == 0, "kept counts are not what is counted"
        for case_id in touched:
            case, spans = await desk.case(case_id), await desk.ledger(case_id)
            assert whole(spans)
            assert spans[-1].state is STATES[CaseStatus(case.status)]
            if spans[-1].state is not IntervalState.RESOLVED:
                assert (spans[-1].team_id, spans[-1].agent_id) == (case.team_id, case.assignee_id)
            assert (case.snoozed_until is not None) == (case.status == CaseStatus.SNOOZED)
            assert (case.resolved_at is not None) == (case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED))
    await database.close()


@pytest.mark.sqlite
@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_always_holds(world: World, steps: list[tuple[str, CaseStatus, int]]) -> None:
    asyncio.run(live_through(world, steps))
