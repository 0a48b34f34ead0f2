"""Lists, counts, unread marks and history."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import service as cases
from cases.values import CaseFilter, CaseStatus, Counts, Sort, View
from inbox.repositories.lists import listed as rows_of
from kernel.paging import BadCursor
from kernel.uow import UnitOfWork
from tests.cases.desk import Desk
from tests.support import rows


def all_of(desk: Desk) -> CaseFilter:
    assert desk.ines.agent_id is not None
    return CaseFilter(agent_id=desk.ines.agent_id, inbox_ids=None)


async def listed(desk: Desk, wanted: CaseFilter, limit: int = 50) -> list[int]:
    """Return the ids of a whole list, read page by page."""
    found: list[int] = []
    cursor = None
    while True:
        async with desk.unit_of_work.reading() as uow:
            page = await cases.page(uow, wanted, cursor, limit)
        found.extend(case.id for case in page.items)
        if (cursor := page.next) is None:
            return found


async def unread_of(uow: UnitOfWork, agent_id: int, case_ids: list[int]) -> set[int]:
    """Return which of some cases a list shows an agent as unread."""
    return {case.id for case in await rows_of(uow.session, agent_id, case_ids) if case.is_unread}


async def opened_apart(desk: Desk, n: int) -> list[int]:
    """Open cases a minute apart."""
    found = []
    for _ in range(n):
        desk.clock.advance(minutes=1)
        found.append(await desk.opened())
    return found


class TestViews:
    async def test_hold_what_they_say(self, desk: Desk) -> None:
        mine, free, snoozed, resolved, closed, his = await opened_apart(desk, 6)
        async with desk.unit_of_work() as uow:
            await cases.assign(uow, mine, desk.ines, desk.ines.agent_id)
            await cases.assign(uow, his, desk.ines, desk.ravi.agent_id)
            await cases.snooze(uow, snoozed, desk.ines, desk.clock.now() + timedelta(days=1))
            await cases.set_status(uow, resolved, desk.ines, CaseStatus.RESOLVED)
            await cases.set_status(uow, closed, desk.ines, CaseStatus.CLOSED)
        wanted = all_of(desk)
        assert {view: await listed(desk, replace(wanted, view=view)) for view in View} == {
            View.MINE: [mine],
            View.UNASSIGNED: [free],
            View.ALL: [his, free, mine],
            View.SNOOZED: [snoozed],
            View.RESOLVED: [closed, resolved],
        }
        async with desk.unit_of_work.reading() as uow:
            found = await cases.counts(uow, wanted.agent_id, None, frozenset({desk.team_id, 999}))
        assert found == Counts(mine=1, unassigned=1, all=3, snoozed=1, resolved=2, teams={desk.team_id: 3, 999: 0})

    async def test_count_nothing_where_nothing_may_be_seen(self, desk: Desk) -> None:
        await opened_apart(desk, 2)
        async with desk.unit_of_work.reading() as uow:
            found = await cases.counts(uow, 1, frozenset(), frozenset())
        assert found == Counts(mine=0, unassigned=0, all=0, snoozed=0, resolved=0, teams={})

    async def test_forget_resolved_cases_that_have_been_quiet_for_long(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, case_id, desk.ines, CaseStatus.RESOLVED)
        desk.clock.advance(days=31)
        async with desk.unit_of_work.reading() as uow:
            assert (await cases.counts(uow, 1, None, frozenset())).resolved == 0
        assert await listed(desk, replace(all_of(desk), view=View.RESOLVED)) == [case_id]


class TestFilters:
    async def test_narrow_a_list(self, desk: Desk) -> None:
        plain, tagged, elsewhere, pending = await opened_apart(desk, 4)
        async with desk.unit_of_work() as uow:
            other_team = await rows.team(uow)
            await cases.retag(uow, tagged, desk.ines, ["VIP"], [])
            await cases.assign(uow, elsewhere, desk.ines, team_id=other_team)
            await cases.set_status(uow, pending, desk.ines, CaseStatus.PENDING)
        wanted = all_of(desk)
        assert await listed(desk, replace(wanted, tag="Vip")) == [tagged]
        assert await listed(desk, replace(wanted, team_id=other_team)) == [elsewhere]
        assert await listed(desk, replace(wanted, status=CaseStatus.PENDING)) == [pending]
        assert await listed(desk, replace(wanted, inbox_id=desk.inbox_id, team_id=desk.team_id)) == [pending, tagged, plain]
        assert await listed(desk, replace(wanted, inbox_id=999)) == []

    async def test_hide_what_may_not_be_seen(self, desk: Desk) -> None:
        [case_id] = await opened_apart(desk, 1)
        assert await listed(desk, replace(all_of(desk), inbox_ids=frozenset({999}))) == []
        assert await listed(desk, replace(all_of(desk), inbox_ids=frozenset({999}), ids=(case_id,))) == []
        assert await listed(desk, replace(all_of(desk), inbox_ids=frozenset({desk.inbox_id}))) == [case_id]

    async def test_find_a_customers_cases_under_every_leaf(self, desk: Desk) -> None:
        own = await desk.opened()
        async with desk.unit_of_work() as uow:
            leaf = await rows.customer(uow, root_id=desk.customer_id)
            other = await rows.customer(uow)
        of_leaf = await desk.opened(customer_id=leaf)
        await desk.opened(customer_id=other, root_id=other)
        assert await listed(desk, replace(all_of(desk), root_id=desk.customer_id)) == [of_leaf, own]
        async with desk.unit_of_work.reading() as uow:
            assert [case.id for case in await cases.open_cases_of(uow, [desk.customer_id, leaf])] == [of_leaf, own]

    async def test_give_named_cases_whatever_the_view(self, desk: Desk) -> None:
        first, second, _ = await opened_apart(desk, 3)
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, first, desk.ines, CaseStatus.CLOSED)
        assert await listed(desk, replace(all_of(desk), view=View.MINE, ids=(first, second, 12345))) == [second, first]


class TestOrder:
    @pytest.mark.parametrize("limit", [1, 2, 5])
    async def test_goes_by_the_last_message(self, desk: Desk, limit: int) -> None:
        one, two, three, four, five = await opened_apart(desk, 5)
        desk.clock.advance(minutes=1)
        await desk.written_again(two)
        assert await listed(desk, all_of(desk), limit) == [two, five, four, three, one]
        assert await listed(desk, replace(all_of(desk), sort=Sort.OLDEST), limit) == [one, three, four, five, two]

    @pytest.mark.parametrize("limit", [1, 2, 5])
    async def test_by_waiting_lists_who_waits_longest_first(self, desk: Desk, limit: int) -> None:
        one, two, three = await opened_apart(desk, 3)
        same_moment = await desk.opened()
        desk.clock.advance(minutes=1)
        async with desk.unit_of_work() as uow:
            await cases.set_status(uow, two, desk.ines, CaseStatus.PENDING)
        assert await listed(desk, replace(all_of(desk), sort=Sort.WAITING), limit) == [one, three, same_moment]

    async def test_refuses_the_cursor_of_another_list(self, desk: Desk) -> None:
        await opened_apart(desk, 2)
        async with desk.unit_of_work.reading() as uow:
            newest = await cases.page(uow, all_of(desk), None, 1)
            with pytest.raises(BadCursor):
                await cases.page(uow, replace(all_of(desk), sort=Sort.WAITING), newest.next, 1)


class TestSeen:
    async def test_marks_what_an_agent_has_not_read(self, desk: Desk) -> None:
        assert desk.ines.agent_id is not None
        read, unread = await opened_apart(desk, 2)
        async with desk.unit_of_work() as uow:
            await cases.seen(uow, desk.ines.agent_id, read, (await cases.get(uow, read)).last_message_id)
        async with desk.unit_of_work.reading() as uow:
            assert await unread_of(uow, desk.ines.agent_id, [read, unread]) == {unread}

    async def test_never_goes_back(self, desk: Desk) -> None:
        assert desk.ines.agent_id is not None
        case_id = await desk.opened()
        last = (await desk.case(case_id)).last_message_id
        async with desk.unit_of_work() as uow:
            await cases.seen(uow, desk.ines.agent_id, case_id, last)
            await cases.seen(uow, desk.ines.agent_id, case_id, last - 1)
        async with desk.unit_of_work.reading() as uow:
            assert await unread_of(uow, desk.ines.agent_id, [case_id]) == set()

    async def test_a_new_message_is_unread_and_an_answer_is_not(self, desk: Desk) -> None:
        assert desk.ines.agent_id is not None
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            await cases.seen(uow, desk.ines.agent_id, case_id, (await cases.get(uow, case_id)).last_message_id)
            await cases.noted(uow, case_id, uow.ids(), uow.clock.now())
        async with desk.unit_of_work.reading() as uow:
            assert await unread_of(uow, desk.ines.agent_id, [case_id]) == set()
        await desk.written_again(case_id)
        async with desk.unit_of_work.reading() as uow:
            assert await unread_of(uow, desk.ines.agent_id, [case_id]) == {case_id}


class TestActivities:
    async def test_come_newest_first_and_page_by_page(self, desk: Desk) -> None:
        case_id = await desk.opened()
        async with desk.unit_of_work() as uow:
            made = [await cases.rename(uow, case_id, desk.ines, f"Title {n}") for n in range(3)]
        async with desk.unit_of_work.reading() as uow:
            first = await cases.activities_of(uow, [desk.customer_id], None, 2)
            rest = await cases.activities_of(uow, [desk.customer_id], first[-1].id, 50)
            assert await cases.activities_of(uow, [desk.customer_id + 1], None, 50) == []
        assert [line.id for line in first] == [made[2], made[1]]
        assert [line.verb for line in rest] == ["titled", "opened"]

    async def test_tags_of_nothing_are_nothing(self, desk: Desk) -> None:
        async with desk.unit_of_work.reading() as uow:
            assert (await cases.tags_of(uow, []), await cases.find(uow, []), await unread_of(uow, 1, [])) == ({}, [], set())
