"""Customers within what an agent may see: those who have talked in one of the agent's inboxes."""

from collections.abc import Collection

from identity_resolution import service as identities
from inbox.repositories.customers import VisibleCustomers
from kernel.errors import NotFound
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


async def check_any(uow: UnitOfWork, viewer: Viewer, root_ids: Collection[int], what: str, which: int) -> None:
    """Refuse with NotFound (of `what`) when the viewer may see none of these roots."""
    if not await visible_among(uow, viewer, root_ids):
        raise NotFound(what, which)
