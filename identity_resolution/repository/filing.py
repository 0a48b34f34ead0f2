"""The hot path: set-based Core for a batch of senders on its way in."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, Update, and_, bindparam, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from identity_resolution.models import ClaimRow, Customer, Identity, NotSame, ReviewCard
from identity_resolution.repository.finding import keep_terms
from identity_resolution.rules.verdicts import Holder
from identity_resolution.values import CardState
from kernel.bulk import BulkWrite
from kernel.claims import IdentityKind, Trust
from kernel.db import core

Key = tuple[str, str]
Row = dict[str, object]
Pair = tuple[int, int]

_customers, _identities, _claims = (cast(Table, row.__table__) for row in (Customer, Identity, ClaimRow))
_leaf, _root = _customers.alias("leaf"), _customers.alias("root")
_left, _right = aliased(Customer), aliased(Customer)


# Built once: making a statement costs more than executing it.
_INSERT_CUSTOMERS, _INSERT_CLAIMS = BulkWrite(_customers.insert()), BulkWrite(_claims.insert())
_INSERT_IDENTITIES = {
    True: BulkWrite(sqlite.insert(_identities).on_conflict_do_nothing()),
    False: BulkWrite(postgresql.insert(_identities).on_conflict_do_nothing()),
}


def _touch(table: Table) -> Update:
    ordered = select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True))).order_by(table.c.id).with_for_update(key_share=True)
    return table.update().where(table.c.id.in_(ordered)).values(last_seen_at=bindparam("at"))


_TOUCH_IDENTITIES, _TOUCH_CUSTOMERS = _touch(_identities), _touch(_customers)


@cache
def _holders_of(kinds: tuple[str, ...]) -> Select[Any]:
    """Return the look-up of values of some kinds, one list each under the kind's name: SQLite reads the whole table for a list of pairs."""
    held, leaf, root = _identities.c, _leaf, _root
    named = leaf.c.is_named | root.c.is_named
    wanted = or_(*(and_(held.kind == kind, held.normalised.in_(bindparam(kind, expanding=True))) for kind in kinds))
    return (
        select(held.kind, held.normalised, held.id, held.customer_id, leaf.c.root_id, root.c.name, named, held.trust, held.is_sender, held.last_seen_at)
        .join_from(_identities, leaf, leaf.c.id == held.customer_id)
        .join(root, root.c.id == leaf.c.root_id)
        .where(wanted)
        .order_by(held.id)
    )


class FilingRepository:
    """The hot path: a handful of statements for a whole batch, none per message."""

    def __init__(self, session: AsyncSession, *, is_sqlite: bool) -> None:
        self._session = session
        self._is_sqlite = is_sqlite

    async def holders(self, keys: Collection[Key]) -> dict[Key, list[Holder]]:
        """Return who holds each value, oldest first."""
        values = {kind.value: sorted(value for of, value in keys if of == kind.value) for kind in IdentityKind}
        kinds = tuple(kind for kind, wanted in values.items() if wanted)
        rows = await (await core(self._session)).execute(_holders_of(kinds), {kind: values[kind] for kind in kinds})
        found: dict[Key, list[Holder]] = defaultdict(list)
        for kind, normalised, identity_id, customer_id, root_id, name, is_named, trust, is_sender, last_seen_at in rows:
            found[kind, normalised].append(
                Holder(
                    identity_id=identity_id,
                    customer_id=customer_id,
                    root_id=root_id,
                    name=name,
                    is_named=bool(is_named),
                    trust=Trust(trust),
                    is_sender=is_sender,
                    last_seen_at=last_seen_at,
                )
            )
        return found

    async def hold_back_others(self, keys: Collection[Key]) -> bool:
        """Make other processes wait with these values until we commit; say whether there may be others, so that the values must be looked up again."""
        if self._is_sqlite:
            return False
        locks = sorted(int.from_bytes(blake2b("\0".join(key).encode(), digest_size=8).digest(), "big", signed=True) for key in keys)
        await self._session.execute(text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"), {"keys": locks})
        return True

    async def insert(self, customers: Sequence[Row], identities: Sequence[Row], claims: Sequence[Row]) -> None:
        """Insert in bulk; an identity that another worker has just given to the same leaf is left as it is."""
        await _INSERT_CUSTOMERS.write(self._session, customers)
        # In one order, so that two batches that give each other's values to the same leaves never wait for each other in a ring.
        identities = sorted(identities, key=lambda row: (str(row["kind"]), str(row["normalised"]), str(row["customer_id"])))
        await _INSERT_IDENTITIES[self._is_sqlite].write(self._session, identities)
        await keep_terms(
            self._session,
            [(cast(int, row["id"]), str(row["folded_name"])) for row in customers],
            [(cast(int, row["customer_id"]), str(row["kind"]), str(row["normalised"])) for row in identities],
        )
        await _INSERT_CLAIMS.write(self._session, claims)

    async def touch(self, identity_ids: Collection[int], customer_ids: Collection[int], at: datetime) -> None:
        """Note that these were seen; rows are locked in the order of their ids, so that two batches never wait for each other in a ring."""
        for statement, ids in ((_TOUCH_IDENTITIES, identity_ids), (_TOUCH_CUSTOMERS, customer_ids)):
            if ids:
                await (await core(self._session)).execute(statement, {"ids": sorted(ids), "at": at})

    async def prove(self, identity_ids: Collection[int]) -> None:
        """Raise identities that were claimed to verified."""
        await self._session.execute(_identities.update().where(_identities.c.id.in_(sorted(identity_ids))).values(trust=Trust.VERIFIED.value))

    async def kept_apart(self, root_ids: Collection[int]) -> set[Pair]:
        """Return the pairs among some roots that are known to be two, or already asked about; the smaller id first."""
        pairs: set[Pair] = set()
        for row, wanted in ((NotSame, None), (ReviewCard, ReviewCard.state == CardState.OPEN)):
            pairs.update(await self._root_pairs(row, root_ids, wanted))
        return pairs

    async def _root_pairs(self, row: type[NotSame] | type[ReviewCard], root_ids: Collection[int], wanted: ColumnElement[bool] | None) -> set[Pair]:
        query = (
            select(_left.root_id, _right.root_id)
            .join_from(row, _left, _left.id == row.left_id)
            .join(_right, _right.id == row.right_id)
            .where(_left.root_id.in_(root_ids), _right.root_id.in_(root_ids))
        )
        rows = await self._session.execute(query if wanted is None else query.where(wanted))
        return {(min(pair), max(pair)) for pair in ((one, other) for one, other in rows)}

    async def insert_cards(self, cards: Sequence[Row]) -> set[int]:
        """Insert review cards, and return the ids of those that were not already open."""
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        return set(await self._session.scalars(insert(ReviewCard).values(list(cards)).on_conflict_do_nothing().returning(ReviewCard.id)))
