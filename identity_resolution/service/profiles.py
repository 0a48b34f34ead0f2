"""What is known of customers: whole profiles in a fixed number of statements, pages of them, and edits by agents."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Unpack, cast

from identity_resolution.errors import BadProfile
from identity_resolution.events import CustomerChanged
from identity_resolution.models import Customer, Identity, ReviewCard
from identity_resolution.repository.customers import CustomerRepository
from identity_resolution.repository.finding import CustomerFinder, Found, Seen
from identity_resolution.rules.naming import given_name
from identity_resolution.rules.terms import ways_of
from identity_resolution.values import CustomerProfile, Evidence, HeldIdentity, MergedLeaf, ProfileFields, Proposal, Satisfaction, Side, Stage
from kernel.business_time import is_time_zone
from kernel.claims import IdentityKind, Trust
from kernel.errors import NotFound
from kernel.paging import Page, keyset, page_of
from kernel.paging import cursor as made_cursor
from kernel.text import clean
from kernel.uow import UnitOfWork


async def profile(uow: UnitOfWork, customer_id: int) -> CustomerProfile:
    """Return the customer that a leaf or a root belongs to.

    Raises:
        NotFound: there is none.
    """
    leaf = await CustomerRepository(uow.session).get(customer_id)
    return (await profiles(uow, [leaf.root_id]))[0]


async def profiles(uow: UnitOfWork, root_ids: Sequence[int]) -> list[CustomerProfile]:
    """Return whole profiles of some roots, in the order asked for."""
    if not root_ids:
        return []
    sql = CustomerRepository(uow.session)
    leaves = await sql.leaves(root_ids)
    name_of = {leaf.id: leaf.name for leaf in leaves}
    root_of = {leaf.id: leaf.root_id for leaf in leaves}
    merged: dict[int, list[MergedLeaf]] = defaultdict(list)
    for link in await sql.links(list(root_of)):
        leaf = MergedLeaf(link_id=link.id, leaf_id=link.loser_id, name=name_of[link.loser_id], at=link.linked_at, author_id=link.author_id)
        merged[root_of[link.loser_id]].append(leaf)
    cards = await sql.cards_of(root_ids)
    sides = await _sides(sql, {*root_ids, *(root_id for _, *pair in cards for root_id in pair)})
    return [
        _profile([leaf for leaf in leaves if leaf.root_id == root_id], sides[root_id], merged[root_id], _proposals(cards, sides, root_id))
        for root_id in root_ids
        if root_id in sides
    ]


async def page(uow: UnitOfWork, query: str, cursor: str | None, limit: int, seen: Seen | None = None) -> Page[CustomerProfile]:
    """Return customers that may be seen, newest first: all, or those with a leaf whose name has words that begin with those of the query, or whose address,
    number or handle begins with the query.

    A page may be short, even empty, and still have a cursor: so far was looked, and what is older is looked at from there.

    Raises:
        BadCursor: the cursor is not of this list.
    """
    after = keyset(cursor, 1)
    wanted = clean(query).strip()[:200]
    finder, before = CustomerFinder(uow.session, seen), after[0] if after else None
    ways = ways_of(wanted)
    found = await finder.page(ways, before, limit + 1) if ways else Found(await finder.newest(before, limit + 1))
    ids = page_of(found.ids, limit, lambda root_id: (root_id,))
    following = made_cursor([found.looked_down_to]) if ids.next is None and found.looked_down_to is not None else ids.next
    return Page(await profiles(uow, ids.items), following)


async def cards_page(uow: UnitOfWork, cursor: str | None, limit: int, seen: Seen | None = None) -> Page[Proposal]:
    """Return open proposals between customers that may be seen, newest first.

    Raises:
        BadCursor: the cursor is not of this list.
    """
    sql = CustomerRepository(uow.session)
    after = keyset(cursor, 1)
    cards = page_of(await sql.open_cards(after[0] if after else None, limit + 1, seen), limit, lambda found: (found[0].id,))
    sides = await _sides(sql, {root_id for _, *pair in cards.items for root_id in pair})
    return cards.map(lambda found: _proposal(found[0], sides[found[1]], sides[found[2]]))


async def edit(uow: UnitOfWork, customer_id: int, **fields: Unpack[ProfileFields]) -> Customer:
    """Change what an agent may change of a customer (its root), and return the root.

    Raises:
        NotFound: there is none.
        BadProfile: a name without letters, or a time zone that does not exist.
    """
    sql = CustomerRepository(uow.session)
    root = await sql.get((await sql.get(customer_id)).root_id)
    if "name" in fields:
        name = given_name(fields["name"])
        if name is None:
            raise BadProfile("name", "A customer's name needs a letter.")
        root.is_named = True
        await sql.call(root, name)
    zone = fields.get("time_zone")
    if zone is not None and not is_time_zone(zone):
        raise BadProfile("time_zone", "There is no such time zone.")
    for field in ("company", "locale", "time_zone", "stage", "satisfaction", "attributes"):
        if field in fields:
            value = cast(Mapping[str, object], fields)[field]
            setattr(root, field, clean(value) if type(value) is str else value)
    uow.record(CustomerChanged(customer_id=root.id))
    return root


async def leaves_of(uow: UnitOfWork, root_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the leaves of some roots, oldest first, the root itself among them."""
    found: dict[int, list[int]] = defaultdict(list)
    for root_id, leaf_id in await CustomerRepository(uow.session).leaf_ids(root_ids) if root_ids else []:
        found[root_id].append(leaf_id)
    return dict(found)


async def roots_of(uow: UnitOfWork, leaf_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return (root, what it is called) for some leaves."""
    return {leaf_id: (root_id, name) for leaf_id, root_id, name in await CustomerRepository(uow.session).root_names(leaf_ids)} if leaf_ids else {}


async def names(uow: UnitOfWork, customer_ids: Collection[int]) -> dict[int, str]:
    """Return what the customers of some leaves or roots are called."""
    return {leaf_id: name for leaf_id, (_, name) in (await roots_of(uow, customer_ids)).items()}


async def identities_of(uow: UnitOfWork, customer_id: int) -> tuple[HeldIdentity, ...]:
    """Return every way of reaching the customer that a leaf or a root belongs to, oldest first.

    Raises:
        NotFound: there is none.
    """
    sql = CustomerRepository(uow.session)
    root_id = (await sql.get(customer_id)).root_id
    return tuple(_held(identity) for _, identity in await sql.identities([root_id]))


async def _sides(sql: CustomerRepository, root_ids: Collection[int]) -> dict[int, Side]:
    if not root_ids:
        return {}
    held: dict[int, list[HeldIdentity]] = defaultdict(list)
    for root_id, identity in await sql.identities(root_ids):
        held[root_id].append(_held(identity))
    return {root_id: Side(root_id=root_id, name=name, identities=tuple(held[root_id])) for _, root_id, name in await sql.root_names(root_ids)}


def _profile(leaves: Sequence[Customer], side: Side, merged: Sequence[MergedLeaf], proposals: Sequence[Proposal]) -> CustomerProfile:
    root = next((leaf for leaf in leaves if leaf.id == side.root_id), None)
    if root is None:
        raise NotFound("customer", side.root_id)
    return CustomerProfile(
        id=root.id,
        name=root.name,
        company=root.company,
        locale=root.locale,
        time_zone=root.time_zone,
        stage=Stage(root.stage),
        satisfaction=Satisfaction(root.satisfaction),
        attributes=root.attributes,
        created_at=root.created_at,
        last_seen_at=max(leaf.last_seen_at for leaf in leaves),
        leaf_ids=tuple(leaf.id for leaf in leaves),
        identities=side.identities,
        merged=tuple(merged),
        proposals=tuple(proposals),
    )


def _proposals(cards: Sequence[tuple[ReviewCard, int, int]], sides: Mapping[int, Side], root_id: int) -> list[Proposal]:
    """Return the questions about one root, one for each other customer, seen from this one."""
    seen: dict[int, Proposal] = {}
    for card, left, right in cards:
        if root_id in (left, right):
            other = right if left == root_id else left
            seen.setdefault(other, _proposal(card, sides[root_id], sides[other], is_turned=left != root_id))
    return list(seen.values())


def _proposal(card: ReviewCard, left: Side, other: Side, *, is_turned: bool = False) -> Proposal:
    evidence = [Evidence(**cast(dict[str, object], item)) for item in card.evidence]  # type: ignore[arg-type]
    if is_turned:
        evidence = [replace(item, left=item.right, right=item.left) for item in evidence]
    return Proposal(id=card.id, left=left, other=other, bits=card.bits, evidence=tuple(evidence), opened_at=card.opened_at)


def _held(identity: Identity) -> HeldIdentity:
    return HeldIdentity(
        id=identity.id,
        customer_id=identity.customer_id,
        kind=IdentityKind(identity.kind),
        value=identity.value,
        normalised=identity.normalised,
        trust=Trust(identity.trust),
        is_sender=identity.is_sender,
        first_seen_at=identity.first_seen_at,
        last_seen_at=identity.last_seen_at,
    )
