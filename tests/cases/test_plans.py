"""SQLite takes a partial index only when the query says the index's own words: a slip there makes every list slow, and nothing else tells of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from cases import service as cases
from cases.values import CaseFilter, CaseStatus, Sort, View
from inbox.repositories.lists import listed
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.shown import shown
from kernel.clock import MovedClock
from kernel.db import Database
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from tests.support.databases import SqliteFiles

_SEEN = CaseFilter(agent_id=1, inbox_ids=frozenset({3, 4}))


@pytest.fixture
async def sqlite(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[UnitOfWorkFactory]:
    """Units of work on an empty SQLite database."""
    database = Database(sqlite_files.fresh(tmp_path))
    yield UnitOfWorkFactory(database, EventBus(), clock)
    await database.close()


class Plans:
    """Remembers what was asked, and asks SQLite how it would find it."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work
        self._asked: list[tuple[str, Any]] = []
        event.listen(unit_of_work.database.reader.sync_engine, "before_cursor_execute", self._remember)

    def _remember(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        self._asked.append((statement, parameters))

    async def explained(self) -> list[str]:
        """Return the steps of all that was asked."""
        asked, self._asked = self._asked, []
        steps: list[str] = []
        async with self._unit_of_work.reading() as uow:
            connection = await uow.session.connection()
            for statement, parameters in asked:
                steps.extend(row.detail for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            await uow.session.execute(text("SELECT 1"))
        return steps


@pytest.mark.sqlite
class TestPlans:
    @pytest.mark.parametrize(
        ("wanted", "index"),
        [
            pytest.param(_SEEN, "ix_cases_standing", id="all"),
            pytest.param(replace(_SEEN, view=View.MINE), "ix_cases_active_assignee", id="mine"),
            pytest.param(replace(_SEEN, view=View.UNASSIGNED), "ix_cases_active_assignee", id="unassigned"),
            pytest.param(replace(_SEEN, view=View.SNOOZED), "ix_cases_standing", id="snoozed"),
            pytest.param(replace(_SEEN, view=View.RESOLVED), "ix_cases_standing", id="resolved"),
            pytest.param(replace(_SEEN, status=CaseStatus.PENDING), "ix_cases_standing", id="by status"),
            pytest.param(replace(_SEEN, inbox_id=3), "ix_cases_standing", id="of one inbox"),
            pytest.param(replace(_SEEN, team_id=5), "ix_cases_active_team", id="a team's"),
            pytest.param(replace(_SEEN, sort=Sort.WAITING), "ix_cases_waiting", id="by waiting"),
            pytest.param(replace(_SEEN, sort=Sort.WAITING, view=View.MINE), "ix_cases_waiting", id="mine by waiting"),
            pytest.param(replace(_SEEN, root_id=9), "ix_cases_customer_id", id="a customer's"),
            pytest.param(replace(_SEEN, tag="vip"), "ix_case_tags_tag", id="with a seldom tag"),
        ],
    )
    async def test_a_list_is_read_off_its_index(self, sqlite: UnitOfWorkFactory, wanted: CaseFilter, index: str) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            await cases.page(uow, wanted, None, 50)
        steps = await plans.explained()
        assert any(index in step for step in steps), steps
        assert not any("SCAN cases" in step for step in steps), steps

    @pytest.mark.parametrize("view", View)
    @pytest.mark.parametrize("sort", Sort)
    async def test_no_list_is_sorted(self, sqlite: UnitOfWorkFactory, view: View, sort: Sort) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            await cases.page(uow, replace(_SEEN, view=view, sort=sort), None, 50)
        steps = await plans.explained()
        assert steps
        assert not any("TEMP B-TREE" in step for step in steps), steps

    async def test_the_rows_of_a_list_are_read_by_their_ids(self, sqlite: UnitOfWorkFactory) -> None:
        """Given inboxes too, SQLite would read all messages of these inboxes."""
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            assert await listed(uow.session, 7, [1, 2]) == []
            assert await shown(uow.session, frozenset({3, 4}), [1, 2]) == []
        steps = await plans.explained()
        assert not any(step.startswith("SCAN") for step in steps), steps
        assert [step for step in steps if "messages" in step or "cases" in step] == [
            "SEARCH cases USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
            "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)",
        ]

    async def test_a_timeline_passes_over_what_may_not_be_seen_without_reading_it(self, sqlite: UnitOfWorkFactory) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            assert await ReadingRepository(uow.session, frozenset({3, 4})).timeline([1, 2], 9, 50) == []
        steps = [step for step in await plans.explained() if "messages" in step]
        assert steps == ["SEARCH messages USING COVERING INDEX ix_messages_customer (customer_id=? AND id<?)"] * 2, steps

    async def test_counts_never_touch_the_cases(self, sqlite: UnitOfWorkFactory) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            await cases.counts(uow, 1, frozenset({1, 2}), frozenset({5}))
        steps = await plans.explained()
        assert [step for step in steps if "case_counts" in step]
        assert not [step for step in steps if "SCAN" in step or " cases" in step], steps
