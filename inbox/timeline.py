"""The timeline: all that was said and done about a customer, across channels, newest first; a merge of two tables by id."""

from collections.abc import Mapping

from cases import service as cases
from cases.values import KeptLine
from inbox.directory import InboxDirectory
from inbox.messages import some
from inbox.reply import visible_case
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.replies import ReplyRepository
from inbox.views import ActivityView, Entry, Named
from kernel.paging import Page, keyset, page_of
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.values import Viewer


async def of_case(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, case_id: int, cursor: str | None, limit: int) -> Page[Entry]:
    """Return the timeline of a case's customer; the case's own entries say so."""
    case = await visible_case(uow, viewer, case_id)
    return await of_customer(uow, viewer, directory, case.customer_id, cursor, limit, case_id=case_id)


async def of_customer(
    uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, customer_id: int, cursor: str | None, limit: int, case_id: int | None = None
) -> Page[Entry]:
    """Return a customer's timeline: of all leaves, of every inbox that the viewer may see."""
    key = keyset(cursor, 1)
    before = key[0] if key else None
    leaf_ids = await ReplyRepository(uow.session).leaf_ids(customer_id)
    message_ids = await ReadingRepository(uow.session, viewer.inbox_ids).timeline(leaf_ids, before, limit + 1)
    activities = await cases.activities_of(uow, leaf_ids, before, limit + 1, viewer.inbox_ids)
    # Only what can be on this page is dressed up: the newest of both.
    wanted = set(sorted([*message_ids, *(a.id for a in activities)], reverse=True)[: limit + 1])
    shown = await some(uow, viewer, directory, [message_id for message_id in message_ids if message_id in wanted])
    kept = [a for a in activities if a.id in wanted]
    agents = await staff.names_of(uow, sorted(_agents_in(kept)))
    teams = {team.id: team.name for team in await staff.teams(uow)}
    entries = [Entry(id=m.id, at=m.sent_at if m.author_type == "agent" else m.received_at, in_case=m.case_id == case_id, message=m) for m in shown]
    entries += [Entry(id=a.id, at=a.done_at, in_case=a.case_id == case_id, activity=_activity(a, agents, teams)) for a in kept]
    return page_of(sorted(entries, key=lambda entry: entry.id, reverse=True), limit, lambda entry: [entry.id])


def _agents_in(rows: list[KeptLine]) -> set[int]:
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    for row in rows:
        ids |= {int(str(side["assignee_id"])) for side in (row.before, row.after) if side.get("assignee_id")}
    return ids


def _activity(row: KeptLine, agents: Mapping[int, str], teams: Mapping[int, str]) -> ActivityView:
    actor = Named(id=row.actor_id, name=agents.get(row.actor_id, "Somebody who left")) if row.actor_id is not None else None
    return ActivityView(
        id=row.id, case_id=row.case_id, actor=actor, verb=row.verb, before=row.before, after=row.after,
        summary=summary(row.verb, row.before, row.after, agents, teams), reason=row.reason, at=row.done_at,
    )  # fmt: skip


def summary(verb: str, before: Mapping[str, object], after: Mapping[str, object], agents: Mapping[int, str], teams: Mapping[int, str]) -> str:
    """Return what was done, in words, without saying who."""
    if verb == "assigned":
        return _assigned(before, after, agents, teams)
    if verb == "tagged":
        had, has = _words(before.get("tags")), _words(after.get("tags"))
        return ", ".join([*(f"+{tag}" for tag in sorted(has - had)), *(f"−{tag}" for tag in sorted(had - has))]) or "tags unchanged"
    if verb in ("status", "reopened", "woken") and "status" in after:
        return f"{verb}: {before.get('status', 'new')} → {after['status']}"
    said = {
        "priority": f"priority: {before.get('priority')} → {after.get('priority')}",
        "snoozed": f"snoozed until {after.get('snoozed_until')}",
        "titled": f"renamed to “{after.get('title')}”",
    }
    return said.get(verb, verb)


def _assigned(before: Mapping[str, object], after: Mapping[str, object], agents: Mapping[int, str], teams: Mapping[int, str]) -> str:
    agent_id, team_id = after.get("assignee_id"), after.get("team_id")
    who = agents.get(int(str(agent_id)), "somebody who left") if agent_id else "nobody"
    where = f" in {teams.get(int(str(team_id)), 'a team')}" if team_id and team_id != before.get("team_id") else ""
    return f"assigned to {who}{where}"


def _words(value: object) -> set[str]:
    return {str(word) for word in value} if isinstance(value, list) else set()
