"""Mapped rows of customers, their merges and the questions about them: what agents see and change."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from identity_resolution.models import Customer, Identity, Link, NotSame, ReviewCard
from identity_resolution.repository.finding import Seen, renew_terms
from identity_resolution.rules.naming import folded
from identity_resolution.values import CardState
from kernel.db import written
from kernel.errors import NotFound

T = TypeVar("T")
Key = tuple[str, str]
_Words = ColumnElement[str] | InstrumentedAttribute[str]

_customers = cast(Table, Customer.__table__)
_leaf, _root = _customers.alias("leaf"), _customers.alias("root")
_left, _right = aliased(Customer), aliased(Customer)

# Built once: making a statement costs more than executing it.
_ROOT_NAMES = (
    select(_leaf.c.id, _root.c.id, _root.c.name)
    .select_from(_leaf.join(_root, _root.c.id == _leaf.c.root_id))
    .where(_leaf.c.id.in_(bindparam("ids", expanding=True)))
)


class _RootsMoved(Exception):
    """Somebody merged these customers while we waited for them."""


class CustomerRepository:
    """What agents see and change."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, customer_id: int) -> Customer:
        """Return a leaf.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._session.get(Customer, customer_id), "customer", customer_id)

    async def call(self, customer: Customer, name: str) -> None:
        """Let a customer be shown and found by another name."""
        customer.name, customer.folded_name = name, folded(name)
        await renew_terms(self._session, customer.id, customer.folded_name)

    async def get_card(self, card_id: int) -> ReviewCard:
        """Return a card, locked, as it is now.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._session.get(ReviewCard, card_id, with_for_update=True, populate_existing=True), "proposal", card_id)

    async def get_link(self, link_id: int) -> Link:
        """Return a line of the log, locked, as it is now.

        Raises:
            NotFound: there is none.
        """
        return _found(await self._session.get(Link, link_id, with_for_update=True, populate_existing=True), "merge", link_id)

    async def lock_together(self, customer_ids: Collection[int]) -> list[Customer]:
        """Return every leaf of the customers that these leaves belong to, locked in the order of ids, so that nobody merges them meanwhile.

        Raises:
            NotFound: one of them does not exist.
        """
        while True:
            try:
                # A savepoint, so that locks on roots that have moved are given back before the next try: held on to, they would tie knots.
                async with self._session.begin_nested():
                    return await self._locked_together(customer_ids)
            except _RootsMoved:
                continue

    async def _locked_together(self, customer_ids: Collection[int]) -> list[Customer]:
        rows = await self._session.execute(select(Customer.id, Customer.root_id).where(Customer.id.in_(customer_ids)))
        root_of: dict[int, int] = {row.id: row.root_id for row in rows}
        for customer_id in customer_ids:
            _found(root_of.get(customer_id), "customer", customer_id)
        roots = set(root_of.values())
        await self._session.execute(select(Customer.id).where(Customer.root_id.in_(roots)).order_by(Customer.id).with_for_update(key_share=True))
        # Asked again: while we waited, a root may have moved or won further leaves.
        leaves = await self.leaves(roots)
        if not (root_of.keys() | roots) <= {leaf.id for leaf in leaves}:
            raise _RootsMoved
        return leaves

    async def leaves(self, root_ids: Collection[int]) -> list[Customer]:
        """Return every leaf under some roots as it is now, oldest first."""
        query = select(Customer).where(Customer.root_id.in_(root_ids)).order_by(Customer.id).execution_options(populate_existing=True)
        return list(await self._session.scalars(query))

    async def root_names(self, leaf_ids: Collection[int]) -> list[tuple[int, int, str]]:
        """Return (leaf, root, the root's name) for some leaves."""
        rows = await (await written(self._session)).execute(_ROOT_NAMES, {"ids": list(leaf_ids)})
        return [(leaf_id, root_id, name) for leaf_id, root_id, name in rows]

    async def leaf_ids(self, root_ids: Collection[int]) -> list[tuple[int, int]]:
        """Return (root, leaf) for all leaves of some roots, oldest first."""
        rows = await self._session.execute(select(Customer.root_id, Customer.id).where(Customer.root_id.in_(root_ids)).order_by(Customer.id))
        return [(root_id, leaf_id) for root_id, leaf_id in rows]

    async def identities(self, root_ids: Collection[int]) -> list[tuple[int, Identity]]:
        """Return (root, identity) for all leaves of some roots, oldest first."""
        query = (
            select(Customer.root_id, Identity).join(Customer, Customer.id == Identity.customer_id).where(Customer.root_id.in_(root_ids)).order_by(Identity.id)
        )
        return [(root_id, identity) for root_id, identity in await self._session.execute(query)]

    async def first_identity(self, leaf_id: int) -> Identity | None:
        """Return the identity that a leaf began with."""
        found: Identity | None = await self._session.scalar(select(Identity).where(Identity.customer_id == leaf_id).order_by(Identity.id).limit(1))
        return found

    async def holder_counts(self, keys: Collection[Key]) -> dict[Key, int]:
        """Return how many customers (roots) hold each value."""
        rows = await self._session.execute(
            select(Identity.kind, Identity.normalised, func.count(Customer.root_id.distinct()))
            .join(Customer, Customer.id == Identity.customer_id)
            .where(_are(Identity.kind, Identity.normalised, keys))
            .group_by(Identity.kind, Identity.normalised)
        )
        return {(kind, normalised): count for kind, normalised, count in rows}

    async def links(self, leaf_ids: Collection[int]) -> list[Link]:
        """Return the standing merges between some leaves, in order."""
        return list(await self._session.scalars(select(Link).where(Link.loser_id.in_(leaf_ids), Link.undone_at.is_(None)).order_by(Link.id)))

    async def cards_of(self, root_ids: Collection[int]) -> list[tuple[ReviewCard, int, int]]:
        """Return the open cards about some roots, each with the roots of both sides now; newest first."""
        query = _open_cards().where(or_(_left.root_id.in_(root_ids), _right.root_id.in_(root_ids)))
        return [(card, left, right) for card, left, right in await self._session.execute(query)]

    async def open_cards(self, before: int | None, limit: int, seen: Seen | None) -> list[tuple[ReviewCard, int, int]]:
        """Return open cards older than one, newest first; only those of which both sides may be seen."""
        query = _open_cards().limit(limit)
        if seen is not None:
            query = query.where(seen(cast("ColumnElement[int]", _left.root_id)), seen(cast("ColumnElement[int]", _right.root_id)))
        rows = await self._session.execute(query if before is None else query.where(ReviewCard.id < before))
        return [(card, left, right) for card, left, right in rows]

    async def withdraw_cards(self, one: Collection[int], other: Collection[int]) -> None:
        """Close the open cards between two sets of leaves: the question has been settled."""
        await self._session.execute(
            update(ReviewCard).where(ReviewCard.state == CardState.OPEN, _between(ReviewCard, one, other)).values(state=CardState.WITHDRAWN.value)
        )

    async def are_known_to_be_two(self, one: Collection[int], other: Collection[int]) -> bool:
        """Say whether any leaf of the one is known not to be any leaf of the other."""
        return await self._session.scalar(select(NotSame.left_id).where(_between(NotSame, one, other)).limit(1)) is not None

    async def forget_not_same(self, one: Collection[int], other: Collection[int]) -> None:
        """Remove what was known to keep two sets of leaves apart."""
        await self._session.execute(delete(NotSame).where(_between(NotSame, one, other)))

    async def note_not_same(self, one: int, other: int, at: datetime, by: int | None) -> None:
        """Note that two leaves are two people; once is enough."""
        left, right = sorted((one, other))
        if await self._session.get(NotSame, (left, right)) is None:
            self._session.add(NotSame(left_id=left, right_id=right, noted_at=at, noted_by=by))

    def add(self, row: Link) -> None:
        """Keep a new row."""
        self._session.add(row)


def _are(kind: _Words, normalised: _Words, keys: Collection[Key]) -> ColumnElement[bool]:
    """Look up by kind, one list of values each: SQLite reads the whole table for a list of pairs."""
    return or_(*(and_(kind == wanted, normalised.in_(sorted(value for of, value in keys if of == wanted))) for wanted in sorted({of for of, _ in keys})))


def _open_cards() -> Select[ReviewCard, int, int]:
    return (
        select(ReviewCard, _left.root_id, _right.root_id)
        .join(_left, _left.id == ReviewCard.left_id)
        .join(_right, _right.id == ReviewCard.right_id)
        .where(ReviewCard.state == CardState.OPEN, _left.root_id != _right.root_id)
        .order_by(ReviewCard.id.desc())
    )


def _between(row: type[NotSame] | type[ReviewCard], one: Collection[int], other: Collection[int]) -> ColumnElement[bool]:
    return or_(and_(row.left_id.in_(one), row.right_id.in_(other)), and_(row.left_id.in_(other), row.right_id.in_(one)))


def _found(row: T | None, what: str, which: int) -> T:
    if row is None:
        raise NotFound(what, which)
    return row
