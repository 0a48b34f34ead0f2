"""What is known of a customer, found, shown and edited, on both databases."""

import pytest

from identity_resolution import service as identities
from identity_resolution.errors import BadProfile
from identity_resolution.values import ProfileFields, Proposal
from kernel.claims import IdentityKind, Trust
from kernel.clock import MovedClock
from kernel.errors import NotFound
from kernel.uow import UnitOfWorkFactory
from tests.identity_resolution.test_merging import merge, people
from tests.identity_resolution.test_resolving import CHAT, EMAIL, PHONE, resolve, told, wrote


class TestProfile:
    async def test_shows_all_leaves_merges_and_questions(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, agent_id: int) -> None:
        [ada] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada Lovelace"))
        [sms] = await resolve(unit_of_work, wrote(PHONE, "+44 20 7946 0958", name="Ada"))
        clock.advance(hours=1)
        [chat] = await resolve(unit_of_work, wrote(CHAT, "abcdef", told(PHONE, "+442079460958")))
        link_id = await merge(unit_of_work, sms.customer_id, ada.customer_id, agent_id)
        found: tuple[Proposal, ...] = ()
        for asked in (ada.customer_id, sms.customer_id):
            async with unit_of_work.reading() as uow:
                profile = await identities.profile(uow, asked)
            assert (profile.id, profile.name, profile.leaf_ids) == (ada.customer_id, "Ada Lovelace", (ada.customer_id, sms.customer_id))
            assert [(held.kind, held.value, held.trust, held.customer_id) for held in profile.identities] == [
                (IdentityKind.EMAIL, "ada@example.com", Trust.VERIFIED, ada.customer_id),
                (IdentityKind.PHONE, "+44 20 7946 0958", Trust.VERIFIED, sms.customer_id),
            ]
            assert [(leaf.link_id, leaf.leaf_id, leaf.name, leaf.author_id) for leaf in profile.merged] == [(link_id, sms.customer_id, "Ada", agent_id)]
            [proposal] = found = profile.proposals
            assert (proposal.left.root_id, proposal.other.root_id, proposal.other.name) == (ada.customer_id, chat.customer_id, "Visitor abcdef")
            assert [held.kind for held in proposal.other.identities] == [IdentityKind.CHAT, IdentityKind.PHONE]
            assert proposal.bits == sum(item.bits for item in proposal.evidence) > 0
        async with unit_of_work.reading() as uow:
            other_way = (await identities.profile(uow, chat.customer_id)).proposals
            [listed] = (await identities.cards_page(uow, None, 10)).items
        assert [seen.other.root_id for seen in other_way] == [ada.customer_id]
        assert [listed.id] == [proposal.id for proposal in found]

    async def test_refuses_whom_nobody_knows(self, unit_of_work: UnitOfWorkFactory) -> None:
        async with unit_of_work.reading() as uow:
            with pytest.raises(NotFound):
                await identities.profile(uow, 7)
            with pytest.raises(NotFound):
                await identities.identities_of(uow, 7)

    async def test_speaks_of_many_at_once(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b, c = await people(unit_of_work, 3, names=("Ada", "Bob", "Cy"))
        await merge(unit_of_work, a, b)
        async with unit_of_work.reading() as uow:
            assert await identities.leaves_of(uow, [a, c]) == {a: [a, b], c: [c]}
            assert await identities.roots_of(uow, [b, c]) == {b: (a, "Ada"), c: (c, "Cy")}
            assert await identities.names(uow, [a, b]) == {a: "Ada", b: "Ada"}
            assert [held.value for held in await identities.identities_of(uow, b)] == ["p0@example.com", "p1@example.com"]
            assert await identities.leaves_of(uow, []) == {}
            assert await identities.roots_of(uow, []) == {}


class TestPage:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param("", ["Cy", "Zoë Łuk", "Ada Lovelace"], id="all, newest first"),
            pytest.param("LOVE", ["Ada Lovelace"], id="part of a name"),
            pytest.param("zoe", ["Zoë Łuk"], id="without marks"),
            pytest.param("p2@EXA", ["Cy"], id="the beginning of an address"),
            pytest.param("example.com", [], id="not its end"),
            pytest.param("+44 20 7946", ["Ada Lovelace"], id="a number, by a merged leaf"),
            pytest.param("%", [], id="a wildcard is a letter"),
            pytest.param("\x00", ["Cy", "Zoë Łuk", "Ada Lovelace"], id="nothing sayable"),
        ],
    )
    async def test_finds_roots(self, unit_of_work: UnitOfWorkFactory, query: str, found: list[str]) -> None:
        ada, *_ = await people(unit_of_work, 3, names=("Ada Lovelace", "Zoë Łuk", "Cy"))
        [sms] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        await merge(unit_of_work, ada, sms.customer_id)
        async with unit_of_work.reading() as uow:
            page = await identities.page(uow, query, None, 10)
        assert [profile.name for profile in page.items] == found
        assert page.next is None

    async def test_goes_on_where_it_ended(self, unit_of_work: UnitOfWorkFactory) -> None:
        ids = await people(unit_of_work, 5)
        seen, cursor = [], None
        async with unit_of_work.reading() as uow:
            while True:
                page = await identities.page(uow, "p", cursor, 2)
                seen += [profile.id for profile in page.items]
                if (cursor := page.next) is None:
                    break
        assert seen == ids[::-1]


class TestEdit:
    async def test_changes_the_root_and_nothing_else(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b = await people(unit_of_work, 2)
        await merge(unit_of_work, a, b)
        async with unit_of_work() as uow:
            await identities.edit(uow, b, name="Ada  Lovelace", company="Engines", time_zone="Europe/London", attributes={"vip": True})
        async with unit_of_work.reading() as uow:
            profile = await identities.profile(uow, b)
        assert (profile.id, profile.name, profile.company, profile.time_zone, profile.locale, profile.attributes) == (
            a,
            "Ada Lovelace",
            "Engines",
            "Europe/London",
            None,
            {"vip": True},
        )

    @pytest.mark.parametrize("fields", [{"name": " "}, {"name": "+44"}, {"time_zone": "Mars/Olympus"}])
    async def test_refuses_what_means_nothing(self, unit_of_work: UnitOfWorkFactory, fields: ProfileFields) -> None:
        [a] = await people(unit_of_work, 1)
        with pytest.raises(BadProfile):
            async with unit_of_work() as uow:
                await identities.edit(uow, a, **fields)
