"""SQLite takes a partial index only when the query says the index's own words: a slip there makes every list slow, and nothing else tells of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from cases import service as cases
from cases.values import CaseFilter, CaseStatus, Sort, View
from kernel.clock import MovedClock
from kernel.db import Database
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from tests.support.databases import SqliteFiles


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
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None), "ix_cases_active_all", id="all"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, view=View.MINE), "ix_cases_active_assignee", id="mine"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, view=View.UNASSIGNED), "ix_cases_active_assignee", id="unassigned"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, view=View.SNOOZED), "ix_cases_snoozed", id="snoozed"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, view=View.RESOLVED), "ix_cases_ended", id="resolved"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, status=CaseStatus.PENDING), "ix_cases_active_all", id="by status"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=frozenset({3, 4})), "ix_cases_active_all", id="of some inboxes"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, team_id=5), "ix_cases_active_team", id="a team's"),
            pytest.param(CaseFilter(agent_id=1, inbox_ids=None, sort=Sort.WAITING), "ix_cases_active_waiting", id="by waiting"),
        ],
    )
    async def test_a_list_is_read_off_its_index_without_sorting(self, sqlite: UnitOfWorkFactory, wanted: CaseFilter, index: str) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            await cases.page(uow, wanted, None, 50)
        steps = await plans.explained()
        assert [index in step for step in steps] == [True], steps

    async def test_counts_never_touch_the_rows(self, sqlite: UnitOfWorkFactory) -> None:
        plans = Plans(sqlite)
        async with sqlite.reading() as uow:
            await cases.counts(uow, 1, frozenset({1, 2}), frozenset({5}))
        steps = [step for step in await plans.explained() if "cases" in step]
        assert len(steps) == 3
        assert all("COVERING INDEX" in step for step in steps), steps
