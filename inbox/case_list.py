"""Cases as lists and pages show them: the case's own row, joined by set with names and last words from other rooms."""

from collections.abc import Sequence

from cases import service as cases
from cases.models import Case
from cases.rules import lifecycle
from cases.values import CaseFilter, CaseStatus, Priority
from inbox.directory import InboxDirectory
from inbox.reply import visible_case
from inbox.repositories.reading import LastLine, ReadingRepository
from inbox.values import Direction, MessageKind
from inbox.views import CaseDetail, CaseRow, InboxName, LastMessage, Named
from inbox.ways import Ways
from kernel.ids import moment_of
from kernel.paging import Page
from kernel.text import preview
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.values import Viewer


async def page(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, wanted: CaseFilter, cursor: str | None, limit: int) -> Page[CaseRow]:
    """Return a page of a view; seven statements, however long it is."""
    found = await cases.page(uow, wanted, cursor, limit)
    return Page(await _rows(uow, viewer, directory, found.items), found.next)


async def some(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, case_ids: Sequence[int]) -> list[CaseRow]:
    """Return those of these cases that the viewer may see."""
    found = [case for case in await cases.find(uow, case_ids) if viewer.may_see(case.inbox_id)]
    return await _rows(uow, viewer, directory, found)


async def detail(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, ways: Ways, case_id: int) -> CaseDetail:
    """Return a case with the ways to answer it, or refuse with NotFound when there is none to see."""
    case = await visible_case(uow, viewer, case_id)
    [row] = await _rows(uow, viewer, directory, [case])
    return CaseDetail(
        row=row,
        reply_options=tuple(await ways.options(uow, viewer, case)),
        newest_message_id=case.last_message_id,
        allowed_statuses=lifecycle.choices(CaseStatus(case.status)),
        linked_case_id=case.linked_case_id,
        opened_reason=case.opened_reason,
        assigned_reason=case.assigned_reason,
    )


async def _rows(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, found: Sequence[Case]) -> list[CaseRow]:
    if not found:
        return []
    reading = ReadingRepository(uow.session, viewer.inbox_ids)
    customers = await reading.roots(sorted({case.customer_id for case in found}))
    lines = await reading.last_lines([case.last_message_id for case in found])
    agents = await staff.names_of(uow, sorted({case.assignee_id for case in found if case.assignee_id is not None}))
    teams = {team.id: team.name for team in await staff.teams(uow)}
    tags = await cases.tags_of(uow, [case.id for case in found])
    unread = await cases.unread_among(uow, viewer.agent_id, found)
    inboxes = await directory.names(uow, {case.inbox_id for case in found} | {line.inbox_id for line in lines.values()})

    def row(case: Case) -> CaseRow:
        root_id, name = customers[case.customer_id]
        return CaseRow(
            id=case.id, number=case.number, title=case.title, status=CaseStatus(case.status), priority=Priority(case.priority),
            customer=Named(id=root_id, name=name), assignee=_named(case.assignee_id, agents), team=_named(case.team_id, teams), inbox=inboxes[case.inbox_id],
            tags=tuple(sorted(tags.get(case.id, ()))), last_message=_last(lines.get(case.last_message_id), inboxes), is_unread=case.id in unread,
            opened_at=case.opened_at, waiting_since=case.waiting_since, first_response_at=case.first_response_at, resolved_at=case.resolved_at,
            snoozed_until=case.snoozed_until, updated_at=case.updated_at,
        )  # fmt: skip

    return [row(case) for case in found]


def _named(of_id: int | None, names: dict[int, str]) -> Named | None:
    return None if of_id is None else Named(id=of_id, name=names.get(of_id, "Somebody who left"))


def _last(line: LastLine | None, inboxes: dict[int, InboxName]) -> LastMessage | None:
    if line is None:
        return None
    return LastMessage(
        id=line.id, preview=preview(line.head), direction=Direction(line.direction), kind=MessageKind(line.kind), channel=inboxes[line.inbox_id].channel,
        at=moment_of(line.id), is_unverified=line.is_unverified,
    )  # fmt: skip
