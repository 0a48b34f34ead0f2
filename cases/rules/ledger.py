"""What the ledger says of a status, and when one stretch of it ends and the next begins."""

from collections.abc import Mapping
from datetime import datetime

from cases.values import CaseStatus, IntervalState, Span

STATES: Mapping[CaseStatus, IntervalState] = {
    CaseStatus.NEW: IntervalState.WAITING_ON_US,
    CaseStatus.OPEN: IntervalState.WAITING_ON_US,
    CaseStatus.PENDING: IntervalState.WAITING_ON_CUSTOMER,
    CaseStatus.ON_HOLD: IntervalState.WAITING_ON_THIRD_PARTY,
    CaseStatus.SNOOZED: IntervalState.SNOOZED,
    CaseStatus.RESOLVED: IntervalState.RESOLVED,
    CaseStatus.CLOSED: IntervalState.RESOLVED,
}


def next_span(running: Span, status: CaseStatus, team_id: int | None, agent_id: int | None, at: datetime) -> Span | None:
    """Return the stretch that follows the running one, or None when that goes on; it never begins before the running one did.

    A resolved stretch stays with the team and agent that resolved it, whoever the case is handed to later.
    """
    state = STATES[status]
    if running.state is state and (state is IntervalState.RESOLVED or (running.team_id, running.agent_id) == (team_id, agent_id)):
        return None
    return Span(case_id=running.case_id, state=state, started_at=max(at, running.started_at), ended_at=None, team_id=team_id, agent_id=agent_id)


def is_same(span: Span, other: Span) -> bool:
    """Say whether two stretches tell the same: the same state, team and agent, whenever they began."""
    return (span.state, span.team_id, span.agent_id) == (other.state, other.team_id, other.agent_id)
