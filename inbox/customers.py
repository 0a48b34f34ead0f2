"""Customers within what an agent may see: those who have talked in one of the agent's inboxes."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import ColumnElement

from identity_resolution import service as identities
from identity_resolution.values import CustomerProfile, Proposal
from inbox.repositories.customers import VisibleCustomers
from inbox.values import FeedEvent
from kernel.errors import NotFound
from kernel.paging import Page
from kernel.uow import UnitOfWork
from staff.values import Viewer


async def visible_among(uow: UnitOfWork, viewer: Viewer, root_ids: Collection[int]) -> set[int]:
    """Return those of these roots that the viewer may see."""
    if viewer.inbox_ids is None or not root_ids:
        return set(root_ids)
    return await VisibleCustomers(uow.session).among(root_ids, viewer.inbox_ids)


async def visible_root(uow: UnitOfWork, viewer: Viewer, customer_id: int) -> int:
    """Return the root of a customer (named by any leaf), or refuse with NotFound when there is none that the viewer may see."""
    found = (await identities.roots_of(uow, [customer_id])).get(customer_id)
    if found is None or not await visible_among(uow, viewer, [found[0]]):
        raise NotFound("customer", customer_id)
    return found[0]


async def page(uow: UnitOfWork, viewer: Viewer, query: str, cursor: str | None, limit: int) -> Page[CustomerProfile]:
    """Return those customers whom the viewer may see, newest first. They are picked by the query itself: a page tells nothing of whom it leaves out.

    Raises:
        BadCursor: the cursor is not of this list.
    """
    return await identities.page(uow, query, cursor, limit, _seen_by(viewer))


async def cards_page(uow: UnitOfWork, viewer: Viewer, cursor: str | None, limit: int) -> Page[Proposal]:
    """Return open questions about two customers whom the viewer may both see, newest first.

    Raises:
        BadCursor: the cursor is not of this list.
    """
    return await identities.cards_page(uow, cursor, limit, _seen_by(viewer))


async def check_link(uow: UnitOfWork, viewer: Viewer, link_id: int) -> None:
    """Refuse with NotFound when there is no such merge, or the viewer may see neither side of it."""
    if not await visible_among(uow, viewer, await identities.roots_of_link(uow, link_id)):
        raise NotFound("merge", link_id)


async def check_sides(uow: UnitOfWork, viewer: Viewer, proposal_id: int) -> None:
    """Refuse with NotFound when there is no such question, or the viewer may not see both its sides."""
    sides = set(await identities.sides_of(uow, proposal_id))
    if await visible_among(uow, viewer, sides) != sides:
        raise NotFound("proposal", proposal_id)


async def told(uow: UnitOfWork, viewer: Viewer, events: Sequence[FeedEvent]) -> list[FeedEvent]:
    """Return those events of which the viewer may know: what happened in their inboxes, and to customers whom they may see."""
    about = {event.id: _named(event) for event in events if event.inbox_id is None}
    root_of = {leaf_id: root_id for leaf_id, (root_id, _) in (await identities.roots_of(uow, {one for named in about.values() for one in named})).items()}
    visible = await visible_among(uow, viewer, set(root_of.values()))
    return [
        event
        for event in events
        if (viewer.may_see(event.inbox_id) if event.inbox_id is not None else all(root_of.get(one) in visible for one in about[event.id]))
    ]


def _named(event: FeedEvent) -> set[int]:
    """Return whom an event that happened in no inbox is about."""
    return {int(str(event.payload[name])) for name in ("customer_id", "other_id") if event.payload.get(name)}


def _seen_by(viewer: Viewer) -> Callable[[ColumnElement[int]], ColumnElement[bool]] | None:
    inbox_ids = viewer.inbox_ids
    return None if inbox_ids is None else lambda root_id: VisibleCustomers.condition(root_id, inbox_ids)
