"""Cases: lists, one of them, and everything an agent does to it."""

from collections.abc import Awaitable, Callable

from api.route import Call, Routes
from api.schemas.cases import (
    AssignBody,
    CaseChange,
    CaseQuery,
    CaseRowShape,
    CaseShape,
    ChangedCaseShape,
    CountsShape,
    NoteBody,
    PriorityBody,
    ReplyBody,
    SeenBody,
    SnoozeBody,
    StatusBody,
    TagsBody,
    UndoBody,
)
from api.schemas.common import PageShape, Paging
from api.schemas.messages import MessageEntry, MessageShape, TimelinePage, entry
from cases import service as cases
from cases.values import KEEP, Actor, CaseFilter
from inbox import case_list, messages, timeline
from inbox.errors import StaleReply
from inbox.reply import visible_case
from inbox.views import CaseDetail
from kernel.paging import Page
from kernel.uow import UnitOfWork

routes = Routes("cases")
_CHANGED = {200: ChangedCaseShape}


@routes.route("GET", "/api/v1/cases", answers={200: PageShape[CaseRowShape]})
async def list_cases(call: Call, query: CaseQuery) -> PageShape[CaseRowShape]:
    """Return a page of a view; `ids` gives those rows whatever the view, and leaves out what may not be seen."""
    viewer, directory = call.viewer, call.house.directory
    async with call.house.factory.reading() as uow:
        if query.id_list is not None:
            found = Page(await case_list.some(uow, viewer, directory, query.id_list))
        else:
            wanted = CaseFilter(
                view=query.view,
                agent_id=viewer.agent_id,
                inbox_ids=viewer.inbox_ids,
                team_id=query.team_id,
                inbox_id=query.inbox_id,
                root_id=query.customer_id,
                tag=query.tag,
                status=query.status,
                sort=query.sort,
            )
            found = await case_list.page(uow, viewer, directory, wanted, query.cursor, query.limit)
    return PageShape[CaseRowShape](items=[CaseRowShape.of(row) for row in found.items], next=found.next)


@routes.route("GET", "/api/v1/cases/counts", answers={200: CountsShape})
async def count_cases(call: Call) -> CountsShape:
    """Return how many cases each view holds for this agent, and each of their teams."""
    viewer = call.viewer
    async with call.house.factory.reading() as uow:
        counts = await cases.counts(uow, viewer.agent_id, viewer.inbox_ids, viewer.team_ids)
    teams = {str(team_id): count for team_id, count in counts.teams.items()}
    return CountsShape(mine=counts.mine, unassigned=counts.unassigned, all=counts.all, snoozed=counts.snoozed, resolved=counts.resolved, teams=teams)


@routes.route("GET", "/api/v1/cases/{case_id}", answers={200: CaseShape})
async def get_case(call: Call, case_id: int) -> CaseShape:
    """Return a case with the ways to answer it."""
    async with call.house.factory.reading() as uow:
        return CaseShape.model_validate(CaseShape.values_of(await _detail(call, uow, case_id)))


@routes.route("PATCH", "/api/v1/cases/{case_id}", answers=_CHANGED)
async def change_case(call: Call, case_id: int, body: CaseChange) -> ChangedCaseShape:
    """Give a case another title."""
    title = body.title
    if title is None:
        async with call.house.factory.reading() as uow:
            return _changed(await _detail(call, uow, case_id), None)
    return await _do(call, case_id, lambda uow, me: cases.rename(uow, case_id, me, title))


@routes.route("GET", "/api/v1/cases/{case_id}/timeline", answers={200: TimelinePage})
async def case_timeline(call: Call, case_id: int, query: Paging) -> TimelinePage:
    """Return the timeline of the case's customer across channels, newest first; the case's own entries say `in_case`."""
    async with call.house.factory.reading() as uow:
        found = await timeline.of_case(uow, call.viewer, call.house.directory, case_id, query.cursor, query.limit)
    return TimelinePage(items=[entry(one) for one in found.items], next=found.next)


@routes.route("POST", "/api/v1/cases/{case_id}/reply", answers={201: MessageShape}, refuses=(409,))
async def reply(call: Call, case_id: int, body: ReplyBody) -> MessageShape:
    """Answer the customer on one of the case's reply options; refused with `reply.stale` when somebody wrote since `seen_message_id`."""
    house = call.house
    try:
        async with house.factory() as uow:
            message_id = await house.replies.write(uow, call.viewer, case_id, body.draft())
    except StaleReply as stale:
        async with house.factory.reading() as uow:
            newer = await messages.some(uow, call.viewer, house.directory, stale.newer_ids)
        shown = [MessageEntry(id=one.id, at=one.received_at, in_case=one.case_id == case_id, message=MessageShape.of(one)) for one in newer]
        stale.details["newer"] = [one.model_dump(mode="json") for one in shown]
        raise
    return await _message(call, message_id)


@routes.route("POST", "/api/v1/cases/{case_id}/note", answers={201: MessageShape})
async def note(call: Call, case_id: int, body: NoteBody) -> MessageShape:
    """Write a note that only colleagues see."""
    async with call.house.factory() as uow:
        message_id = await call.house.replies.note(uow, call.viewer, case_id, body.text)
    return await _message(call, message_id)


@routes.route("POST", "/api/v1/cases/{case_id}/assign", answers=_CHANGED)
async def assign(call: Call, case_id: int, body: AssignBody) -> ChangedCaseShape:
    """Give a case to an agent, a team, or nobody."""
    agent_id = body.agent_id if "agent_id" in body.model_fields_set else KEEP
    team_id = body.team_id if "team_id" in body.model_fields_set else KEEP
    return await _do(call, case_id, lambda uow, me: cases.assign(uow, case_id, me, agent_id=agent_id, team_id=team_id))


@routes.route("POST", "/api/v1/cases/{case_id}/status", answers=_CHANGED, refuses=(409,))
async def set_status(call: Call, case_id: int, body: StatusBody) -> ChangedCaseShape:
    """Move a case to another status."""
    return await _do(call, case_id, lambda uow, me: cases.set_status(uow, case_id, me, body.status))


@routes.route("POST", "/api/v1/cases/{case_id}/priority", answers=_CHANGED)
async def set_priority(call: Call, case_id: int, body: PriorityBody) -> ChangedCaseShape:
    """Say how urgent a case is."""
    return await _do(call, case_id, lambda uow, me: cases.set_priority(uow, case_id, me, body.priority))


@routes.route("POST", "/api/v1/cases/{case_id}/tags", answers=_CHANGED)
async def set_tags(call: Call, case_id: int, body: TagsBody) -> ChangedCaseShape:
    """Put tags on a case and take tags off it."""
    return await _do(call, case_id, lambda uow, me: cases.retag(uow, case_id, me, body.add, body.remove))


@routes.route("POST", "/api/v1/cases/{case_id}/snooze", answers=_CHANGED, refuses=(409,))
async def snooze(call: Call, case_id: int, body: SnoozeBody) -> ChangedCaseShape:
    """Put a case away until a moment."""
    return await _do(call, case_id, lambda uow, me: cases.snooze(uow, case_id, me, body.until))


@routes.route("DELETE", "/api/v1/cases/{case_id}/snooze", answers=_CHANGED, refuses=(409,))
async def wake(call: Call, case_id: int) -> ChangedCaseShape:
    """Bring a snoozed case back."""
    return await _do(call, case_id, lambda uow, me: cases.wake(uow, case_id, me))


@routes.route("POST", "/api/v1/cases/{case_id}/seen", answers={204: None})
async def seen(call: Call, case_id: int, body: SeenBody) -> None:
    """Note how far the agent has read a case."""
    async with call.house.factory() as uow:
        case = await visible_case(uow, call.viewer, case_id)
        # Nobody has read what was not written yet.
        await cases.seen(uow, call.viewer.agent_id, case_id, min(body.message_id, case.last_message_id))


@routes.route("POST", "/api/v1/cases/{case_id}/undo", answers=_CHANGED, refuses=(409,))
async def undo(call: Call, case_id: int, body: UndoBody) -> ChangedCaseShape:
    """Take back the agent's own last change, if nothing came after it."""
    return await _do(call, case_id, lambda uow, me: cases.undo(uow, case_id, me, body.activity_id))


async def _do(call: Call, case_id: int, verb: Callable[[UnitOfWork, Actor], Awaitable[int]]) -> ChangedCaseShape:
    """Carry out a verb on a case that the agent may see, and show the case as it is then."""
    async with call.house.factory() as uow:
        await visible_case(uow, call.viewer, case_id)
        activity_id = await verb(uow, Actor(agent_id=call.viewer.agent_id))
    async with call.house.factory.reading() as uow:
        return _changed(await _detail(call, uow, case_id), activity_id)


async def _detail(call: Call, uow: UnitOfWork, case_id: int) -> CaseDetail:
    return await case_list.detail(uow, call.viewer, call.house.directory, call.house.replies.ways, case_id)


def _changed(case: CaseDetail, activity_id: int | None) -> ChangedCaseShape:
    return ChangedCaseShape.model_validate({**CaseShape.values_of(case), "activity_id": activity_id})


async def _message(call: Call, message_id: int) -> MessageShape:
    async with call.house.factory.reading() as uow:
        return MessageShape.of(await messages.message(uow, call.viewer, call.house.directory, message_id))
