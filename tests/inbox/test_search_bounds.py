"""Search finds what a reading of everything finds, page by page, whichever way it takes; and one request's work is bounded."""

import random
import re
from collections.abc import Sequence

import pytest
from sqlalchemy import insert

from inbox.models import SearchDocument
from inbox.repositories.search import NEWEST, SearchRepository
from inbox.search import Look
from kernel.uow import UnitOfWorkFactory
from tests.support.torture import dice, size

Document = tuple[int, int, str]


def written(chance: random.Random, n: int) -> list[Document]:
    """Return (id, inbox, text) of messages: one word is in all, some in a few, one in a single old one; two common words never meet in new ones."""
    rare = [f"rare{at}" for at in range(40)]
    documents = []
    for at in range(n):
        words = ["every", *chance.choices(["often", "some", "other"], [60, 5, 35], k=3), *chance.choices(rare, k=chance.randint(0, 2))]
        words.append("left" if at % 2 or at < 20 else "right")
        words += ["right"] if at < 20 else []
        words += ["once", "oncemore"] if at == 7 else []
        words += ["snake_tail", "half-way"] if at % 11 == 0 else []
        chance.shuffle(words)
        documents.append((1 + at * 3, chance.choices([1, 2, 3], [80, 19, 1])[0], " ".join(words)))
    return documents


def read(documents: Sequence[Document], words: Sequence[str], inbox_ids: frozenset[int] | None) -> list[int]:
    """Return what has all words, newest first, by reading everything."""
    tokens = {document[0]: re.findall(r"[^\W_]+", document[2]) for document in documents}
    fits = [
        d[0] for d in documents if (inbox_ids is None or d[1] in inbox_ids) and all(any(token.startswith(word) for token in tokens[d[0]]) for word in words)
    ]
    return sorted(fits, reverse=True)


async def paged(unit_of_work: UnitOfWorkFactory, words: Sequence[str], inbox_ids: frozenset[int] | None, limit: int, most: int) -> list[int]:
    """Return the first `most` of a search, page by page as an agent turns them."""
    ids: list[int] = []
    before = NEWEST
    while len(ids) < most:
        async with unit_of_work.reading() as uow:
            found = await Look(SearchRepository(uow.session, uow.is_sqlite, inbox_ids), words, limit).below(before)
        ids += found.ids
        if found.looked_down_to is None and len(found.ids) < limit:
            break
        before = found.ids[-1] if len(found.ids) == limit else found.looked_down_to or 0
    return ids[:most]


@pytest.mark.torture
class TestSearch:
    async def test_finds_what_reading_everything_finds(self, unit_of_work: UnitOfWorkFactory) -> None:
        chance = dice("search")
        documents = written(chance, size(3_000, 30_000))
        async with unit_of_work() as uow:
            await uow.session.execute(insert(SearchDocument), [{"id": d[0], "inbox_id": d[1], "customer_id": 1, "body": d[2]} for d in documents])
        queries = [
            "every",
            "e",
            "often",
            "some",
            "rare7",
            "rare",
            "once",
            "o",
            "left right",
            "some rare1",
            "every once",
            "tail",
            "snak",
            "half way",
            "no",
            "r o e",
        ]
        for query in queries:
            for inbox_ids in (None, frozenset({1, 2}), frozenset({3}), frozenset(range(1, 300)), frozenset[int]()):
                wanted = read(documents, query.split(), inbox_ids)[:200]
                assert await paged(unit_of_work, query.split(), inbox_ids, chance.choice([51, 120]), 200) == wanted, (query, inbox_ids)


class Endless(SearchRepository):
    """More messages than anybody can read; the two words of the search are common, and never in one."""

    def __init__(self) -> None:
        self.n_read = 0

    async def newest(self, before: int, most: int) -> list[tuple[int, str]]:
        self.n_read += most
        return [(before - at, "left" if at % 2 else "right") for at in range(1, most + 1)]

    async def indexed(self, words: Sequence[str], before: int, most: int) -> list[tuple[int, str]]:
        self.n_read += most
        return [(before - at, "seldom") for at in range(1, most + 1)]


class TestWork:
    @pytest.mark.parametrize("words", [pytest.param(["left", "right"], id="both common"), pytest.param(["left", "seldom"], id="one seldom")])
    async def test_is_bounded_and_goes_on_from_where_it_ended(self, words: list[str]) -> None:
        endless = Endless()
        found = await Look(endless, words, 51).below(1_000_000)
        assert found.ids == []
        assert endless.n_read <= 8_000
        assert found.looked_down_to == 1_000_000 - endless.n_read
