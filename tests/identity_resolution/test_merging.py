"""Merges move roots, and are undone exactly, on both databases."""

import asyncio
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity_resolution import service as identities
from identity_resolution.errors import AlreadyAnswered, AlreadyOne, AlreadyUndone, KnownToBeTwo
from identity_resolution.events import CustomersMerged, MergeUndone, ProposalAnswered
from identity_resolution.models import Customer, Link, ReviewCard
from identity_resolution.rules.roots import LinkLine, fold
from identity_resolution.values import Answer, Parted
from kernel.clock import MovedClock
from kernel.db import Database
from kernel.errors import NotFound
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from tests.identity_resolution.test_resolving import CHAT, EMAIL, PHONE, count, resolve, rows, told, wrote

Plan = list[tuple[bool, int, int]]
AGENTS_WORD = "the customer said so on the phone"


async def people(unit_of_work: UnitOfWorkFactory, number: int, *, names: tuple[str, ...] = ()) -> list[int]:
    """So many customers, the oldest first."""
    found = await resolve(unit_of_work, *(wrote(EMAIL, f"p{n}@example.com", name=names[n] if n < len(names) else None) for n in range(number)))
    return [who.customer_id for who in found]


async def merge(unit_of_work: UnitOfWorkFactory, one: int, other: int, author_id: int | None = None) -> int:
    async with unit_of_work() as uow:
        return (await identities.merge(uow, one, other, author_id, AGENTS_WORD)).id


async def undo(unit_of_work: UnitOfWorkFactory, link_id: int) -> Parted:
    async with unit_of_work() as uow:
        return await identities.undo_merge(uow, link_id, None)


async def roots(unit_of_work: UnitOfWorkFactory) -> dict[int, tuple[int, str]]:
    return {customer.id: (customer.root_id, customer.name) for customer in await rows(unit_of_work, Customer)}


class TestMerge:
    async def test_the_older_survives_whoever_is_named_first(self, unit_of_work: UnitOfWorkFactory, bus: EventBus, clock: MovedClock) -> None:
        told_of: list[CustomersMerged] = []
        bus.listen(CustomersMerged, told_of.append)
        old, new = await people(unit_of_work, 2, names=("Ada", "Ada L."))
        link_id = await merge(unit_of_work, new, old)
        assert await roots(unit_of_work) == {old: (old, "Ada"), new: (old, "Ada L.")}
        [link] = await rows(unit_of_work, Link)
        assert (link.id, link.loser_id, link.survivor_id, link.reason, link.linked_at, link.undone_at) == (link_id, new, old, AGENTS_WORD, clock.now(), None)
        assert [item["field"] for item in cast(list[dict[str, object]], link.evidence)] == ["email", "name"]
        assert told_of == [CustomersMerged(customer_id=old, loser_id=new, link_id=link_id)]

    async def test_takes_all_leaves_along(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b, c, d = await people(unit_of_work, 4)
        await merge(unit_of_work, c, d)
        await merge(unit_of_work, a, b)
        await merge(unit_of_work, d, b)
        assert {root for root, _ in (await roots(unit_of_work)).values()} == {a}

    async def test_refuses_who_is_one_already(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b, c = await people(unit_of_work, 3)
        await merge(unit_of_work, a, b)
        await merge(unit_of_work, b, c)
        for one, other in ((a, c), (c, b), (a, a)):
            with pytest.raises(AlreadyOne):
                await merge(unit_of_work, one, other)
        assert await count(unit_of_work, Link) == 2

    async def test_refuses_whom_nobody_knows(self, unit_of_work: UnitOfWorkFactory) -> None:
        [a] = await people(unit_of_work, 1)
        with pytest.raises(NotFound):
            await merge(unit_of_work, a, 7)

    async def test_shows_a_given_name_over_a_made_one_and_gives_it_back(self, unit_of_work: UnitOfWorkFactory) -> None:
        [phone] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        [ada] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada Lovelace"))
        link_id = await merge(unit_of_work, phone.customer_id, ada.customer_id)
        assert (await roots(unit_of_work))[phone.customer_id] == (phone.customer_id, "Ada Lovelace")
        await undo(unit_of_work, link_id)
        assert await roots(unit_of_work) == {phone.customer_id: (phone.customer_id, "+442079460958"), ada.customer_id: (ada.customer_id, "Ada Lovelace")}

    async def test_two_workers_leave_one_link(self, database: Database, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        a, b = await people(unit_of_work, 2)
        workers = [UnitOfWorkFactory(database, EventBus(), clock) for _ in range(4)]
        answers = await asyncio.gather(*(merge(worker, *pair) for worker, pair in zip(workers, [(a, b), (b, a)] * 2, strict=True)), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyOne"] * 3 + ["int"]
        assert await count(unit_of_work, Link) == 1

    async def test_rings_of_workers_never_tie_a_knot(self, database: Database, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        ids = await people(unit_of_work, 4)
        workers = [UnitOfWorkFactory(database, EventBus(), clock) for _ in ids]
        pairs = zip(ids, ids[1:] + ids[:1], strict=True)
        answers = await asyncio.gather(*(merge(worker, *pair) for worker, pair in zip(workers, pairs, strict=True)), return_exceptions=True)
        assert sum(isinstance(answer, AlreadyOne) for answer in answers) == 1
        assert await count(unit_of_work, Link) == 3
        assert {root for root, _ in (await roots(unit_of_work)).values()} == {ids[0]}


class TestUndo:
    async def test_gives_both_back_and_remembers_that_they_are_two(self, unit_of_work: UnitOfWorkFactory, bus: EventBus, clock: MovedClock) -> None:
        told_of: list[MergeUndone] = []
        bus.listen(MergeUndone, told_of.append)
        a, b = await people(unit_of_work, 2)
        before = await roots(unit_of_work)
        link_id = await merge(unit_of_work, a, b)
        clock.advance(days=3)
        assert await undo(unit_of_work, link_id) == Parted(root_id=a, other_id=b)
        assert await roots(unit_of_work) == before
        assert told_of == [MergeUndone(customer_id=a, loser_id=b, link_id=link_id)]
        [link] = await rows(unit_of_work, Link)
        assert link.undone_at == clock.now()
        with pytest.raises(KnownToBeTwo):
            await merge(unit_of_work, b, a)

    async def test_refuses_a_second_time(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b = await people(unit_of_work, 2)
        link_id = await merge(unit_of_work, a, b)
        await undo(unit_of_work, link_id)
        with pytest.raises(AlreadyUndone):
            await undo(unit_of_work, link_id)
        with pytest.raises(NotFound):
            await undo(unit_of_work, 7)

    async def test_works_in_the_middle_of_a_chain(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b, c, d = await people(unit_of_work, 4)
        links = [await merge(unit_of_work, *pair) for pair in ((a, b), (b, c), (c, d))]
        assert await undo(unit_of_work, links[1]) == Parted(root_id=a, other_id=c)
        assert {leaf: root for leaf, (root, _) in (await roots(unit_of_work)).items()} == {a: a, b: a, c: c, d: c}

    async def test_what_came_after_the_merge_stays_with_its_leaf(self, unit_of_work: UnitOfWorkFactory) -> None:
        a, b = await people(unit_of_work, 2)
        link_id = await merge(unit_of_work, a, b)
        [later] = await resolve(unit_of_work, wrote(EMAIL, "p1@example.com"))
        assert (later.customer_id, later.root_id) == (b, a)
        await undo(unit_of_work, link_id)
        [latest] = await resolve(unit_of_work, wrote(EMAIL, "p1@example.com"))
        assert (latest.customer_id, latest.root_id) == (b, b)

    async def test_a_persons_merge_overrules_it(self, unit_of_work: UnitOfWorkFactory, agent_id: int) -> None:
        a, b = await people(unit_of_work, 2)
        await undo(unit_of_work, await merge(unit_of_work, a, b))
        again = await merge(unit_of_work, a, b, agent_id)
        await undo(unit_of_work, again)
        await merge(unit_of_work, a, b, agent_id)
        assert {root for root, _ in (await roots(unit_of_work)).values()} == {a}

    async def test_undone_merges_never_were(self, unit_of_work: UnitOfWorkFactory) -> None:
        """Random merges and undos, in random order: the roots are those of the merges that stand, and a root shows a name of its own people."""

        plans: list[Plan] = []

        @settings(max_examples=6, deadline=None, database=None)
        @given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), min_size=4, max_size=14))
        def steps(drawn: Plan) -> None:
            plans.append(drawn)

        steps()
        for number, plan in enumerate(plans):
            found = await resolve(unit_of_work, *(wrote(EMAIL, f"r{number}.{n}@example.com", name=f"Name {n}" if n % 2 else None) for n in range(5)))
            ids = [who.customer_id for who in found]
            alone = await roots(unit_of_work)
            log: list[tuple[int, LinkLine]] = []
            for is_undo, one, other in plan:
                standing = [at for at, line in enumerate(log) if not line[1].is_undone]
                if is_undo and standing:
                    at = standing[one % len(standing)]
                    await undo(unit_of_work, log[at][0])
                    log[at] = log[at][0], LinkLine(loser_id=log[at][1].loser_id, survivor_id=log[at][1].survivor_id, is_undone=True)
                elif not is_undo and await self._may_merge(unit_of_work, ids[one], ids[other]):
                    log.append((await merge(unit_of_work, ids[one], ids[other], None), LinkLine(loser_id=ids[one], survivor_id=ids[other], is_undone=False)))
            expected = fold(ids, [line for _, line in log if not line.is_undone])
            now = await roots(unit_of_work)
            assert {leaf: now[leaf][0] for leaf in ids} == expected
            for at, (link_id, line) in enumerate(log):
                if not line.is_undone:
                    await undo(unit_of_work, link_id)
                    log[at] = link_id, line
            back = await roots(unit_of_work)
            assert {leaf: back[leaf] for leaf in ids} == {leaf: alone[leaf] for leaf in ids}

    @staticmethod
    async def _may_merge(unit_of_work: UnitOfWorkFactory, one: int, other: int) -> bool:
        try:
            async with unit_of_work() as uow:
                await identities.merge(uow, one, other, None, "may they?")
                raise LookupError
        except (AlreadyOne, KnownToBeTwo):
            return False
        except LookupError:
            return True


class TestAnswer:
    @pytest.fixture
    async def card(self, unit_of_work: UnitOfWorkFactory) -> ReviewCard:
        """An open question between a known address and a visitor who typed it."""
        await resolve(unit_of_work, wrote(EMAIL, "ada@example.com"))
        await resolve(unit_of_work, wrote(CHAT, "abcdef", told(EMAIL, "ada@example.com")))
        return (await rows(unit_of_work, ReviewCard))[0]

    @pytest.mark.parametrize(
        ("said", "state", "merges"), [(Answer.SAME, "same", True), (Answer.DIFFERENT, "different", False), (Answer.SKIP, "skipped", False)]
    )
    async def test_is_taken_once(
        self, unit_of_work: UnitOfWorkFactory, bus: EventBus, clock: MovedClock, agent_id: int, card: ReviewCard, said: Answer, state: str, merges: bool
    ) -> None:
        facts: list[ProposalAnswered] = []
        bus.listen(ProposalAnswered, facts.append)
        async with unit_of_work() as uow:
            link_id = await identities.answer(uow, card.id, said, agent_id)
        assert (link_id is not None) == merges
        [answered] = await rows(unit_of_work, ReviewCard)
        assert (answered.state, answered.answered_by) == (state, agent_id)
        assert len({root for root, _ in (await roots(unit_of_work)).values()}) == (1 if merges else 2)
        assert facts == [ProposalAnswered(proposal_id=card.id, customer_id=card.left_id, other_id=card.right_id)]
        with pytest.raises(AlreadyAnswered):
            async with unit_of_work() as uow:
                await identities.answer(uow, card.id, Answer.SAME, agent_id)

    async def test_a_merge_by_hand_settles_the_question(self, unit_of_work: UnitOfWorkFactory, agent_id: int, card: ReviewCard) -> None:
        await merge(unit_of_work, card.left_id, card.right_id, agent_id)
        [withdrawn] = await rows(unit_of_work, ReviewCard)
        assert withdrawn.state == "withdrawn"
        async with unit_of_work.reading() as uow:
            assert (await identities.profile(uow, card.left_id)).proposals == ()

    async def test_different_keeps_the_machine_from_merging(self, unit_of_work: UnitOfWorkFactory, agent_id: int, card: ReviewCard) -> None:
        async with unit_of_work() as uow:
            await identities.answer(uow, card.id, Answer.DIFFERENT, agent_id)
        with pytest.raises(KnownToBeTwo):
            await merge(unit_of_work, card.left_id, card.right_id)

    async def test_refuses_what_is_no_proposal(self, unit_of_work: UnitOfWorkFactory, agent_id: int) -> None:
        with pytest.raises(NotFound):
            async with unit_of_work() as uow:
                await identities.answer(uow, 7, Answer.SKIP, agent_id)
