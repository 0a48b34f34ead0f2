"""The supervisor's first page."""

from datetime import datetime, timedelta

import pytest

from cases import service as cases
from cases.values import CaseStatus, Figures
from inbox import reports
from inbox.reports import Overview, TeamFigures
from kernel.clock import MovedClock
from kernel.uow import UnitOfWorkFactory
from tests.cases.desk import Desk, furnished
from tests.support import rows

NONE = Figures(median=None, p90=None, n=0)
HOUR = timedelta(hours=1)


def one(span: timedelta) -> Figures:
    return Figures(median=span, p90=span, n=1)


@pytest.fixture
async def desk(unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> Desk:
    return await furnished(unit_of_work, clock)


async def move(desk: Desk, case_id: int, status: CaseStatus) -> int:
    async with desk.unit_of_work() as uow:
        return await cases.set_status(uow, case_id, desk.ines, status)


async def overview(desk: Desk, start: datetime, end: datetime | None = None, team_id: int | None = None, inbox_ids: frozenset[int] | None = None) -> Overview:
    async with desk.unit_of_work.reading() as uow:
        return await reports.overview(uow, start=start, end=end or desk.clock.now() + HOUR, team_id=team_id, inbox_ids=inbox_ids)


class TestOverview:
    async def test_tells_the_story_of_a_case(self, desk: Desk) -> None:
        """Two hours until the answer, a day of the customer's, three hours until the end: five of them were ours."""
        start = desk.clock.now()
        case_id = await desk.opened()
        desk.clock.advance(hours=2)
        async with desk.unit_of_work() as uow:
            assert desk.ines.agent_id is not None
            await cases.answered(uow, case_id, message_id=uow.ids(), agent_id=desk.ines.agent_id, at=uow.clock.now(), then=CaseStatus.PENDING)
        desk.clock.advance(hours=24)
        await desk.written_again(case_id)
        desk.clock.advance(hours=3)
        await move(desk, case_id, CaseStatus.RESOLVED)
        found = await overview(desk, start)
        assert found.teams == [
            TeamFigures(team_id=desk.team_id, open=0, unassigned=0, first_response=one(2 * HOUR), resolution=one(29 * HOUR), working_resolution=one(5 * HOUR))
        ]
        assert found.updated_at == desk.clock.now()

    async def test_counts_what_is_at_hand_by_team(self, desk: Desk) -> None:
        start = desk.clock.now()
        taken, _, snoozed, elsewhere = [await desk.opened() for _ in range(4)]
        async with desk.unit_of_work() as uow:
            await cases.assign(uow, taken, desk.ines, desk.ines.agent_id)
            await cases.snooze(uow, snoozed, desk.ines, uow.clock.now() + HOUR)
            await cases.assign(uow, elsewhere, desk.ines, team_id=None)
        found = await overview(desk, start)
        assert [(team.team_id, team.open, team.unassigned) for team in found.teams] == [(desk.team_id, 2, 1), (None, 1, 1)]
        assert (found.all.open, found.all.unassigned, found.all.resolution) == (3, 2, NONE)

    async def test_takes_the_last_resolve_of_the_period(self, desk: Desk) -> None:
        start = desk.clock.now()
        case_id = await desk.opened()
        desk.clock.advance(hours=1)
        await move(desk, case_id, CaseStatus.RESOLVED)
        between = desk.clock.advance(hours=1)
        await desk.written_again(case_id)
        desk.clock.advance(hours=1)
        await move(desk, case_id, CaseStatus.RESOLVED)
        whole = await overview(desk, start)
        assert (whole.all.resolution, whole.all.working_resolution) == (one(3 * HOUR), one(2 * HOUR))
        first = await overview(desk, start, between)
        assert (first.all.resolution, first.all.working_resolution) == (one(HOUR), one(HOUR))
        second = await overview(desk, between)
        assert (second.all.resolution, second.all.working_resolution) == (one(3 * HOUR), one(2 * HOUR))

    async def test_a_period_has_its_beginning_and_not_its_end(self, desk: Desk) -> None:
        case_id = await desk.opened()
        at = desk.clock.advance(hours=1)
        await move(desk, case_id, CaseStatus.RESOLVED)
        assert (await overview(desk, at, at + HOUR)).all.resolution.n == 1
        assert (await overview(desk, at - HOUR, at)).all.resolution.n == 0

    async def test_an_undone_resolve_never_was(self, desk: Desk) -> None:
        start = desk.clock.now()
        case_id = await desk.opened()
        desk.clock.advance(hours=1)
        activity_id = await move(desk, case_id, CaseStatus.RESOLVED)
        async with desk.unit_of_work() as uow:
            await cases.undo(uow, case_id, desk.ines, activity_id)
        assert (await overview(desk, start)).all.resolution == NONE

    async def test_credits_the_team_that_resolved(self, desk: Desk) -> None:
        start = desk.clock.now()
        case_id = await desk.opened()
        desk.clock.advance(hours=1)
        await move(desk, case_id, CaseStatus.RESOLVED)
        async with desk.unit_of_work() as uow:
            other = await rows.team(uow)
            await cases.assign(uow, case_id, desk.ines, team_id=other)
        assert [team.team_id for team in (await overview(desk, start)).teams] == [desk.team_id]
        assert (await overview(desk, start, team_id=other)).all.resolution.n == 0
        assert (await overview(desk, start, team_id=desk.team_id)).all.resolution.n == 1

    async def test_does_not_look_into_other_inboxes(self, desk: Desk) -> None:
        start = desk.clock.now()
        await desk.opened()
        resolved = await desk.opened()
        desk.clock.advance(hours=1)
        await move(desk, resolved, CaseStatus.RESOLVED)
        hidden = await overview(desk, start, inbox_ids=frozenset())
        assert (hidden.teams, hidden.all.open, hidden.all.resolution) == ([], 0, NONE)
        assert (await overview(desk, start, inbox_ids=frozenset({desk.inbox_id}))).all.open == 1
