"""What every verb does alike: change the case, write its history, let the ledger follow, record the facts."""

from collections.abc import Mapping, Sequence

from cases.events import CaseChanged, CaseSnoozed, CaseWoken
from cases.models import Case
from cases.repository.ledger import Ledger
from cases.repository.rows import CaseRows
from cases.rules import history
from cases.rules.ledger import next_span
from cases.values import Actor, CaseStatus, Line, Running, Standing, Step, Verb
from kernel.db import micros
from kernel.uow import UnitOfWork

# How the fact names what a verb changed.
WHAT: Mapping[Verb, str] = {
    Verb.ASSIGNED: "assignee",
    Verb.STATUS: "status",
    Verb.PRIORITY: "priority",
    Verb.TAGGED: "tags",
    Verb.SNOOZED: "snooze",
    Verb.WOKEN: "snooze",
    Verb.TITLED: "title",
}


def fields_of(case: Case) -> dict[str, object]:
    """Return what verbs can change about a case, by name."""
    return {
        "title": case.title,
        "priority": case.priority,
        "assignee_id": case.assignee_id,
        "team_id": case.team_id,
        "assigned_reason": case.assigned_reason,
        **standing_fields(standing_of(case)),
    }


def standing_of(case: Case) -> Standing:
    """Return where a case stands."""
    return Standing(status=CaseStatus(case.status), resolved_at=case.resolved_at, snoozed_until=case.snoozed_until, waiting_since=case.waiting_since)


def standing_fields(standing: Standing) -> dict[str, object]:
    """Return where a case stands, by the names of its columns."""
    return {
        "status": standing.status.value,
        "resolved_at": standing.resolved_at,
        "snoozed_until": standing.snoozed_until,
        "waiting_since": standing.waiting_since,
    }


async def change(uow: UnitOfWork, case: Case, actor: Actor, verb: Verb, after: Mapping[str, object], reason: str | None = None) -> int:
    """Give a held case new values by name and tell everybody; return the activity's id, also when all was so already."""
    was, now = history.difference(fields_of(case), after)
    await put(uow, case, after)
    await follow(uow, [step_of(uow, case)])
    return await told(uow, case, actor, verb, WHAT[verb], was, now, reason)


async def put(uow: UnitOfWork, case: Case, after: Mapping[str, object]) -> None:
    """Give a held case new values by name, and record it when it was snoozed or woken by that."""
    was_snoozed_until = case.snoozed_until
    for field, value in after.items():
        setattr(case, field, value)
    case.updated_at = uow.clock.now()
    await CaseRows(uow.session).flush()
    if case.snoozed_until is not None and case.snoozed_until != was_snoozed_until:
        uow.record(CaseSnoozed(case_id=case.id, inbox_id=case.inbox_id, until=micros(case.snoozed_until)))
    elif case.snoozed_until is None and was_snoozed_until is not None:
        uow.record(CaseWoken(case_id=case.id, inbox_id=case.inbox_id))


async def told(
    uow: UnitOfWork, case: Case, actor: Actor, verb: Verb, what: str, before: Mapping[str, object], after: Mapping[str, object], reason: str | None = None
) -> int:
    """Write a line of history, record the fact, and return the activity's id."""
    line = new_line(uow, case.id, case.customer_id, actor, verb, before, after, reason)
    await CaseRows(uow.session).add_activities([line])
    uow.record(CaseChanged(case_id=case.id, inbox_id=case.inbox_id, what=what, activity_id=line.id))
    return line.id


def new_line(
    uow: UnitOfWork, case_id: int, customer_id: int, actor: Actor, verb: Verb, before: Mapping[str, object], after: Mapping[str, object], reason: str | None
) -> Line:
    """Return a new line of history; `before` and `after` are as written (`rules.history`)."""
    return Line(
        id=uow.ids(),
        case_id=case_id,
        customer_id=customer_id,
        actor_id=actor.agent_id,
        verb=verb,
        before=dict(before),
        after=dict(after),
        reason=reason,
        done_at=uow.clock.now(),
    )


def step_of(uow: UnitOfWork, case: Case) -> Step:
    """Return where a case stands from now on."""
    return Step(case_id=case.id, status=CaseStatus(case.status), team_id=case.team_id, agent_id=case.assignee_id, at=uow.clock.now())


async def follow(uow: UnitOfWork, steps: Sequence[Step]) -> None:
    """End the stretches that no longer hold and begin those that do; a case has one step at most."""
    ledger = Ledger(uow.session)
    running = await ledger.running([step.case_id for step in steps])
    ends, begun = [], []
    for step in steps:
        old = running[step.case_id]
        if span := next_span(old.span, step):
            ends.append((old.interval_id, span.started_at))
            begun.append(Running(interval_id=uow.ids(), span=span, channel=step.channel or old.channel))
    if begun:
        await ledger.end(ends)
        await ledger.start(begun)


async def go_back(uow: UnitOfWork, case: Case) -> None:
    """Let the ledger follow a change that was undone: the stretch that the change began is taken back where it is still the last, as if it had never been."""
    ledger = Ledger(uow.session)
    step = step_of(uow, case)
    running = (await ledger.running([case.id]))[case.id]
    if next_span(running.span, step) is None:
        return
    before = await ledger.before(running)
    if before is not None and next_span(before.span, step) is None:
        await ledger.take_back(running, before)
    else:
        await follow(uow, [step])
