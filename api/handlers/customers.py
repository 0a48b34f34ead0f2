"""Customers: who they are, what was said, and making two into one and back."""

from api.route import Call, Routes
from api.schemas.common import PageShape, Paging
from api.schemas.customers import CustomerChange, CustomerQuery, CustomerShape, IdentityShape, MergeBody, MergeShape, UnmergedShape
from api.schemas.messages import TimelinePage, entry
from api.showing import show_customer, show_customers, show_identity
from identity_resolution import service as identities
from identity_resolution.values import ProfileFields
from inbox import customers, timeline

routes = Routes("customers")


@routes.route("GET", "/api/v1/customers", answers={200: PageShape[CustomerShape]})
async def list_customers(call: Call, query: CustomerQuery) -> PageShape[CustomerShape]:
    """Return customers, newest first: all, or those whose name, address, number or handle fits."""
    async with call.house.factory.reading() as uow:
        found = await customers.page(uow, call.viewer, query.q, query.cursor, query.limit)
        shown = await show_customers(call, uow, found.items)
    return PageShape[CustomerShape](items=shown, next=found.next)


@routes.route("GET", "/api/v1/customers/{customer_id}", answers={200: CustomerShape})
async def get_customer(call: Call, customer_id: int) -> CustomerShape:
    """Return a customer, by any of the ids that merges have joined."""
    async with call.house.factory.reading() as uow:
        return await show_customer(call, uow, await customers.visible_root(uow, call.viewer, customer_id))


@routes.route("PATCH", "/api/v1/customers/{customer_id}", answers={200: CustomerShape})
async def change_customer(call: Call, customer_id: int, body: CustomerChange) -> CustomerShape:
    """Change a customer's profile."""
    fields = ProfileFields()
    if body.name is not None:
        fields["name"] = body.name
    if "company" in body.model_fields_set:
        fields["company"] = body.company
    if "locale" in body.model_fields_set:
        fields["locale"] = body.locale
    if "time_zone" in body.model_fields_set:
        fields["time_zone"] = body.time_zone
    if body.attributes is not None:
        fields["attributes"] = dict(body.attributes)
    async with call.house.factory() as uow:
        root_id = await customers.visible_root(uow, call.viewer, customer_id)
        if fields:
            await identities.edit(uow, root_id, **fields)
    return await get_customer(call, root_id)


@routes.route("GET", "/api/v1/customers/{customer_id}/timeline", answers={200: TimelinePage})
async def customer_timeline(call: Call, customer_id: int, query: Paging) -> TimelinePage:
    """Return all that was said and done about a customer across channels, newest first."""
    async with call.house.factory.reading() as uow:
        root_id = await customers.visible_root(uow, call.viewer, customer_id)
        found = await timeline.of_customer(uow, call.viewer, call.house.directory, root_id, query.cursor, query.limit)
    return TimelinePage(items=[entry(one) for one in found.items], next=found.next)


@routes.route("GET", "/api/v1/customers/{customer_id}/identities", answers={200: PageShape[IdentityShape]})
async def customer_identities(call: Call, customer_id: int) -> PageShape[IdentityShape]:
    """Return every way of reaching a customer."""
    async with call.house.factory.reading() as uow:
        root_id = await customers.visible_root(uow, call.viewer, customer_id)
        held = await identities.identities_of(uow, root_id)
    return PageShape[IdentityShape](items=[show_identity(call, identity) for identity in held])


@routes.route("POST", "/api/v1/customers/{customer_id}/merge", answers={200: MergeShape}, refuses=(409,))
async def merge(call: Call, customer_id: int, body: MergeBody) -> MergeShape:
    """Make two customers one; `link_id` undoes it."""
    async with call.house.factory() as uow:
        roots = [await customers.visible_root(uow, call.viewer, one) for one in (customer_id, body.other_id)]
        link = await identities.merge(uow, roots[0], roots[1], call.viewer.agent_id, "merged by an agent")
    return MergeShape(link_id=link.id, customer=await get_customer(call, customer_id))


@routes.route("POST", "/api/v1/merges/{link_id}/undo", answers={200: UnmergedShape}, refuses=(409,))
async def undo_merge(call: Call, link_id: int) -> UnmergedShape:
    """Make two of one again, exactly, also after new messages have come."""
    async with call.house.factory() as uow:
        await customers.check_link(uow, call.viewer, link_id)
        parted = await identities.undo_merge(uow, link_id, call.viewer.agent_id)
    async with call.house.factory.reading() as uow:
        customer, other = await show_customer(call, uow, parted.root_id), await show_customer(call, uow, parted.other_id)
    return UnmergedShape(customer=customer, other=other)
