"""Cases as lists and pages show them: the case's own row, joined by set with names and last words from other rooms."""

from collections.abc import Sequence

from cases import service as cases
from cases.rules import lifecycle
from cases.values import CaseFilter, CaseStatus, Priority
from inbox.directory import InboxDirectory
from inbox.reply import visible_case
from inbox.repositories.lists import Listed, listed
from inbox.values import Direction, MessageKind
from inbox.views import CaseDetail, CaseRow, InboxName, LastMessage, Named
from inbox.ways import Ways
from kernel.ids import moment_of
from kernel.paging import Page
from kernel.text import preview
from kernel.uow import UnitOfWork
from staff.values import Viewer


async def page(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, wanted: CaseFilter, cursor: str | None, limit: int) -> Page[CaseRow]:
    """Return a page of a view: three statements, however long it is."""
    ids = await cases.page_ids(uow, wanted, cursor, limit)
    found = cases.paged(await listed(uow.session, viewer.agent_id, ids), wanted.sort, limit)
    return Page(await _rows(uow, viewer, directory, found.items), found.next)


async def some(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, case_ids: Sequence[int]) -> list[CaseRow]:
    """Return those of these cases that the viewer may see."""
    found = await listed(uow.session, viewer.agent_id, list(dict.fromkeys(case_ids)))
    return await _rows(uow, viewer, directory, [case for case in found if viewer.may_see(case.inbox_id)])


async def detail(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, ways: Ways, case_id: int) -> CaseDetail:
    """Return a case with the ways to answer it, or refuse with NotFound when there is none to see."""
    case = await visible_case(uow, viewer, case_id)
    [row] = await _rows(uow, viewer, directory, await listed(uow.session, viewer.agent_id, [case_id]))
    return CaseDetail(
        row=row,
        reply_options=tuple(await ways.options(uow, viewer, case)),
        newest_message_id=case.last_message_id,
        allowed_statuses=lifecycle.choices(CaseStatus(case.status)),
        linked_case_id=case.linked_case_id,
        opened_reason=case.opened_reason,
        assigned_reason=case.assigned_reason,
    )


async def _rows(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, found: Sequence[Listed]) -> list[CaseRow]:
    if not found:
        return []
    tags = await cases.tags_of(uow, [case.id for case in found])
    shown = {case.id: case.message_inbox_id for case in found if case.message_inbox_id is not None and viewer.may_see(case.message_inbox_id)}
    inboxes = await directory.names(uow, {case.inbox_id for case in found} | set(shown.values()))
    return [_row(case, tuple(tags[case.id]), inboxes[case.inbox_id], inboxes[shown[case.id]] if case.id in shown else None) for case in found]


def _row(case: Listed, tags: tuple[str, ...], inbox: InboxName, last: InboxName | None) -> CaseRow:
    """Return a row; `last` is the inbox of its newest message, None when that may not be seen."""
    return CaseRow(
        id=case.id, number=case.number, title=case.title, status=CaseStatus(case.status), priority=Priority(case.priority),
        customer=Named(id=case.root_id, name=case.customer_name), assignee=_named(case.assignee_id, case.assignee_name), team=_named(case.team_id, case.team_name),
        inbox=inbox, tags=tags, last_message=None if last is None else _last(case, last), is_unread=case.is_unread,
        opened_at=case.opened_at, waiting_since=case.waiting_since, first_response_at=case.first_response_at, resolved_at=case.resolved_at,
        snoozed_until=case.snoozed_until, updated_at=case.updated_at,
    )  # fmt: skip


def _named(of_id: int | None, name: str | None) -> Named | None:
    return None if of_id is None else Named(id=of_id, name=name or "Somebody who left")


def _last(case: Listed, inbox: InboxName) -> LastMessage:
    assert case.direction is not None
    assert case.kind is not None
    return LastMessage(
        id=case.last_message_id, preview=preview(case.head or ""), direction=Direction(case.direction), kind=MessageKind(case.kind), channel=inbox.channel,
        at=moment_of(case.last_message_id), is_unverified=bool(case.is_unverified),
    )  # fmt: skip
