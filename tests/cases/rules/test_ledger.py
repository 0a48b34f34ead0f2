"""When one stretch of the ledger ends and the next begins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.rules.ledger import STATES, next_span
from cases.values import CaseStatus, IntervalState, Span, Step

AT = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
OURS = Span(case_id=1, state=IntervalState.WAITING_ON_US, started_at=AT, ended_at=None, team_id=5, agent_id=None)
RESOLVED = replace(OURS, state=IntervalState.RESOLVED, agent_id=7)
STEP = Step(case_id=1, status=CaseStatus.OPEN, team_id=5, agent_id=None, at=AT + timedelta(minutes=5))


class TestStates:
    def test_knows_every_status(self) -> None:
        assert set(STATES) == set(CaseStatus)


class TestNextSpan:
    @pytest.mark.parametrize(
        ("running", "step"),
        [
            pytest.param(OURS, STEP, id="new became open: still our turn"),
            pytest.param(RESOLVED, replace(STEP, status=CaseStatus.CLOSED, agent_id=7), id="resolved became closed"),
            pytest.param(RESOLVED, replace(STEP, status=CaseStatus.RESOLVED, agent_id=8), id="a resolved case was handed on"),
        ],
    )
    def test_lets_the_running_one_go_on(self, running: Span, step: Step) -> None:
        assert next_span(running, step) is None

    def test_follows_the_status(self) -> None:
        after = next_span(OURS, replace(STEP, status=CaseStatus.PENDING))
        assert after == replace(OURS, state=IntervalState.WAITING_ON_CUSTOMER, started_at=STEP.at)

    def test_follows_the_assignee(self) -> None:
        assert next_span(OURS, replace(STEP, agent_id=7)) == replace(OURS, agent_id=7, started_at=STEP.at)

    def test_never_begins_before_the_one_that_it_ends(self) -> None:
        """A message may have waited in the queue while an agent moved its case."""
        after = next_span(OURS, replace(STEP, status=CaseStatus.PENDING, at=AT - timedelta(seconds=3)))
        assert after is not None
        assert after.started_at == AT
