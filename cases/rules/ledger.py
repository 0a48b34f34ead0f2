"""What the ledger says of a status, and when one stretch of it ends and the next begins."""

from collections.abc import Mapping

from cases.values import CaseStatus, IntervalState, Span, Step

STATES: Mapping[CaseStatus, IntervalState] = {
    CaseStatus.NEW: IntervalState.WAITING_ON_US,
    CaseStatus.OPEN: IntervalState.WAITING_ON_US,
    CaseStatus.PENDING: IntervalState.WAITING_ON_CUSTOMER,
    CaseStatus.ON_HOLD: IntervalState.WAITING_ON_THIRD_PARTY,
    CaseStatus.SNOOZED: IntervalState.SNOOZED,
    CaseStatus.RESOLVED: IntervalState.RESOLVED,
    CaseStatus.CLOSED: IntervalState.RESOLVED,
}


def next_span(running: Span, step: Step) -> Span | None:
    """Return the stretch that follows the running one, or None when that goes on; it never begins before the running one did.

    A resolved stretch stays with the team and agent that resolved it, whoever the case is handed to later.
    """
    state = STATES[step.status]
    if running.state is state and (state is IntervalState.RESOLVED or (running.team_id, running.agent_id) == (step.team_id, step.agent_id)):
        return None
    return Span(case_id=running.case_id, state=state, started_at=max(step.at, running.started_at), ended_at=None, team_id=step.team_id, agent_id=step.agent_id)
