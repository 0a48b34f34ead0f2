"""The verbs of cases; those of the hot path, of replies and of lists stand in rooms of their own and are spoken from here."""

from collections.abc import Sequence
from datetime import datetime

from cases.changes import WHAT as _WHAT
from cases.changes import change, fields_of, go_back, put, standing_fields, standing_of, told
from cases.errors import NothingToUndo, SnoozeInThePast, SnoozeWithoutEnd
from cases.intake import open_or_continue_all
from cases.measuring import first_responses, loads, resolutions
from cases.reading import activities_of, counts, find, fold_counts, get, mend_counts, open_cases_of, page, page_ids, paged, seen, tags_of
from cases.replies import answered, noted, unanswered, undelivered
from cases.repository.rows import CaseRows
from cases.rules import history, lifecycle, wording
from cases.values import KEEP, SYSTEM, UNDOABLE, Actor, CaseStatus, Keep, Priority, Verb
from kernel.errors import NotFound
from kernel.uow import UnitOfWork

__all__ = [
    "activities_of", "answered", "assign", "counts", "find", "first_responses", "fold_counts", "get", "loads", "mend_counts", "noted",
    "open_cases_of", "open_or_continue_all", "page", "page_ids", "paged", "rename", "resolutions", "retag", "seen", "set_priority", "set_status", "snooze",
    "tags_of", "unanswered", "undelivered", "undo", "wake", "wake_when_due",
]  # fmt: skip

# What happened besides, without touching anything that an undo puts back.
_ASIDE = (Verb.TITLED, Verb.MERGED, Verb.UNMERGED)


async def assign(
    uow: UnitOfWork, case_id: int, actor: Actor, agent_id: int | Keep | None = KEEP, team_id: int | Keep | None = KEEP, reason: str | None = None
) -> int:
    """Give the case to an agent, a team or nobody (None); what is KEEP stays as it is. Returns the activity's id.

    Raises:
        NotFound: there is no such case, agent or team.
    """
    rows = CaseRows(uow.session)
    case = await rows.get(case_id, hold=True)
    after: dict[str, object] = {}
    if not isinstance(agent_id, Keep):
        if agent_id is not None and not await rows.has_agent(agent_id):
            raise NotFound("agent", agent_id)
        after |= {"assignee_id": agent_id, "assigned_reason": reason}
    if not isinstance(team_id, Keep):
        if team_id is not None and not await rows.has_team(team_id):
            raise NotFound("team", team_id)
        after["team_id"] = team_id
    return await change(uow, case, actor, Verb.ASSIGNED, after, reason)


async def set_status(uow: UnitOfWork, case_id: int, actor: Actor, status: CaseStatus) -> int:
    """Move the case to another status. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
        IllegalTransition: its status does not lead there.
        SnoozeWithoutEnd: snoozing is a verb of its own.
    """
    if status is CaseStatus.SNOOZED:
        raise SnoozeWithoutEnd
    case = await CaseRows(uow.session).get(case_id, hold=True)
    return await change(uow, case, actor, Verb.STATUS, standing_fields(lifecycle.moved(standing_of(case), status, uow.clock.now())))


async def set_priority(uow: UnitOfWork, case_id: int, actor: Actor, priority: Priority) -> int:
    """Say how urgent the case is. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    return await change(uow, case, actor, Verb.PRIORITY, {"priority": priority.value})


async def rename(uow: UnitOfWork, case_id: int, actor: Actor, title: str) -> int:
    """Give the case another title. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
        BadTitle: it is empty or too long.
    """
    kept = wording.title(title)
    case = await CaseRows(uow.session).get(case_id, hold=True)
    return await change(uow, case, actor, Verb.TITLED, {"title": kept})


async def retag(uow: UnitOfWork, case_id: int, actor: Actor, add: Sequence[str], remove: Sequence[str]) -> int:
    """Add and remove tags; those that are there already, or are not, do not matter. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
        BadTag: one is empty or too long.
        TooManyTags: the case would carry more than it may.
    """
    rows = CaseRows(uow.session)
    case = await rows.get(case_id, hold=True)
    before = await rows.tags(case_id)
    after = wording.retagged(before, add, remove)
    await _put_tags(uow, case_id, before, after)
    await put(uow, case, {})
    return await told(uow, case, actor, Verb.TAGGED, "tags", {"tags": before}, {"tags": after})


async def snooze(uow: UnitOfWork, case_id: int, actor: Actor, until: datetime) -> int:
    """Put the case away until a moment; a snoozed one until another. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
        SnoozeInThePast: the moment is over.
        IllegalTransition: the case has ended.
    """
    if until <= uow.clock.now():
        raise SnoozeInThePast(until)
    case = await CaseRows(uow.session).get(case_id, hold=True)
    standing = lifecycle.moved(standing_of(case), CaseStatus.SNOOZED, uow.clock.now(), until)
    return await change(uow, case, actor, Verb.SNOOZED, standing_fields(standing))


async def wake(uow: UnitOfWork, case_id: int, actor: Actor) -> int:
    """Bring a snoozed case back before its time. Returns the activity's id.

    Raises:
        NotFound: there is no such case.
        IllegalTransition: it is not snoozed.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    return await change(uow, case, actor, Verb.WOKEN, standing_fields(lifecycle.woken(standing_of(case))))


async def wake_when_due(uow: UnitOfWork, case_id: int) -> int | None:
    """Bring a snoozed case back if its time has come; None when it is not snoozed any more, or was put away for longer since.

    Raises:
        NotFound: there is no such case.
    """
    case = await CaseRows(uow.session).get(case_id, hold=True)
    if case.snoozed_until is None or case.snoozed_until > uow.clock.now():
        return None
    return await change(uow, case, SYSTEM, Verb.WOKEN, standing_fields(lifecycle.woken(standing_of(case))), "Its time has come.")


async def undo(uow: UnitOfWork, case_id: int, actor: Actor, activity_id: int) -> int:
    """Undo the actor's own last change to status, assignee, priority, tags or snooze: everything is exactly as it was before, the ledger too. Returns the new activity's id.

    Raises:
        NotFound: there is no such case.
        NothingToUndo: something else came after it, it is not the actor's own, or cannot be undone.
    """
    rows = CaseRows(uow.session)
    case = await rows.get(case_id, hold=True)
    last = await rows.last_activity(case_id, _ASIDE)
    if last is None or last.id != activity_id or last.actor_id != actor.agent_id or last.verb not in UNDOABLE:
        raise NothingToUndo
    tags = await rows.tags(case_id) if last.verb == Verb.TAGGED else []
    if not history.is_still({**fields_of(case), "tags": tags}, last.after):
        raise NothingToUndo
    before = {field: history.read(field, value) for field, value in last.before.items() if field != "tags"}
    if last.verb == Verb.TAGGED:
        was = last.before["tags"]
        assert isinstance(was, list)
        await _put_tags(uow, case_id, tags, was)
    await put(uow, case, before)
    await go_back(uow, case)
    return await told(uow, case, actor, Verb.UNDONE, _WHAT[Verb(last.verb)], last.after, last.before)


async def _put_tags(uow: UnitOfWork, case_id: int, before: Sequence[str], after: Sequence[str]) -> None:
    await CaseRows(uow.session).put_tags(case_id, sorted({*after} - {*before}), sorted({*before} - {*after}))
