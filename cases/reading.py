"""What is asked about cases: one, some, a page, how many, how far an agent has read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from cases.models import Case
from cases.repository.counts import KeptCounts
from cases.repository.lists import CaseLists
from cases.repository.pages import CasePages
from cases.repository.rows import CaseRows
from cases.rules import wording
from cases.values import CaseFilter, Counts, KeptLine, Sort
from kernel.db import micros
from kernel.paging import Page, keyset, page_of
from kernel.uow import UnitOfWork

_RESOLVED_FOR = timedelta(days=30)


async def get(uow: UnitOfWork, case_id: int, *, hold: bool = False) -> Case:
    """Return a case; `hold` keeps others from changing it until the unit of work ends.

    Raises:
        NotFound: there is none.
    """
    return await CaseRows(uow.session).get(case_id, hold=hold)


async def find(uow: UnitOfWork, ids: Sequence[int]) -> list[Case]:
    """Return those of the cases that are there, in no particular order."""
    return await CaseRows(uow.session).find(ids) if ids else []


class Listed(Protocol):
    """What the order of a list is made of; a case has it, and so has what others read of one."""

    @property
    def id(self) -> int:
        """The case."""
        ...

    @property
    def last_message_id(self) -> int:
        """Its newest message."""
        ...

    @property
    def waiting_since(self) -> datetime | None:
        """Since when somebody waits for us; where nobody does, it is in no list by waiting."""
        ...


L = TypeVar("L", bound=Listed)


async def page(uow: UnitOfWork, wanted: CaseFilter, cursor: str | None, limit: int) -> Page[Case]:
    """Return a page of a list; sorted by waiting, only cases that wait are in it.

    Raises:
        BadCursor: the cursor was made for another list.
        BadTag: the tag asked for is none.
    """
    ids = await page_ids(uow, wanted, cursor, limit)
    found = {case.id: case for case in await find(uow, ids)}
    return paged([found[case_id] for case_id in ids], wanted.sort, limit)


async def page_ids(uow: UnitOfWork, wanted: CaseFilter, cursor: str | None, limit: int) -> list[int]:
    """Return the ids of what `page` holds and of one more, when there is more: what `paged` makes the page of, whoever reads the rows.

    Raises:
        BadCursor: the cursor was made for another list.
        BadTag: the tag asked for is none.
    """
    after = keyset(cursor, 2 if wanted.sort is Sort.WAITING else 1)
    if wanted.tag is not None:
        wanted = replace(wanted, tag=wording.tag(wanted.tag))
    return await CasePages(uow.session).ids(wanted, after, limit + 1)


def paged(rows: Sequence[L], sort: Sort, limit: int) -> Page[L]:
    """Make a page of the rows of `page_ids`, with the cursor of what follows."""
    return page_of(rows, limit, _waiting_key if sort is Sort.WAITING else _message_key)


async def counts(uow: UnitOfWork, agent_id: int, inbox_ids: frozenset[int] | None, team_ids: frozenset[int]) -> Counts:
    """Return how many cases each list holds, of the inboxes given (None: of all); `resolved` are those with a message since the day (UTC) 30 days ago began."""
    return await KeptCounts(uow.session).of(agent_id, inbox_ids, team_ids, uow.clock.now() - _RESOLVED_FOR)


async def fold_counts(uow: UnitOfWork) -> None:
    """Add up what transactions have counted one by one since the last time, so that counts stay cheap to read."""
    await KeptCounts(uow.session).fold()


async def mend_counts(uow: UnitOfWork) -> int:
    """Count all cases and put right where the kept counts say otherwise; return how many did (none, unless somebody went past the database's triggers)."""
    return await KeptCounts(uow.session).mend()


async def open_cases_of(uow: UnitOfWork, leaf_ids: Sequence[int]) -> list[Case]:
    """Return the cases of a customer's leaves that have not ended, snoozed ones too, the latest message first."""
    return await CaseLists(uow.session).unended(leaf_ids)


async def tags_of(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the tags of each case, sorted; empty where there are none."""
    return await CaseLists(uow.session).tags(ids) if ids else {}


async def activities_of(uow: UnitOfWork, leaf_ids: Sequence[int], before_id: int | None, limit: int, inbox_ids: frozenset[int] | None = None) -> list[KeptLine]:
    """Return lines of history of a customer's leaves, newest first, from below `before_id`; only of cases of these inboxes, unless all may be seen (None)."""
    return await CaseLists(uow.session).activities(leaf_ids, before_id, limit, inbox_ids)


async def seen(uow: UnitOfWork, agent_id: int, case_id: int, message_id: int) -> None:
    """Note how far an agent has read a case; it never goes back.

    Raises:
        NotFound: there is no such case.
    """
    await CaseRows(uow.session).get(case_id)
    await CaseLists(uow.session).note_seen(agent_id, case_id, message_id)


def _message_key(case: Listed) -> tuple[int]:
    return (case.last_message_id,)


def _waiting_key(case: Listed) -> tuple[int, int]:
    assert case.waiting_since is not None
    return micros(case.waiting_since), case.id
