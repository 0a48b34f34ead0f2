"""Merges: two customers made one by moving roots, and made two again exactly, whatever has come since."""

from collections.abc import Sequence
from dataclasses import asdict

from identity_resolution.errors import AlreadyAnswered, AlreadyOne, AlreadyUndone, KnownToBeTwo
from identity_resolution.events import CustomersMerged, MergeUndone, ProposalAnswered
from identity_resolution.models import Customer, Identity, Link
from identity_resolution.repository.customers import CustomerRepository
from identity_resolution.rules.evidence import MODEL_VERSION, Known, Profile, weigh
from identity_resolution.rules.naming import made_name
from identity_resolution.rules.roots import LinkLine, fold
from identity_resolution.values import Answer, CardState, Evidence, Parted
from kernel.claims import IdentityKind, Trust
from kernel.uow import UnitOfWork

_STATES = {Answer.SAME: CardState.SAME, Answer.DIFFERENT: CardState.DIFFERENT, Answer.SKIP: CardState.SKIPPED}


async def merge(uow: UnitOfWork, customer_id: int, other_id: int, author_id: int | None, reason: str) -> Link:
    """Make two customers one under the older root, and return the line of the log. Either may be named by any of its leaves.

    A person's merge overrules an earlier word that the two are different; the machine's (`author_id` None) does not.

    Raises:
        NotFound: one of them does not exist.
        AlreadyOne: they are one customer.
        KnownToBeTwo: they are known to be different, and nobody in person says otherwise.
    """
    sql = CustomerRepository(uow.session)
    leaves = {leaf.id: leaf for leaf in await sql.lock_together((customer_id, other_id))}
    survivor, loser = sorted((leaves[customer_id], leaves[other_id]), key=lambda leaf: leaf.root_id)
    root, lost_root = leaves[survivor.root_id], leaves[loser.root_id]
    if root is lost_root:
        raise AlreadyOne(root.id)
    kept, lost = ([leaf for leaf in leaves.values() if leaf.root_id == side.id] for side in (root, lost_root))
    kept_ids, lost_ids = [leaf.id for leaf in kept], [leaf.id for leaf in lost]
    if author_id is None and await sql.are_known_to_be_two(kept_ids, lost_ids):
        raise KnownToBeTwo
    await sql.forget_not_same(kept_ids, lost_ids)
    evidence = await _evidence(sql, root, lost_root)
    link = Link(
        id=uow.ids(),
        loser_id=loser.id,
        survivor_id=survivor.id,
        evidence=[asdict(item) for item in evidence],
        reason=reason,
        model_version=MODEL_VERSION,
        author_id=author_id,
        linked_at=uow.clock.now(),
    )
    sql.add(link)
    for leaf in lost:
        leaf.root_id = root.id
    await _show_name(sql, root, list(leaves.values()))
    await sql.withdraw_cards(kept_ids, lost_ids)
    uow.record(CustomersMerged(customer_id=root.id, loser_id=lost_root.id, link_id=link.id))
    return link


async def undo_merge(uow: UnitOfWork, link_id: int, author_id: int | None) -> Parted:
    """Take one merge out of the log, wherever in a chain it stands, and fold the rest again; no message is touched. The two leaves it named are noted as two people.

    Raises:
        NotFound: there is no such merge.
        AlreadyUndone: it has been undone.
    """
    sql = CustomerRepository(uow.session)
    link = await sql.get_link(link_id)
    if link.undone_at is not None:
        raise AlreadyUndone(link_id)
    leaves = await sql.lock_together((link.loser_id, link.survivor_id))
    root_id = leaves[0].root_id
    link.undone_at, link.undone_by = uow.clock.now(), author_id
    lines = [
        LinkLine(loser_id=line.loser_id, survivor_id=line.survivor_id, is_undone=line.id == link.id) for line in await sql.links([leaf.id for leaf in leaves])
    ]
    roots = fold((leaf.id for leaf in leaves), lines)
    for leaf in leaves:
        leaf.root_id = roots[leaf.id]
    # A link of a forest parts its tree in two.
    other_id = next(found for found in roots.values() if found != root_id)
    by_id = {leaf.id: leaf for leaf in leaves}
    for found in (root_id, other_id):
        await _show_name(sql, by_id[found], [leaf for leaf in leaves if leaf.root_id == found])
    await sql.note_not_same(link.loser_id, link.survivor_id, uow.clock.now(), author_id)
    uow.record(MergeUndone(customer_id=root_id, loser_id=other_id, link_id=link.id))
    return Parted(root_id=root_id, other_id=other_id)


async def roots_of_link(uow: UnitOfWork, link_id: int) -> tuple[int, int]:
    """Return the roots, now, of the two leaves that a merge named: one and the same while it stands.

    Raises:
        NotFound: there is no such merge.
    """
    sql = CustomerRepository(uow.session)
    link = await sql.get_link(link_id)
    root_of = {leaf_id: root_id for leaf_id, root_id, _ in await sql.root_names((link.survivor_id, link.loser_id))}
    return root_of[link.survivor_id], root_of[link.loser_id]


async def sides_of(uow: UnitOfWork, card_id: int) -> tuple[int, int]:
    """Return the roots of the two customers that a proposal, open or not, is about.

    Raises:
        NotFound: there is no such proposal.
    """
    sql = CustomerRepository(uow.session)
    card = await sql.get_card(card_id)
    root_of = {leaf_id: root_id for leaf_id, root_id, _ in await sql.root_names((card.left_id, card.right_id))}
    return root_of[card.left_id], root_of[card.right_id]


async def answer(uow: UnitOfWork, card_id: int, said: Answer, author_id: int) -> int | None:
    """Answer a proposal: `same` merges the two and returns the link's id, `different` notes that they are two, `skip` leaves it at that.

    Raises:
        NotFound: there is no such proposal.
        AlreadyAnswered: it is no longer open.
    """
    sql = CustomerRepository(uow.session)
    card = await sql.get_card(card_id)
    if card.state != CardState.OPEN:
        raise AlreadyAnswered(card.state)
    leaves = await sql.lock_together((card.left_id, card.right_id))
    root_of = {leaf.id: leaf.root_id for leaf in leaves}
    left, right = root_of[card.left_id], root_of[card.right_id]
    card.state, card.answered_at, card.answered_by = _STATES[said].value, uow.clock.now(), author_id
    link_id = None
    if said is Answer.SAME and left != right:
        link_id = (await merge(uow, card.left_id, card.right_id, author_id, "an agent answered that they are the same")).id
    elif said is Answer.DIFFERENT:
        await sql.note_not_same(card.left_id, card.right_id, uow.clock.now(), author_id)
        sides = [[leaf.id for leaf in leaves if leaf.root_id == root] for root in (left, right)]
        await sql.withdraw_cards(*sides)
    uow.record(ProposalAnswered(proposal_id=card.id, customer_id=left, other_id=right))
    return link_id


async def _show_name(sql: CustomerRepository, root: Customer, leaves: Sequence[Customer]) -> None:
    """Let a root without a name of its own show the oldest name that was given to one of its leaves, else what its first address or number makes of it."""
    if root.is_named:
        return
    given = next((leaf.name for leaf in leaves if leaf.is_named), None)
    if given is None:
        first = await sql.first_identity(root.id)
        given = root.name if first is None else made_name(IdentityKind(first.kind), first.value, first.normalised)
    await sql.call(root, given)


async def _evidence(sql: CustomerRepository, one: Customer, other: Customer) -> Sequence[Evidence]:
    held = await sql.identities((one.id, other.id))
    left, right = (_profile(root, [identity for root_id, identity in held if root_id == root.id]) for root in (one, other))
    shared = {(value.kind.value, value.normalised) for value in left.values} & {(value.kind.value, value.normalised) for value in right.values}
    counts = await sql.holder_counts(shared) if shared else {}
    return weigh(left, right, {key: max(0, count - 2) for key, count in counts.items()})


def _profile(root: Customer, identities: Sequence[Identity]) -> Profile:
    values = (Known(kind=IdentityKind(identity.kind), normalised=identity.normalised, trust=Trust(identity.trust)) for identity in identities)
    return Profile(name=root.name if root.is_named else None, values=tuple(values))
