"""Finding customers: by the beginnings of what they are called and reached by, with work that is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_resolution import service as identities
from identity_resolution.repository.finding import CustomerFinder
from identity_resolution.rules.terms import LONGEST, terms_of, ways_of
from kernel.text import fold
from kernel.uow import UnitOfWorkFactory
from tests.identity_resolution.test_merging import merge, people
from tests.identity_resolution.test_resolving import CHAT, EMAIL, PHONE, resolve, wrote


async def found_by(unit_of_work: UnitOfWorkFactory, query: str) -> list[int]:
    async with unit_of_work.reading() as uow:
        return [profile.id for profile in (await identities.page(uow, query, None, 50)).items]


class TestTerms:
    @pytest.mark.parametrize(
        ("query", "ways"),
        [
            ("", []),
            ("Zoë  Łuk", [("zoe", "łuk"), ("zoë  łuk",)]),
            ("p2@EXA", [("p2", "exa"), ("p2@exa",)]),
            ("%", [("%",)]),
            ("anna anna", [("anna",), ("anna anna",)]),
            ("+44 20 7946", [("44", "20", "7946"), ("+44 20 7946",), ("+44207946",)]),
            ("020/7946", [("020", "7946"), ("020/7946",), ("0207946",), ("+0207946",), ("207946",)]),
            ("lamp 4821", [("lamp", "4821"), ("lamp 4821",)]),
        ],
    )
    def test_say_in_which_ways_a_query_is_meant(self, query: str, ways: list[tuple[str, ...]]) -> None:
        assert ways_of(query) == ways

    @given(st.text(max_size=200))
    def test_a_name_is_found_by_itself(self, name: str) -> None:
        terms = terms_of(fold(name), ())
        assert all(term and len(term) <= LONGEST for term in terms)
        for way in ways_of(name)[:1]:
            assert not terms or all(any(term.startswith(word) for term in terms) for word in way)


class TestBounds:
    @pytest.mark.parametrize("many", [0, 2, 500], ids=["all are common", "some are common", "none is common"])
    async def test_finds_the_same_whether_it_walks_or_looks_up(self, unit_of_work: UnitOfWorkFactory, many: int) -> None:
        names = ("Ada Berg", "Ada Cole", "Bo Berg", "Ada Bergson", "Cy Adair", "Di Ek")
        ids = await people(unit_of_work, 6, names=names)
        await merge(unit_of_work, ids[0], ids[5])
        async with unit_of_work.reading() as uow:
            finder = CustomerFinder(uow.session, many=many)
            both = await finder.page(ways_of("ada berg"), None, 10)
            one = await finder.page(ways_of("ada"), None, 10)
            merged = await finder.page(ways_of("ek"), None, 10)
        assert (both.ids, one.ids, merged.ids) == ([ids[3], ids[0]], [ids[4], ids[3], ids[1], ids[0]], [ids[0]])
        assert (both.looked_down_to, one.looked_down_to) == (None, None)

    async def test_a_walk_says_how_far_it_came_and_goes_on_from_there(self, unit_of_work: UnitOfWorkFactory) -> None:
        ids = await people(unit_of_work, 7, names=("Ada A", "Ada B", "Bo A", "Bo B", "Bo C", "Ada C", "Bo D"))
        seen: list[int] = []
        before: int | None = None
        async with unit_of_work.reading() as uow:
            finder = CustomerFinder(uow.session, many=1, walked=2)
            for _ in range(4):
                found = await finder.page(ways_of("ada"), before, 10)
                seen += found.ids
                before = found.looked_down_to
        assert seen == [ids[5], ids[1], ids[0]]
        assert before is None


class TestNumbers:
    @pytest.mark.parametrize("query", ["+44 7700 900123", "0044 7700 900", "447700900123", "07700 900123", "7700900", "(07700) 900-123"])
    async def test_are_found_as_they_are_dialled_from_anywhere(self, unit_of_work: UnitOfWorkFactory, query: str) -> None:
        [one] = await resolve(unit_of_work, wrote(PHONE, "+447700900123"))
        async with unit_of_work() as uow:
            await identities.edit(uow, one.customer_id, name="Ada Berg")
        assert await found_by(unit_of_work, query) == [one.customer_id]

    @pytest.mark.parametrize("query", ["900123", "+1 7700 900123", "8700900123"])
    async def test_are_not_found_by_their_end_nor_by_another_number(self, unit_of_work: UnitOfWorkFactory, query: str) -> None:
        await resolve(unit_of_work, wrote(PHONE, "+447700900123"))
        assert await found_by(unit_of_work, query) == []


class TestRenaming:
    async def test_is_found_by_the_new_name_only(self, unit_of_work: UnitOfWorkFactory) -> None:
        [ada] = await people(unit_of_work, 1, names=("Ada Berg",))
        async with unit_of_work() as uow:
            await identities.edit(uow, ada, name="Zoe Cole")
        assert [await found_by(unit_of_work, query) for query in ("zoe", "ada", "berg")] == [[ada], [], []]
        assert await found_by(unit_of_work, "p0@example") == [ada]

    async def test_a_visitor_is_not_found_by_an_id_that_nobody_reads(self, unit_of_work: UnitOfWorkFactory) -> None:
        [visitor] = await resolve(unit_of_work, wrote(CHAT, "5f4dcc3b5aa765d61d8327deb882cf99"))
        assert await found_by(unit_of_work, "5f4dcc3b5a") == []
        assert await found_by(unit_of_work, "visitor") == [visitor.customer_id]

    async def test_is_found_by_an_address_that_came_later(self, unit_of_work: UnitOfWorkFactory) -> None:
        [first] = await resolve(unit_of_work, wrote(EMAIL, "a@example.com"))
        assert await found_by(unit_of_work, "later@") == []
        [again] = await resolve(unit_of_work, wrote(EMAIL, "later@example.com"))
        await merge(unit_of_work, first.customer_id, again.customer_id)
        assert await found_by(unit_of_work, "LATER@example") == [first.customer_id]
