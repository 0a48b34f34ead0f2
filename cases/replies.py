"""What an agent's message does to its case: an answer, an answer taken back, a note."""

from datetime import datetime

from cases.changes import change, fields_of, follow, go_back, put, standing_fields, standing_of, step_of, told
from cases.errors import SnoozeWithoutEnd
from cases.models import Case
from cases.repository.rows import CaseRows
from cases.rules import history, lifecycle
from cases.values import SYSTEM, Actor, CaseStatus, Verb
from kernel.uow import UnitOfWork

_STANDING = ("status", "resolved_at", "snoozed_until")


async def answered(uow: UnitOfWork, case_id: int, *, message_id: int, agent_id: int, at: datetime, then: CaseStatus) -> dict[str, object]:
    """Note a human public reply: the first one stops the clock, nobody waits any more, the status becomes `then`, and a case without assignee is the replying agent's.

    Returns what `unanswered` needs to put it all back, as JSON.

    Raises:
        NotFound: there is no such case.
        IllegalTransition: its status does not lead to `then` (a closed case is answered no more).
        SnoozeWithoutEnd: an answer does not snooze.
    """
    if then is CaseStatus.SNOOZED:
        raise SnoozeWithoutEnd
    rows = CaseRows(uow.session)
    case = await rows.get(case_id, hold=True)
    actor = Actor(agent_id=agent_id)
    before = _answerable(case)
    standing = standing_of(case)
    if then is not standing.status:
        standing = lifecycle.moved(standing, then, uow.clock.now())
    after: dict[str, object] = {**standing_fields(standing), "waiting_since": None, "last_message_id": max(case.last_message_id, message_id)}
    if case.first_response_at is None:
        after |= {"first_response_at": at, "first_response_id": message_id}
    if case.assignee_id is None:
        after |= {"assignee_id": agent_id, "assigned_reason": "Answered first."}
    was, now = history.difference(before, after)
    await put(uow, case, after)
    await follow(uow, [step_of(uow, case)])
    await _tell(uow, case, actor, was, now, "Answered.")
    return {"agent_id": str(agent_id), "before": was, "after": now}


async def unanswered(uow: UnitOfWork, case_id: int, *, message_id: int, restore: dict[str, object]) -> None:
    """Put back what `answered` changed, where nothing else has changed it since; the customer waits again since the message that is now unanswered.

    Raises:
        NotFound: there is no such case.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    was, now, agent_id = restore["before"], restore["after"], restore["agent_id"]
    assert isinstance(was, dict)
    assert isinstance(now, dict)
    assert isinstance(agent_id, str)
    current = _answerable(case)
    back: dict[str, object] = {}
    # Fields that mean something together only go back together.
    for group in (_STANDING, ("first_response_at", "first_response_id"), ("assignee_id", "assigned_reason"), ("last_message_id",)):
        fields = [field for field in group if field in now]
        if history.is_still(current, {field: now[field] for field in fields}):
            back |= {field: history.read(field, was[field]) for field in fields}
    status = CaseStatus(str(back.get("status", case.status)))
    waited = history.read("waiting_since", was.get("waiting_since"))
    if isinstance(waited, datetime) and lifecycle.keeps_waiting(status) and (case.waiting_since is None or waited < case.waiting_since):
        back["waiting_since"] = waited
    gone, here = history.difference(current, back)
    await put(uow, case, back)
    await go_back(uow, case)
    await _tell(uow, case, Actor(agent_id=int(agent_id)), gone, here, "The reply was taken back.")


async def undelivered(uow: UnitOfWork, case_id: int) -> None:
    """Bring a case back to work whose answer did not arrive: nobody would wait for a customer who was never answered. One that is at work, or closed, stays as it is.

    Raises:
        NotFound: there is no such case.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    was = standing_of(case)
    standing = lifecycle.unheard(was, uow.clock.now())
    if standing is not was:
        verb = Verb.WOKEN if was.status is CaseStatus.SNOOZED else Verb.STATUS
        await change(uow, case, SYSTEM, verb, standing_fields(standing), "An answer could not be delivered.")


async def noted(uow: UnitOfWork, case_id: int, message_id: int, at: datetime) -> None:
    """Note that somebody wrote a private note: it moves the case up in the lists, and nothing else.

    Raises:
        NotFound: there is no such case.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    await put(uow, case, {"last_message_id": max(case.last_message_id, message_id)})


def _answerable(case: Case) -> dict[str, object]:
    return {
        **fields_of(case),
        "first_response_at": case.first_response_at,
        "first_response_id": case.first_response_id,
        "last_message_id": case.last_message_id,
    }


async def _tell(uow: UnitOfWork, case: Case, actor: Actor, was: dict[str, object], now: dict[str, object], reason: str) -> None:
    if "assignee_id" in now:
        await told(uow, case, actor, Verb.ASSIGNED, "assignee", *_only(("assignee_id", "assigned_reason"), was, now), reason)
    if "status" in now:
        await told(uow, case, actor, Verb.STATUS, "status", *_only(_STANDING, was, now), reason)


def _only(fields: tuple[str, ...], was: dict[str, object], now: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    return {field: was[field] for field in fields if field in was}, {field: now[field] for field in fields if field in now}
