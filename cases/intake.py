"""The verb of the hot path: a batch of messages finds its cases, and new ones their agents, in a handful of statements."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from cases.changes import follow, new_line, standing_fields
from cases.events import CaseChanged, CaseOpened, CaseReopened, CaseWoken
from cases.repository.ledger import Ledger
from cases.repository.rows import CaseRows
from cases.rules import history, lifecycle
from cases.rules.ledger import STATES
from cases.rules.which_case import place
from cases.values import (
    ENDED,
    SYSTEM,
    Assignment,
    Candidate,
    CasePlacement,
    CaseRequest,
    CaseStatus,
    Change,
    Held,
    Line,
    Place,
    Priority,
    Running,
    Span,
    Standing,
    Step,
    Verb,
)
from kernel.events import Fact
from kernel.ids import first_id_at, moment_of
from kernel.text import preview
from kernel.uow import UnitOfWork

_TITLE = 400

Choose = Callable[[UnitOfWork, Sequence[CaseOpened]], Awaitable[Sequence[Assignment]]]


async def open_or_continue_all(uow: UnitOfWork, requests: Sequence[CaseRequest], choose: Choose | None = None) -> list[CasePlacement]:
    """Return each message's case, in order: opened, reopened or continued, with the reason in words. A message sees what those before it in the batch did.

    `choose` says who gets the new ones, before they are written: so each is written once, with its agent. Without it they are nobody's.
    """
    if not requests:
        return []
    batch = await _fetched(uow, requests)
    placements = [batch.take(request) for request in requests]
    if choose is not None and batch.opened:
        batch.assign(await choose(uow, [fact for fact in batch.facts if isinstance(fact, CaseOpened)]))
    await batch.keep()
    return placements


async def _fetched(uow: UnitOfWork, requests: Sequence[CaseRequest]) -> "_Batch":
    rows = CaseRows(uow.session)
    own = {request.conversation_case_id for request in requests if request.conversation_case_id is not None}
    loose = [request for request in requests if request.conversation_case_id is None and not request.has_subject]
    of_roots: list[tuple[int, int]] = []
    if loose:
        oldest = min(request.received_at - request.continue_within for request in loose)
        of_roots = await rows.unended_of(sorted({request.root_id for request in loose}), first_id_at(oldest))
    ids = own.union(case_id for _, case_id in of_roots)
    batch = _Batch(uow, await rows.held(sorted(ids)) if ids else {})
    for root_id, case_id in of_roots:
        batch.of_root[root_id].append(case_id)
    return batch


def _may_continue(request: CaseRequest, case: Held) -> bool:
    return case.standing.status not in ENDED and (request.alike is None or case.inbox_id in request.alike)


@dataclass(slots=True)
class _Batch:
    """What is known while a batch is decided, and what is to be written when it is."""

    uow: UnitOfWork
    cases: dict[int, Held]
    of_root: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    of_conversation: dict[int, int] = field(default_factory=dict)
    opened: dict[int, tuple[CaseRequest, Place]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    steps: dict[int, Step] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def take(self, request: CaseRequest) -> CasePlacement:
        """Decide for one message and remember what follows."""
        own = self.cases.get(self.of_conversation.get(request.conversation_id, request.conversation_case_id or 0))
        others = [_candidate(case) for case_id in self.of_root[request.root_id] if _may_continue(request, case := self.cases[case_id])]
        where = place(request, None if own is None else _candidate(own), others)
        case_id = self._open(request, where) if where.case_id is None else self._continue(request, where, self.cases[where.case_id])
        self.of_conversation[request.conversation_id] = case_id
        return CasePlacement(case_id=case_id, change=where.change, reason=where.reason)

    def _open(self, request: CaseRequest, where: Place) -> int:
        case = Held(
            case_id=self.uow.ids(),
            customer_id=request.customer_id,
            inbox_id=request.inbox_id,
            assignee_id=None,
            team_id=request.team_id,
            standing=Standing(status=CaseStatus.NEW, waiting_since=request.received_at),
            last_message_id=request.message_id,
            last_inbound_id=request.message_id,
        )
        self.cases[case.case_id] = case
        self.of_root[request.root_id].append(case.case_id)
        self.opened[case.case_id] = (request, where)
        self._tell(case, Verb.OPENED, {}, {"status": CaseStatus.NEW.value}, where.reason)
        self.facts.append(CaseOpened(case_id=case.case_id, customer_id=case.customer_id, inbox_id=case.inbox_id, team_id=case.team_id))
        return case.case_id

    def _continue(self, request: CaseRequest, where: Place, case: Held) -> int:
        was = case.standing
        standing = was if request.is_auto_reply else lifecycle.heard(was, request.received_at)
        case = replace(
            case,
            standing=standing,
            last_message_id=max(case.last_message_id, request.message_id),
            last_inbound_id=max(case.last_inbound_id or 0, request.message_id),
        )
        self.cases[case.case_id] = case
        if case.case_id not in self.opened:
            self.touched.add(case.case_id)
        if standing.status is not was.status:
            self._moved(request, where, case, was)
        return case.case_id

    def _moved(self, request: CaseRequest, where: Place, case: Held, was: Standing) -> None:
        verb = Verb.REOPENED if where.change is Change.REOPENED else Verb.WOKEN if was.status is CaseStatus.SNOOZED else Verb.STATUS
        before, after = history.difference(standing_fields(was), standing_fields(case.standing))
        line = self._tell(case, verb, before, after, where.reason if verb is Verb.REOPENED else "The customer wrote again.")
        self.steps[case.case_id] = Step(
            case_id=case.case_id,
            status=case.standing.status,
            team_id=case.team_id,
            agent_id=case.assignee_id,
            at=request.received_at,
            channel=request.channel,
        )
        if verb is Verb.REOPENED:
            self.facts.append(CaseReopened(case_id=case.case_id, inbox_id=case.inbox_id))
            return
        if verb is Verb.WOKEN:
            self.facts.append(CaseWoken(case_id=case.case_id, inbox_id=case.inbox_id))
        self.facts.append(_changed(case, "snooze" if verb is Verb.WOKEN else "status", line))

    def _tell(self, case: Held, verb: Verb, before: dict[str, object], after: dict[str, object], reason: str) -> Line:
        line = new_line(self.uow, case.case_id, case.customer_id, SYSTEM, verb, before, after, reason)
        self.lines.append(line)
        return line

    def assign(self, assignments: Sequence[Assignment]) -> None:
        """Give new cases to agents on behalf of the system; nobody only notes the reason."""
        for assignment in assignments:
            case_id, agent_id = assignment.case_id, assignment.agent_id
            self.reasons[case_id] = assignment.reason
            if agent_id is not None:
                case = self.cases[case_id] = replace(self.cases[case_id], assignee_id=agent_id)
                line = self._tell(case, Verb.ASSIGNED, {"assignee_id": None}, {"assignee_id": history.written("assignee_id", agent_id)}, assignment.reason)
                self.facts.append(_changed(case, "assignee", line))

    async def keep(self) -> None:
        """Write all that was decided, each kind of row at once."""
        rows = CaseRows(self.uow.session)
        if self.opened:
            numbers = await rows.take_numbers(len(self.opened))
            await rows.insert([self._row(case_id, number) for case_id, number in zip(self.opened, numbers, strict=True)])
            await Ledger(self.uow.session).start([self._beginning(case_id) for case_id in self.opened])
        if self.touched:
            await rows.move([self.cases[case_id] for case_id in sorted(self.touched)], self.uow.clock.now())
        if self.lines:
            await rows.add_activities(self.lines)
        if self.steps:
            await follow(self.uow, list(self.steps.values()))
        self.uow.record(*self.facts)

    def _beginning(self, case_id: int) -> Running:
        request, _ = self.opened[case_id]
        span = Span(
            case_id=case_id,
            state=STATES[CaseStatus.NEW],
            started_at=request.received_at,
            ended_at=None,
            team_id=request.team_id,
            agent_id=self.cases[case_id].assignee_id,
        )
        return Running(interval_id=self.uow.ids(), span=span, channel=request.channel)

    def _row(self, case_id: int, number: int) -> dict[str, object]:
        request, where = self.opened[case_id]
        case = self.cases[case_id]
        return {
            "id": case_id,
            "number": number,
            "customer_id": case.customer_id,
            "inbox_id": case.inbox_id,
            "title": preview(request.title, _TITLE),
            "priority": Priority.NORMAL,
            "assignee_id": case.assignee_id,
            "team_id": case.team_id,
            "opened_at": request.received_at,
            "opened_reason": where.reason,
            "assigned_reason": self.reasons.get(case_id),
            "first_response_at": None,
            "first_response_id": None,
            "last_message_id": case.last_message_id,
            "last_inbound_id": case.last_inbound_id,
            "linked_case_id": where.linked_case_id,
            "updated_at": self.uow.clock.now(),
            **standing_fields(case.standing),
        }


def _candidate(case: Held) -> Candidate:
    return Candidate(case_id=case.case_id, status=case.standing.status, resolved_at=case.standing.resolved_at, last_message_at=moment_of(case.last_message_id))


def _changed(case: Held, what: str, line: Line) -> CaseChanged:
    return CaseChanged(case_id=case.case_id, inbox_id=case.inbox_id, what=what, activity_id=line.id)
