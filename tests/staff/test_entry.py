"""Who may come in: sign-ins, sessions and tokens, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from kernel.clock import MovedClock
from kernel.crypto import digest_of_token, hash_password
from kernel.errors import NotFound
from kernel.uow import UnitOfWorkFactory
from staff import service as staff
from staff.errors import NotSignedIn, Throttled, WrongCredentials
from staff.models import Session
from staff.service.entry import TOKEN_PREFIX
from staff.sign_in import Doorkeeper, SignIn
from staff.values import SignedIn

EMAIL, PASSWORD, HOME = "ines@example.com", "correct horse battery", "192.0.2.1"


async def reads_plain_text(password: str, hashed: str | None) -> bool:
    """Passwords in plain text: argon2 is slow on purpose, and one test of it is enough."""
    await asyncio.sleep(0)
    return hashed is not None and password == hashed


@pytest.fixture
async def ines(unit_of_work: UnitOfWorkFactory) -> int:
    """An agent who may sign in."""
    async with unit_of_work() as uow:
        return (await staff.create_agent(uow, name="Ines", email=EMAIL, password_hash=PASSWORD)).id


@pytest.fixture
def sign_in(unit_of_work: UnitOfWorkFactory) -> SignIn:
    """The front door."""
    return SignIn(unit_of_work, matches=reads_plain_text)


@pytest.fixture
def doorkeeper(unit_of_work: UnitOfWorkFactory) -> Doorkeeper:
    """Who knows those who come back."""
    return Doorkeeper(unit_of_work)


def token_of(signed_in: SignedIn) -> str:
    """The token of a session that was just made."""
    return signed_in.token


async def who_comes(doorkeeper: Doorkeeper, token: str) -> int | None:
    """The agent as whom an API token comes in."""
    known = await doorkeeper.by_token(token)
    return None if known is None else known.agent_id


async def fails(sign_in: SignIn, times: int, email: str = EMAIL, address: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await sign_in(email, "wrong", address)


class TestSignIn:
    async def test_opens_a_fresh_session_each_time(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, sign_in: SignIn, ines: int) -> None:
        one, other = [await sign_in(" INES@example.com", PASSWORD, HOME) for _ in range(2)]
        assert (one.agent_id, one.expires_at) == (ines, clock.now() + timedelta(days=14))
        assert len({one.token, other.token, one.csrf, other.csrf}) == 4
        async with unit_of_work.reading() as uow:
            kept = await uow.session.get(Session, one.session_id)
        assert kept is not None
        assert kept.token_digest == digest_of_token(token_of(one))

    async def test_refuses_alike_whoever_it_is(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, ines: int) -> None:
        async with unit_of_work() as uow:
            await staff.create_agent(uow, name="Tom", email="tom@example.com", password_hash=None)
        refusals = []
        for email, password in ((EMAIL, "wrong"), ("nobody@example.com", PASSWORD), ("tom@example.com", ""), ("", "")):
            with pytest.raises(WrongCredentials) as refused:
                await sign_in(email, password, HOME)
            refusals.append((refused.value.code, refused.value.sentence, refused.value.details))
        assert refusals == [refusals[0]] * 4

    async def test_knows_a_password_by_its_hash(self, unit_of_work: UnitOfWorkFactory, ines: int) -> None:
        hashed, sign_in = await hash_password("another one"), SignIn(unit_of_work)
        async with unit_of_work() as uow:
            await staff.set_password(uow, ines, hashed)
        assert (await sign_in(EMAIL, "another one", HOME)).agent_id == ines
        for email, password in ((EMAIL, hashed), ("nobody@example.com", "another one")):
            with pytest.raises(WrongCredentials):
                await sign_in(email, password, HOME)

    async def test_refuses_who_has_left(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, ines: int) -> None:
        async with unit_of_work() as uow:
            await staff.change_agent(uow, ines, is_active=False)
        with pytest.raises(WrongCredentials):
            await sign_in(EMAIL, PASSWORD, HOME)
        async with unit_of_work() as uow:
            with pytest.raises(NotSignedIn):
                await staff.begin_session(uow, ines)

    async def test_is_slowed_down_after_five_failures(self, clock: MovedClock, sign_in: SignIn, ines: int) -> None:
        await fails(sign_in, 5)
        with pytest.raises(Throttled) as refused:
            await sign_in(EMAIL, PASSWORD, "192.0.2.77")
        assert refused.value.retry_after == timedelta(minutes=1)
        clock.advance(minutes=1)
        assert (await sign_in(EMAIL, PASSWORD, HOME)).agent_id == ines
        await fails(sign_in, 5)

    async def test_slows_down_for_an_account_that_is_none(self, sign_in: SignIn) -> None:
        await fails(sign_in, 5, "nobody@example.com")
        with pytest.raises(Throttled):
            await sign_in("nobody@example.com", PASSWORD, HOME)

    async def test_is_slowed_down_for_an_address_that_tries_many(self, sign_in: SignIn, ines: int) -> None:
        for number in range(20):
            await fails(sign_in, 1, f"a{number}@example.com")
        with pytest.raises(Throttled):
            await sign_in(EMAIL, PASSWORD, HOME)
        assert (await sign_in(EMAIL, PASSWORD, "192.0.2.2")).agent_id == ines

    async def test_who_signs_in_well_is_never_slowed_down(self, sign_in: SignIn, ines: int) -> None:
        for _ in range(22):
            await sign_in(EMAIL, PASSWORD, HOME)

    async def test_counts_those_that_are_tried_at_once(self, sign_in: SignIn, ines: int) -> None:
        answers = await asyncio.gather(*(sign_in(EMAIL, f"guess {n}", HOME) for n in range(9)), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["Throttled"] * 4 + ["WrongCredentials"] * 5


class TestSession:
    async def test_lasts_while_it_is_used(self, clock: MovedClock, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        token = token_of(await sign_in(EMAIL, PASSWORD, HOME))
        for _ in range(3):
            clock.advance(days=13)
            found = await doorkeeper.by_session(token)
            assert found is not None
            assert found.agent_id == ines
        clock.advance(days=14)
        assert await doorkeeper.by_session(token) is None

    async def test_is_noted_once_a_minute(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        made = await sign_in(EMAIL, PASSWORD, HOME)
        used_at = []
        for _ in range(4):
            clock.advance(seconds=30)
            await doorkeeper.by_session(token_of(made))
            async with unit_of_work.reading() as uow:
                row = await uow.session.get(Session, made.session_id)
            assert row is not None
            used_at.append((clock.now() - row.last_used_at).total_seconds())
        assert used_at == [30, 0, 30, 0]

    async def test_is_known_among_many(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        made = [await sign_in(EMAIL, PASSWORD, HOME) for _ in range(3)]
        clock.advance(minutes=2)
        async with unit_of_work() as uow:
            await staff.end_session(uow, token_of(made[1]))
        found = await doorkeeper.by_sessions([*(token_of(one) for one in made), "none of ours"])
        assert {token: one.entry_id for token, one in found.items()} == {token_of(made[at]): made[at].session_id for at in (0, 2)}
        async with unit_of_work.reading() as uow:
            rows = [await uow.session.get(Session, made[at].session_id) for at in (0, 2)]
        assert [row.last_used_at for row in rows if row] == [clock.now()] * 2

    async def test_ends(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        one, two, three = [token_of(await sign_in(EMAIL, PASSWORD, HOME)) for _ in range(3)]
        async with unit_of_work() as uow:
            await staff.end_session(uow, one)
            await staff.end_session(uow, "none of ours")
        assert [await doorkeeper.by_session(token) is not None for token in (one, two, three)] == [False, True, True]
        async with unit_of_work() as uow:
            await staff.end_all_sessions(uow, ines)
        assert [await doorkeeper.by_session(token) for token in (two, three)] == [None, None]

    async def test_ends_with_the_password_it_was_opened_with(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        token = token_of(await sign_in(EMAIL, PASSWORD, HOME))
        async with unit_of_work() as uow:
            await staff.set_password(uow, ines, "another one")
        assert await doorkeeper.by_session(token) is None

    async def test_ends_when_its_agent_leaves(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        token = token_of(await sign_in(EMAIL, PASSWORD, HOME))
        for is_active in (False, True):
            async with unit_of_work() as uow:
                await staff.change_agent(uow, ines, is_active=is_active)
            assert await doorkeeper.by_session(token) is None

    async def test_is_swept_away_when_it_has_run_out(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, sign_in: SignIn, ines: int) -> None:
        old = await sign_in(EMAIL, PASSWORD, HOME)
        await fails(sign_in, 2)
        clock.advance(days=14)
        new = await sign_in(EMAIL, PASSWORD, HOME)
        async with unit_of_work() as uow:
            await staff.sweep(uow)
        async with unit_of_work.reading() as uow:
            assert [await uow.session.get(Session, made.session_id) is not None for made in (old, new)] == [False, True]


class TestKnown:
    async def test_are_of_all_their_teams_also_of_none(self, unit_of_work: UnitOfWorkFactory, sign_in: SignIn, doorkeeper: Doorkeeper, ines: int) -> None:
        token = token_of(await sign_in(EMAIL, PASSWORD, HOME))
        async with unit_of_work() as uow:
            _, program = await staff.create_token(uow, ines, "export")
        assert await self._teams(doorkeeper, token, program) == [frozenset(), frozenset()]
        async with unit_of_work() as uow:
            teams = frozenset([(await staff.create_team(uow, name=name, member_ids=[ines])).id for name in ("Front", "Trade")])
            tom = await staff.create_agent(uow, name="Tom", email="tom@example.com", password_hash=None)
            await staff.create_team(uow, name="Legal", member_ids=[tom.id])
        assert await self._teams(doorkeeper, token, program) == [teams, teams]

    @staticmethod
    async def _teams(doorkeeper: Doorkeeper, token: str, program: str) -> list[frozenset[int]]:
        return [known.team_ids for known in (await doorkeeper.by_session(token), await doorkeeper.by_token(program)) if known is not None]


class TestToken:
    async def test_comes_in_as_its_agent(self, unit_of_work: UnitOfWorkFactory, clock: MovedClock, doorkeeper: Doorkeeper, ines: int) -> None:
        async with unit_of_work() as uow:
            row, token = await staff.create_token(uow, ines, " nightly  export ")
        assert token.startswith(TOKEN_PREFIX)
        assert (row.name, row.last_used_at, row.token_digest) == ("nightly export", None, digest_of_token(token))
        assert await who_comes(doorkeeper, token) == ines
        async with unit_of_work.reading() as uow:
            [kept] = await staff.tokens_of(uow, ines)
        assert (kept.id, kept.last_used_at) == (row.id, clock.now())

    @pytest.mark.parametrize("token", ["", "kdt_", "kdt_made-up", "\x00", "Bearer"])
    async def test_is_not_made_up(self, doorkeeper: Doorkeeper, token: str) -> None:
        assert await doorkeeper.by_token(token) is None

    async def test_works_no_more_when_revoked_by_its_own_agent(self, unit_of_work: UnitOfWorkFactory, doorkeeper: Doorkeeper, ines: int) -> None:
        async with unit_of_work() as uow:
            row, token = await staff.create_token(uow, ines, "export")
            tom = await staff.create_agent(uow, name="Tom", email="tom@example.com", password_hash=None)
        async with unit_of_work() as uow:
            with pytest.raises(NotFound):
                await staff.revoke_token(uow, tom.id, row.id)
        assert await who_comes(doorkeeper, token) == ines
        async with unit_of_work() as uow:
            await staff.revoke_token(uow, ines, row.id)
        assert await doorkeeper.by_token(token) is None

    async def test_works_no_more_when_its_agent_leaves(self, unit_of_work: UnitOfWorkFactory, doorkeeper: Doorkeeper, ines: int) -> None:
        async with unit_of_work() as uow:
            _, token = await staff.create_token(uow, ines, "export")
        async with unit_of_work() as uow:
            await staff.change_agent(uow, ines, is_active=False)
        assert await doorkeeper.by_token(token) is None
