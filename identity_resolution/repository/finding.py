"""SQL of finding customers by what they are called and reached by; the work is bounded, however many customers there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from identity_resolution.models import Customer, CustomerTerm, Identity
from identity_resolution.rules.terms import terms_of
from kernel.bulk import BulkWrite
from kernel.db import core

# Of a root: whether its reader may know of it. Who may is for others to say.
Seen = Callable[[ColumnElement[int]], ColumnElement[bool]]
Way = tuple[str, ...]

_LAST_SIGN = "\U0010ffff"
# By the index of roots, which holds all that is asked: rows of customers are wide.
_ROOTS = select(Customer.root_id).where(Customer.id == Customer.root_id)

_terms = cast(Table, CustomerTerm.__table__)
_INSERT = {
    "sqlite": BulkWrite(sqlite.insert(_terms).on_conflict_do_nothing()),
    "postgresql": BulkWrite(postgresql.insert(_terms).on_conflict_do_nothing()),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Roots, newest first; `looked_down_to` is set when there may be more below it that nobody has looked at."""

    ids: list[int]
    looked_down_to: int | None = None


class CustomerFinder:
    """Finds roots whose leaves hold what is looked for.

    A term that more than `many` leaves have is common: then the newest roots are walked over, `walked` of them and no more.
    """

    def __init__(self, session: AsyncSession, seen: Seen | None = None, *, many: int = 3_000, walked: int = 2_000) -> None:
        self._session = session
        self._seen = seen
        self._many = many
        self._walked = walked

    async def newest(self, before: int | None, limit: int) -> list[int]:
        """Return the newest roots that may be seen."""
        return await self._page(_ROOTS, before, limit)

    async def page(self, ways: Sequence[Way], before: int | None, limit: int) -> Found:
        """Return the newest roots that may be seen with a leaf that is found in one of the ways."""
        counts = await self._counts(sorted({term for way in ways for term in way}))
        # Of each way the term that fewest have comes first: the others are only looked at where it is.
        ways = [tuple(sorted(way, key=counts.__getitem__)) for way in ways]
        if any(counts[way[0]] > self._many for way in ways):
            return await self._walk(ways, before, limit)
        holders = union(*map(_holders, ways)) if len(ways) > 1 else _holders(ways[0])
        return Found(await self._page(select(Customer.root_id).where(Customer.id.in_(holders)).distinct(), before, limit))

    async def _counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return how many leaves have each term, as a whole or as the beginning of one; of a common term no more than that it is common."""
        some = (select(CustomerTerm.term).where(_begins(CustomerTerm, term)).limit(self._many + 1).subquery() for term in terms)
        row = (await self._session.execute(select(*(select(func.count()).select_from(one).scalar_subquery() for one in some)))).one()
        return dict(zip(terms, row, strict=True))

    async def _walk(self, ways: Sequence[Way], before: int | None, limit: int) -> Found:
        floor = await self._session.scalar(_until(_ROOTS, before).order_by(Customer.root_id.desc()).offset(self._walked - 1).limit(1))
        leaf = aliased(Customer)
        is_meant = or_(*(and_(*(_has(leaf.id, term) for term in way)) for way in ways))
        query = _ROOTS.where(exists().where(leaf.root_id == Customer.root_id, is_meant))
        ids = await self._page(query if floor is None else query.where(Customer.root_id >= floor), before, limit)
        return Found(ids, floor if len(ids) < limit else None)

    async def _page(self, query: Select[Any], before: int | None, limit: int) -> list[int]:
        if self._seen is not None:
            query = query.where(self._seen(cast("ColumnElement[int]", Customer.root_id)))
        return list(await self._session.scalars(_until(query, before).order_by(Customer.root_id.desc()).limit(limit)))


async def keep_terms(session: AsyncSession, leaves: Iterable[tuple[int, str]], identities: Iterable[tuple[int, str, str]]) -> None:
    """Keep what leaves are found by: (leaf, folded name) of those that are called so from now on, and (leaf, kind, normalised) of new identities."""
    kept = {(term, leaf_id) for leaf_id, name in leaves for term in terms_of(name, ())}
    kept |= {(term, leaf_id) for leaf_id, kind, normalised in identities for term in terms_of("", [(kind, normalised)])}
    # In one order, so that two who write the same ones never wait for each other in a ring.
    rows = [{"term": term, "customer_id": leaf_id} for term, leaf_id in sorted(kept)]
    await _INSERT[(await core(session)).dialect.name].write(session, rows)


async def renew_terms(session: AsyncSession, leaf_id: int, folded_name: str) -> None:
    """Let a leaf be found by another name from now on."""
    await session.execute(delete(CustomerTerm).where(CustomerTerm.customer_id == leaf_id))
    held = await session.execute(select(Identity.customer_id, Identity.kind, Identity.normalised).where(Identity.customer_id == leaf_id))
    await keep_terms(session, [(leaf_id, folded_name)], [(leaf, kind, normalised) for leaf, kind, normalised in held])


def _begins(row: type[CustomerTerm], term: str) -> ColumnElement[bool]:
    # A range, which both databases find in the key: they compare terms by their code points.
    return and_(row.term >= term, row.term < term + _LAST_SIGN)


def _has(leaf_id: ColumnElement[int] | InstrumentedAttribute[int], term: str) -> ColumnElement[bool]:
    held = aliased(CustomerTerm)
    return exists().where(held.customer_id == leaf_id, _begins(held, term))


def _holders(way: Way) -> Select[Any]:
    return select(CustomerTerm.customer_id).where(_begins(CustomerTerm, way[0]), *(_has(CustomerTerm.customer_id, term) for term in way[1:]))


def _until(query: Select[Any], before: int | None) -> Select[Any]:
    return query if before is None else query.where(Customer.root_id < before)
