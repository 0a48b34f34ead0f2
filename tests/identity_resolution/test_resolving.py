"""Senders become customers: whose message it is, on both databases."""

import asyncio
from pathlib import Path
from typing import TypeVar, cast

import pytest
from sqlalchemy import event, func, select

from identity_resolution import service as identities
from identity_resolution.events import CustomerChanged, MergeProposed
from identity_resolution.models import ClaimRow, Customer, Identity, Link, ReviewCard
from identity_resolution.values import Answer, Resolution, SenderClaims
from kernel.claims import Claim, IdentityKind, Trust
from kernel.clock import MovedClock
from kernel.db import Base, Database
from kernel.events import EventBus
from kernel.uow import UnitOfWorkFactory
from tests.support.databases import SqliteFiles

EMAIL, PHONE, TELEGRAM, CHAT = IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.TELEGRAM, IdentityKind.CHAT
R = TypeVar("R", Customer, Identity, ClaimRow, ReviewCard, Link)
_numbers = iter(range(1, 1_000_000))


def wrote(kind: IdentityKind, value: str, *claims: Claim, name: str | None = None, trust: Trust = Trust.VERIFIED, locale: str | None = None) -> SenderClaims:
    """A message of somebody."""
    return SenderClaims(message_id=next(_numbers), sender=Claim(kind=kind, value=value, trust=trust, name=name), claims=claims, locale=locale)


def told(kind: IdentityKind, value: str, trust: Trust = Trust.CLAIMED) -> Claim:
    return Claim(kind=kind, value=value, trust=trust)


async def resolve(unit_of_work: UnitOfWorkFactory, *senders: SenderClaims) -> list[Resolution]:
    async with unit_of_work() as uow:
        return await identities.resolve_all(uow, senders)


async def rows(unit_of_work: UnitOfWorkFactory, row: type[R]) -> list[R]:
    async with unit_of_work.reading() as uow:
        return list(await uow.session.scalars(select(row).order_by(row.id)))


async def count(unit_of_work: UnitOfWorkFactory, row: type[Base]) -> int | None:
    async with unit_of_work.reading() as uow:
        return await uow.session.scalar(select(func.count()).select_from(row))


@pytest.fixture
def proposed(bus: EventBus) -> list[MergeProposed]:
    """The proposals that were opened."""
    facts: list[MergeProposed] = []
    bus.listen(MergeProposed, facts.append)
    return facts


class TestVerifiedSender:
    async def test_becomes_a_customer_with_the_first_message(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        [who] = await resolve(unit_of_work, wrote(EMAIL, "Ada@Example.com", name="Ada Lovelace", locale="en-GB"))
        assert (who.is_new, who.is_verified, who.customer_name, who.reason) == (True, True, "Ada Lovelace", "first message from this e-mail address")
        [customer], [identity] = await rows(unit_of_work, Customer), await rows(unit_of_work, Identity)
        assert (customer.id, customer.root_id, customer.name, customer.folded_name, customer.is_named) == (
            who.customer_id,
            who.root_id,
            "Ada Lovelace",
            "ada lovelace",
            True,
        )
        assert (customer.locale, customer.created_at, customer.last_seen_at) == ("en-GB", clock.now(), clock.now())
        assert (identity.id, identity.value, identity.normalised, identity.trust, identity.is_sender) == (
            who.identity_id,
            "Ada@Example.com",
            "ada@example.com",
            "verified",
            True,
        )

    async def test_is_known_again(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        [first] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada"))
        clock.advance(hours=2)
        [again] = await resolve(unit_of_work, wrote(EMAIL, " ADA@example.com"))
        assert (again.is_new, again.is_verified, again.reason) == (False, True, "same e-mail address as before")
        assert (again.customer_id, again.identity_id, again.customer_name) == (first.customer_id, first.identity_id, "Ada")
        [customer], [identity] = await rows(unit_of_work, Customer), await rows(unit_of_work, Identity)
        assert customer.last_seen_at == identity.last_seen_at == clock.now()
        assert customer.created_at == identity.first_seen_at < clock.now()

    async def test_meets_itself_within_a_batch(self, unit_of_work: UnitOfWorkFactory) -> None:
        first, other, again = await resolve(unit_of_work, wrote(PHONE, "+44 20 7946 0958"), wrote(PHONE, "+44 20 7946 0959"), wrote(PHONE, "+442079460958"))
        assert first.customer_id == again.customer_id != other.customer_id
        assert [who.is_new for who in (first, other, again)] == [True, True, False]
        assert await count(unit_of_work, Customer) == 2

    async def test_is_named_when_a_name_comes_at_last(self, unit_of_work: UnitOfWorkFactory, bus: EventBus) -> None:
        changed: list[CustomerChanged] = []
        bus.listen(CustomerChanged, changed.append)
        [first] = await resolve(unit_of_work, wrote(CHAT, "abcdef0123"))
        [named] = await resolve(unit_of_work, wrote(CHAT, "abcdef0123", name="Ada Lovelace"))
        [renamed] = await resolve(unit_of_work, wrote(CHAT, "abcdef0123", name="Somebody Else"))
        assert [who.customer_name for who in (first, named, renamed)] == ["Visitor abcdef", "Ada Lovelace", "Ada Lovelace"]
        [customer] = await rows(unit_of_work, Customer)
        assert (customer.name, customer.folded_name, customer.is_named) == ("Ada Lovelace", "ada lovelace", True)
        assert changed == [CustomerChanged(customer_id=customer.id)]

    async def test_of_a_shared_value_goes_to_the_one_seen_last_unverified(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        [phone] = await resolve(unit_of_work, wrote(PHONE, "+442079460958", name="Ada"))
        [telegram] = await resolve(unit_of_work, wrote(TELEGRAM, "42", name="Grace"))
        clock.advance(minutes=1)
        async with unit_of_work() as uow:
            uow.session.add(
                Identity(
                    id=uow.ids(),
                    customer_id=telegram.customer_id,
                    kind="phone",
                    value="+442079460958",
                    normalised="+442079460958",
                    trust="verified",
                    is_sender=True,
                    first_seen_at=clock.now(),
                    last_seen_at=clock.now(),
                )
            )
        [who] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        assert (who.customer_id, who.is_verified, who.reason) == (telegram.customer_id, False, "number shared by 2 customers; filed with the one seen last")
        async with unit_of_work() as uow:
            await identities.merge(uow, phone.customer_id, telegram.customer_id, None, "test")
        [who] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        assert (who.root_id, who.is_verified, who.customer_name) == (phone.customer_id, True, "Ada")

    async def test_keeps_its_leaf_and_is_read_under_its_root(self, unit_of_work: UnitOfWorkFactory) -> None:
        old, new = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada"), wrote(TELEGRAM, "42"))
        async with unit_of_work() as uow:
            await identities.merge(uow, old.customer_id, new.customer_id, None, "test")
        [who] = await resolve(unit_of_work, wrote(TELEGRAM, "42"))
        assert (who.customer_id, who.root_id, who.customer_name) == (new.customer_id, old.customer_id, "Ada")


class TestUnverifiedSender:
    async def test_never_joins_the_proven_holder_but_asks(self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]) -> None:
        [ada] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada Lovelace"))
        [spoof] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Mallory Mallet", trust=Trust.CLAIMED))
        assert spoof.customer_id != ada.customer_id
        assert (spoof.is_new, spoof.is_verified, spoof.reason) == (True, False, "first message from this e-mail address, which is not verified")
        assert [(fact.customer_id, fact.other_id) for fact in proposed] == [(spoof.customer_id, ada.customer_id)]

    async def test_meets_itself_again_and_asks_once(self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]) -> None:
        await resolve(unit_of_work, wrote(EMAIL, "ada@example.com"))
        first, second = await resolve(unit_of_work, *(wrote(EMAIL, "ada@example.com", trust=Trust.CLAIMED) for _ in range(2)))
        [third] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", trust=Trust.CLAIMED))
        assert first.customer_id == second.customer_id == third.customer_id
        assert (third.is_new, third.is_verified, third.reason) == (False, False, "same unverified e-mail address as before")
        assert len(proposed) == 1

    async def test_leaves_the_real_one_to_a_customer_of_its_own(self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]) -> None:
        [spoof] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", trust=Trust.CLAIMED))
        [ada] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com"))
        assert ada.is_new
        assert ada.is_verified
        assert [(fact.customer_id, fact.other_id) for fact in proposed] == [(ada.customer_id, spoof.customer_id)]

    async def test_is_never_drawn_to_where_its_address_was_typed(self, unit_of_work: UnitOfWorkFactory) -> None:
        [visitor] = await resolve(unit_of_work, wrote(CHAT, "abcdef", told(EMAIL, "ada@example.com")))
        [spoof] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", trust=Trust.CLAIMED))
        assert spoof.customer_id != visitor.customer_id


class TestFurtherClaims:
    async def test_a_typed_address_asks_and_is_held_as_claimed(self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]) -> None:
        [ada] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com", name="Ada Lovelace"))
        message = wrote(CHAT, "abcdef", told(EMAIL, "Ada@example.com"), name="Ada")
        [visitor] = await resolve(unit_of_work, message)
        assert visitor.is_new
        [card] = await rows(unit_of_work, ReviewCard)
        assert (card.left_id, card.right_id, card.state, card.message_id) == (ada.customer_id, visitor.customer_id, "open", message.message_id)
        assert card.bits == 8.0
        assert [(item["field"], item["left"], item["right"]) for item in cast(list[dict[str, object]], card.evidence)] == [
            ("email", "ada@example.com", "ada@example.com"),
            ("name", "Ada Lovelace", "Ada"),
        ]
        assert [fact.proposal_id for fact in proposed] == [card.id]
        [claim] = await rows(unit_of_work, ClaimRow)
        assert (claim.message_id, claim.customer_id, claim.normalised, claim.trust) == (message.message_id, visitor.customer_id, "ada@example.com", "claimed")
        held = [(identity.customer_id, identity.kind, identity.trust, identity.is_sender) for identity in await rows(unit_of_work, Identity)]
        assert held[1:] == [(visitor.customer_id, "chat", "verified", True), (visitor.customer_id, "email", "claimed", False)]

    async def test_the_same_evidence_again_asks_nothing(self, unit_of_work: UnitOfWorkFactory, agent_id: int, proposed: list[MergeProposed]) -> None:
        await resolve(unit_of_work, wrote(EMAIL, "ada@example.com"))
        for _ in range(3):
            await resolve(unit_of_work, wrote(CHAT, "abcdef", told(EMAIL, "ada@example.com")))
            for card in await rows(unit_of_work, ReviewCard):
                if card.state == "open":
                    async with unit_of_work() as uow:
                        await identities.answer(uow, card.id, Answer.SKIP, agent_id)
        assert len(proposed) == 1
        assert await count(unit_of_work, Identity) == 3

    async def test_two_who_are_known_to_be_two_are_not_asked_about(self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]) -> None:
        [ada], [visitor] = await resolve(unit_of_work, wrote(EMAIL, "ada@example.com")), await resolve(unit_of_work, wrote(CHAT, "abcdef"))
        async with unit_of_work() as uow:
            link = await identities.merge(uow, ada.customer_id, visitor.customer_id, None, "test")
            await identities.undo_merge(uow, link.id, None)
        await resolve(unit_of_work, wrote(CHAT, "abcdef", told(EMAIL, "ada@example.com")))
        assert proposed == []

    async def test_an_own_contact_card_files_a_new_sender_with_its_one_holder(self, unit_of_work: UnitOfWorkFactory) -> None:
        [ada] = await resolve(unit_of_work, wrote(PHONE, "+442079460958", name="Ada"))
        [telegram] = await resolve(unit_of_work, wrote(TELEGRAM, "42", told(PHONE, "+442079460958", Trust.VERIFIED)))
        assert (telegram.customer_id, telegram.is_new, telegram.is_verified) == (ada.customer_id, False, True)
        assert telegram.reason == "the sender proved the number of this customer"
        [again] = await resolve(unit_of_work, wrote(TELEGRAM, "42"))
        assert (again.customer_id, again.identity_id, again.is_verified) == (ada.customer_id, telegram.identity_id, True)

    async def test_an_own_contact_card_of_a_known_sender_asks_and_takes_nothing_away(
        self, unit_of_work: UnitOfWorkFactory, proposed: list[MergeProposed]
    ) -> None:
        [phone], [telegram] = await resolve(unit_of_work, wrote(PHONE, "+442079460958")), await resolve(unit_of_work, wrote(TELEGRAM, "42"))
        await resolve(unit_of_work, wrote(TELEGRAM, "42", told(PHONE, "+442079460958", Trust.VERIFIED)))
        assert [(fact.customer_id, fact.other_id) for fact in proposed] == [(telegram.customer_id, phone.customer_id)]
        [sms] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        assert (sms.customer_id, sms.is_verified) == (phone.customer_id, True)

    async def test_an_own_contact_card_proves_a_number_that_nobody_holds(self, unit_of_work: UnitOfWorkFactory) -> None:
        [telegram] = await resolve(unit_of_work, wrote(TELEGRAM, "42", told(PHONE, "+442079460958")))
        await resolve(unit_of_work, wrote(TELEGRAM, "42", told(PHONE, "+442079460958", Trust.VERIFIED)))
        [sms] = await resolve(unit_of_work, wrote(PHONE, "+442079460958"))
        assert (sms.customer_id, sms.is_new, sms.is_verified) == (telegram.customer_id, False, True)

    async def test_a_value_that_everybody_types_gains_no_more_holders(self, unit_of_work: UnitOfWorkFactory) -> None:
        await resolve(unit_of_work, *(wrote(CHAT, f"visitor{n}", told(EMAIL, "test@example.com")) for n in range(20)))
        held = [identity for identity in await rows(unit_of_work, Identity) if identity.kind == "email"]
        assert len(held) == 8
        assert await count(unit_of_work, ClaimRow) == 20

    async def test_a_hostile_message_names_a_few_values_only(self, unit_of_work: UnitOfWorkFactory) -> None:
        await resolve(
            unit_of_work,
            wrote(EMAIL, "ada@example.com", *(told(PHONE, f"+4420794600{n:02}", Trust.SIGNED) for n in range(60)), told(EMAIL, "\x00"), told(PHONE, "x" * 900)),
        )
        assert await count(unit_of_work, ClaimRow) == 12


class TestBatch:
    async def test_costs_the_same_few_statements_for_one_as_for_sixty_four(self, unit_of_work: UnitOfWorkFactory, database: Database) -> None:
        statements: list[str] = []
        event.listen(database.writer.sync_engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

        async def cost(senders: list[SenderClaims]) -> int:
            statements.clear()
            await resolve(unit_of_work, *senders)
            return len([sql for sql in statements if not sql.startswith(("BEGIN", "COMMIT"))])

        def batch(size: int) -> list[SenderClaims]:
            return [wrote(EMAIL, f"c{n}@example.com", told(PHONE, f"+4420794{n:05}", Trust.SIGNED)) for n in range(size)]

        one, many = await cost(batch(1)), await cost(batch(64))
        assert one <= 7
        assert many <= one + 2  # the first was known by then
        assert await cost(batch(64)) <= 4

    async def test_nothing_comes_of_nothing(self, unit_of_work: UnitOfWorkFactory) -> None:
        assert await resolve(unit_of_work) == []

    async def test_two_workers_make_one_customer_of_one_new_sender(self, database: Database, unit_of_work: UnitOfWorkFactory, clock: MovedClock) -> None:
        workers = [UnitOfWorkFactory(database, EventBus(), clock) for _ in range(4)]
        answers = await asyncio.gather(
            *(resolve(worker, wrote(EMAIL, "ada@example.com"), wrote(EMAIL, f"w{n}@example.com")) for n, worker in enumerate(workers))
        )
        assert len({first.customer_id for first, _ in answers}) == 1
        assert await count(unit_of_work, Customer) == 5


class TestLookUp:
    async def test_reads_no_whole_table(self, sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> None:
        """SQLite would, for a list of (kind, value) pairs."""
        database = Database(sqlite_files.fresh(tmp_path))
        asked: list[tuple[str, object]] = []
        event.listen(database.writer.sync_engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        await resolve(
            UnitOfWorkFactory(database, EventBus(), clock), wrote(EMAIL, "ada@example.com", told(PHONE, "+442079460958"), told(EMAIL, "other@example.com"))
        )
        [(sql, values)] = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
        async with database.connect() as connection:
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", cast(tuple[str, ...], values))
            plan = [str(step["detail"]) for step in steps.mappings()]
        await database.close()
        assert [step for step in plan if "SCAN" in step] == []
        assert len([step for step in plan if "kind=? AND normalised=?" in step]) == 2
