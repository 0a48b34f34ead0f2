"""The front door: guessing is slow wherever it comes from, an unknown name costs as much as a known one, and a session is nobody else's."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError
from argon2 import PasswordHasher

from api.app import ROUTES
from api.hub import HUB
from kernel import crypto
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.crypto import hash_password, password_matches
from kernel.uow import UnitOfWorkFactory
from staff import service as staff
from staff.errors import WrongCredentials
from staff.sign_in import SignIn
from staff.values import Role
from tests.api.desk import Desk, Person, opened
from tests.support.databases import SqliteFiles

COOKIE = "__Host-kindred_session"
PASSWORD = "correct horse battery"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords that cost next to nothing: where only the counting is looked at, a hundred real ones would take half a minute."""
    monkeypatch.setattr(crypto, "_passwords", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    crypto._nobody.cache_clear()
    yield
    crypto._nobody.cache_clear()


@pytest.fixture
async def behind_proxy(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Desk]:
    """A desk that believes what comes from this machine."""
    async with opened(sqlite_files.fresh(tmp_path), tmp_path / "var", clock, trusted_proxies="10.9.8.7, 127.0.0.0/8, ::1") as served:
        yield served


class Counting:
    """Looks at no password, but counts how often it was to."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def __call__(self, password: str, hashed: str | None) -> bool:
        self.asked.append(hashed)
        return False


class TestTiming:
    @pytest.mark.parametrize("who", ["known", "unknown", "inactive", "without a password"])
    async def test_every_attempt_verifies_one_hash(self, unit_of_work: UnitOfWorkFactory, who: str) -> None:
        async with unit_of_work() as uow:
            for name, hashed in (("known", "hash"), ("inactive", "hash"), ("without a password", None)):
                agent = await staff.create_agent(uow, name=name, email=f"{name.replace(' ', '.')}@desk.example", password_hash=hashed, role=Role.AGENT)
                await staff.change_agent(uow, agent.id, is_active=name != "inactive")
        counting = Counting()
        with pytest.raises(WrongCredentials):
            await SignIn(unit_of_work, matches=counting)(f"{who.replace(' ', '.')}@desk.example", "guess", "192.0.2.1")
        assert counting.asked == (["hash"] if who == "known" else [None])

    async def test_no_hash_takes_as_long_as_one(self) -> None:
        """Argon2 takes a tenth of a second, anything else next to nothing: the quickest of each are near each other or a hundred times apart."""
        hashed = await hash_password(PASSWORD)
        await password_matches("guess", None)
        known: list[float] = []
        unknown: list[float] = []
        for _ in range(3):
            for given, times in ((hashed, known), (None, unknown)):
                began = time.perf_counter()
                assert not await password_matches("guess", given)
                times.append(time.perf_counter() - began)
        assert min(known) / 4 < min(unknown) < min(known) * 4


@pytest.mark.usefixtures("cheap")
class TestThrottling:
    async def test_an_account_that_is_attacked_refuses_the_right_password_too(self, desk: Desk) -> None:
        """Else the one answer that differs would say which guess was right."""
        await _hire(desk)
        assert [await _attempt(desk.browser(), "guess") for _ in range(6)] == [401] * 5 + [429]
        assert await _attempt(desk.browser(), PASSWORD) == 429
        desk.clock.advance(minutes=61)
        assert await _attempt(desk.browser(), PASSWORD) == 200

    async def test_an_address_that_attacks_many_accounts_is_slowed_down(self, desk: Desk) -> None:
        await _hire(desk)
        statuses = [await _attempt(desk.browser(), "guess", email=f"agent{number}@desk.example") for number in range(21)]
        assert statuses == [401] * 20 + [429]
        assert await _attempt(desk.browser(), PASSWORD) == 429


@pytest.mark.usefixtures("cheap")
class TestForwarded:
    """Where an attempt comes from is what counts; whoever connects may claim anything."""

    async def test_is_not_believed_from_anybody(self, desk: Desk) -> None:
        statuses = [await _attempt(desk.browser(), "guess", email=f"agent{number}@desk.example", forwarded=f"203.0.113.{number}") for number in range(21)]
        assert statuses[-1] == 429

    async def test_is_believed_from_a_proxy_that_is_named(self, behind_proxy: Desk) -> None:
        desk = behind_proxy
        await _hire(desk)
        statuses = [await _attempt(desk.browser(), "guess", email=f"agent{number}@desk.example", forwarded="203.0.113.9") for number in range(21)]
        assert statuses[-1] == 429
        assert await _attempt(desk.browser(), PASSWORD, forwarded="203.0.113.10") == 200

    @pytest.mark.parametrize("before", ["198.51.100.{n}, ", "127.0.0.1, 198.51.100.{n}, ", "nonsense, ", "198.51.100.{n}:4711,", " , "])
    async def test_what_a_client_writes_in_front_changes_nothing(self, behind_proxy: Desk, before: str) -> None:
        """A proxy appends the address that it sees; all before it is the client's own invention."""
        statuses = [
            await _attempt(behind_proxy.browser(), "guess", email=f"agent{number}@desk.example", forwarded=before.format(n=number) + "203.0.113.9")
            for number in range(21)
        ]
        assert statuses[-1] == 429

    def test_a_list_of_proxies_is_one_of_addresses(self) -> None:
        with pytest.raises(ValueError, match="proxies look like"):
            Settings(trusted_proxies="the proxy", _env_file=None)


@pytest.mark.usefixtures("cheap")
class TestFixation:
    async def test_a_session_that_was_planted_before_is_not_taken_over(self, desk: Desk) -> None:
        await _hire(desk)
        planted = "a-token-that-somebody-else-knows-very-well"
        answer = await desk.browser().post("/session", {"email": "paz@desk.example", "password": PASSWORD}, headers={"Cookie": f"{COOKIE}={planted}"})
        assert planted not in answer.headers["Set-Cookie"]
        assert (await desk.browser().get("/me", headers={"Cookie": f"{COOKIE}={planted}"})).status == 401

    async def test_a_cookie_that_a_neighbour_could_plant_is_not_read(self, desk: Desk) -> None:
        """Over TLS only `__Host-` counts: another host under the same domain can set any other name for us."""
        assert (await desk.browser().get("/me", headers={"Cookie": f"kindred_session={desk.otto.token}"})).status == 401
        assert (await desk.browser().get("/me", headers={"Cookie": f"{COOKIE}={desk.otto.token}"})).status == 200

    async def test_a_new_password_ends_every_session_and_socket_of_the_old_one(self, desk: Desk) -> None:
        wire = await desk.otto.live()
        async with desk.estate.house.factory() as uow:
            await staff.set_password(uow, int(desk.otto.agent_id), "another hash")
        assert (await desk.otto.get("/me")).status == 401
        # As it does by itself once a minute.
        desk.app[HUB].recheck()
        await wire.closed()

    async def test_who_is_switched_off_is_out_at_once_also_by_socket_and_token(self, desk: Desk) -> None:
        program, wire = await desk.program(desk.otto.agent_id), await desk.otto.live()
        by_token = await desk.stranger.live(headers=program)
        assert (await desk.admin.patch(f"/agents/{desk.otto.agent_id}", {"is_active": False})).status == 200
        await wire.closed()
        await by_token.closed()
        assert (await desk.otto.get("/me")).status == 401
        assert (await desk.stranger.get("/me", headers=program)).status == 401

    async def test_a_token_that_is_revoked_ends_its_sockets(self, desk: Desk) -> None:
        made = (await desk.otto.post("/tokens", {"name": "screen"})).json
        wire = await desk.stranger.live(headers={"Authorization": f"Bearer {made['token']}"})
        assert (await desk.otto.delete(f"/tokens/{made['id']}")).status == 204
        await wire.closed()


class TestCsrf:
    """Every change that a cookie lets in needs the page's own word, whichever route it is."""

    @pytest.mark.parametrize("without", ["token", "origin"])
    async def test_no_route_changes_anything_for_another_site(self, desk: Desk, without: str) -> None:
        given = {"X-CSRF-Token": ""} if without == "token" else {"Origin": "https://evil.example"}
        wanted = "session.bad_csrf" if without == "token" else "request.foreign_origin"
        changing = [route for route in ROUTES if route.who is not None and route.method != "GET"]
        for route in changing:
            path = "/" + route.path
            for name in route.path_parts:
                path = path.replace(f"{{{name}}}", "1")
            answer = await desk.admin.ask(route.method, path, {}, headers=given)
            assert (answer.status, answer.code) == (403, wanted), (route.method, route.path)
        assert len(changing) > 25

    async def test_a_program_needs_none(self, desk: Desk) -> None:
        program = await desk.program(desk.otto.agent_id)
        answer = await desk.stranger.post("/tokens", {"name": "x"}, headers={**program, "Origin": "https://evil.example"})
        assert answer.status == 201

    async def test_no_reading_route_changes_anything(self) -> None:
        """A cookie goes along with another site's links: what a GET does must be harmless."""
        assert {route.method for route in ROUTES} <= {"GET", "POST", "PATCH", "DELETE"}

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://desk.example.com.evil.example", "http://desk.example.com", ""])
    async def test_no_other_site_opens_an_agents_socket(self, desk: Desk, origin: str) -> None:
        with pytest.raises(WSServerHandshakeError) as refused:
            await desk.otto.wire("/ws/agent", {"Origin": origin})
        assert refused.value.status == 403


async def _hire(desk: Desk) -> None:
    hashed = await hash_password(PASSWORD)
    async with desk.estate.house.factory() as uow:
        await staff.create_agent(uow, name="Paz", email="paz@desk.example", password_hash=hashed, role=Role.AGENT)


async def _attempt(person: Person, password: str, *, email: str = "paz@desk.example", forwarded: str | None = None) -> int:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return (await person.post("/session", {"email": email, "password": password}, headers=headers)).status
