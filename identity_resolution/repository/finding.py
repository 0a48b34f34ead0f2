"""SQL of finding customers by what they are called and reached by; the work is bounded, however many customers there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, TextClause, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

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
        return await self._page(_ROOTS, {}, before, limit)

    async def page(self, ways: Sequence[Way], before: int | None, limit: int) -> Found:
        """Return the newest roots that may be seen with a leaf that is found in one of the ways."""
        terms = sorted({term for way in ways for term in way})
        given: dict[str, object] = {}
        for at, term in enumerate(terms):
            # A range, which both databases find in the key: they compare terms by their code points.
            given[f"from{at}"], given[f"to{at}"] = term, term + _LAST_SIGN
        counts = (await self._session.execute(_counting(len(terms)), {**given, "most": self._many + 1})).one()
        # Of each way the term that fewest have comes first: the others are only looked at where it is.
        shape = tuple(tuple(sorted((terms.index(term) for term in way), key=counts.__getitem__)) for way in ways)
        if any(counts[way[0]] > self._many for way in shape):
            return await self._walk(_meant(shape), given, before, limit)
        return Found(await self._page(_held(shape), given, before, limit))

    async def _walk(self, query: Select[Any], given: Mapping[str, object], before: int | None, limit: int) -> Found:
        floor = await self._session.scalar(_until(_ROOTS, before).order_by(Customer.root_id.desc()).offset(self._walked - 1).limit(1))
        ids = await self._page(query if floor is None else query.where(Customer.root_id >= floor), given, before, limit)
        return Found(ids, floor if len(ids) < limit else None)

    async def _page(self, query: Select[Any], given: Mapping[str, object], before: int | None, limit: int) -> list[int]:
        if self._seen is not None:
            query = query.where(self._seen(cast("ColumnElement[int]", Customer.root_id)))
        return list(await self._session.scalars(_until(query, before).order_by(Customer.root_id.desc()).limit(limit), given))


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


# Terms are named by their places; statements are written once for each shape, since making one costs more than executing it.
def _range(at: int, row: str) -> str:
    return f"{row}.term >= :from{at} AND {row}.term < :to{at}"


def _has(at: int, leaf_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM customer_terms h{at} WHERE h{at}.customer_id = {leaf_id} AND {_range(at, f'h{at}')})"  # noqa: S608 - what was given is bound


@lru_cache(maxsize=64)
def _counting(n_terms: int) -> TextClause:
    """How many leaves have each term, as a whole or as the beginning of one; of a common term no more than that it is common."""
    some = (f"(SELECT 1 FROM customer_terms t WHERE {_range(at, 't')} LIMIT :most) AS s{at}" for at in range(n_terms))  # noqa: S608 - what was given is bound
    return text("SELECT " + ", ".join(f"(SELECT count(*) FROM {one})" for one in some))  # noqa: S608 - what was given is bound


@lru_cache(maxsize=256)
def _held(shape: tuple[tuple[int, ...], ...]) -> Select[Any]:
    """Roots of leaves that hold all terms of a way; each way begins with its first term."""
    ways = (" AND ".join([_range(way[0], "t"), *(_has(at, "t.customer_id") for at in way[1:])]) for way in shape)
    leaves = " UNION ".join(f"SELECT t.customer_id FROM customer_terms t WHERE {way}" for way in ways)  # noqa: S608 - what was given is bound
    return select(Customer.root_id).where(text(f"customers.id IN ({leaves})")).distinct()


@lru_cache(maxsize=256)
def _meant(shape: tuple[tuple[int, ...], ...]) -> Select[Any]:
    """Roots with a leaf that holds all terms of a way, for a walk over them."""
    ways = " OR ".join(f"({' AND '.join(_has(at, 'leaf.id') for at in way)})" for way in shape)
    return _ROOTS.where(text(f"EXISTS (SELECT 1 FROM customers leaf WHERE leaf.root_id = customers.root_id AND ({ways}))"))  # noqa: S608 - what was given is bound


def _until(query: Select[Any], before: int | None) -> Select[Any]:
    return query if before is None else query.where(Customer.root_id < before)
