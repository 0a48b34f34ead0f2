"""Signing in at mail servers by OAuth 2: against a token server and a mail server that ask for what Google and Microsoft ask for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.email.imap_box import Patience
from channels.email.manifest import EmailSettings
from channels.email.oauth import AccessTokens, TokenRefused
from channels.registry import BadSettings, Registry
from kernel.clock import MovedClock, SystemClock
from kernel.config import Settings
from kernel.errors import StorageUnavailable, Unavailable
from tests.channels.email.polling import Polling, letters
from tests.support.imap_stand_in import ImapStandIn


class TokenServer:
    """Gives the tokens that it was told to give, one after the other, and remembers who asked for them."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.is_slow = False
        application = web.Application()
        application.router.add_post("/token", self._answer)
        self.server = TestServer(application, host="127.0.0.1")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/token"

    def gives(self, token: str, **more: object) -> None:
        """Give this token next."""
        self.answers.append((200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more}))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        status, answer = self.answers.pop(0)
        if self.is_slow:
            return await _in_pieces(request, orjson.dumps(answer))
        return web.json_response(answer, status=status) if isinstance(answer, dict) else web.Response(status=status, text=answer)


async def _in_pieces(request: web.Request, content: bytes) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for at in range(0, len(content), 1000):
        await answer.write(content[at : at + 1000])
        await asyncio.sleep(0.02)
    return answer


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    tokens = TokenServer()
    await tokens.server.start_server()
    yield tokens
    await tokens.server.close()


def settings(tokens: TokenServer, **changes: str) -> EmailSettings:
    given = {
        "smtp_host": "127.0.0.1",
        "imap_host": "127.0.0.1",
        "imap_user": "support@desk.example.com",
        "imap_sign_in": "google",
        "oauth_client_id": "the-app",
        "oauth_client_secret": "the-apps-secret",
        "oauth_refresh_token": "the-owners-consent",
        "oauth_token_url": tokens.url,
    }
    return EmailSettings.model_validate(given | changes)


async def forgotten(refresh_token: str) -> None:
    raise AssertionError("nobody renewed anything")


class TestAccessTokens:
    async def test_are_asked_for_with_the_refresh_token_and_kept_until_they_expire(self, tokens: TokenServer, clock: MovedClock) -> None:
        tokens.gives("first")
        tokens.gives("second")
        access = AccessTokens(settings(tokens), clock, forgotten)
        assert [await access.get(), await access.get()] == ["first", "first"]
        clock.advance(minutes=57)
        assert await access.get() == "first"
        clock.advance(minutes=2)
        assert await access.get() == "second"
        asked = {"grant_type": "refresh_token", "refresh_token": "the-owners-consent", "client_id": "the-app", "client_secret": "the-apps-secret"}
        assert tokens.asked == [asked, asked]

    async def test_come_in_as_many_pieces_as_they_like(self, tokens: TokenServer, clock: MovedClock) -> None:
        tokens.is_slow = True
        tokens.gives("first" * 500)
        assert await AccessTokens(settings(tokens), clock, forgotten).get() == "first" * 500

    @pytest.mark.parametrize(
        ("said", "minutes"),
        [("7200", 110), ("7200.5", 110), (7200.5, 110), ("²", 50), ("9" * 5000, 50), (None, 50), (True, 50), (-5, 50)],
        ids=["a string", "a fraction in one", "a fraction", "no digit of ours", "thousands of digits", "nothing", "a truth", "the past"],
    )
    async def test_last_as_long_as_is_said_or_an_hour(self, tokens: TokenServer, clock: MovedClock, said: object, minutes: int) -> None:
        tokens.gives("first", expires_in=said)
        tokens.gives("second")
        access = AccessTokens(settings(tokens), clock, forgotten)
        await access.get()
        clock.advance(minutes=minutes)
        assert await access.get() == "first"
        clock.advance(minutes=10)
        assert await access.get() == "second"

    async def test_are_asked_for_what_microsoft_wants(self, tokens: TokenServer, clock: MovedClock) -> None:
        tokens.gives("first")
        await AccessTokens(settings(tokens, imap_sign_in="microsoft"), clock, forgotten).get()
        assert tokens.asked[0]["scope"] == "https://outlook.office365.com/IMAP.AccessAsUser.All offline_access"

    async def test_of_an_app_that_signs_in_as_itself(self, tokens: TokenServer, clock: MovedClock) -> None:
        tokens.gives("first")
        await AccessTokens(settings(tokens, imap_sign_in="microsoft", oauth_refresh_token=""), clock, forgotten).get()
        assert tokens.asked == [
            {
                "grant_type": "client_credentials",
                "scope": "https://outlook.office365.com/.default",
                "client_id": "the-app",
                "client_secret": "the-apps-secret",
            }
        ]

    async def test_come_with_a_new_refresh_token_now_and_then(self, tokens: TokenServer, clock: MovedClock) -> None:
        """Microsoft gives one each time, and the old one ends after a while."""
        tokens.gives("first", refresh_token="the-next-consent")
        tokens.gives("second", refresh_token="the-next-consent")
        kept: list[str] = []

        async def keep(refresh_token: str) -> None:
            kept.append(refresh_token)
            raise StorageUnavailable

        access = AccessTokens(settings(tokens), clock, keep)
        assert await access.get() == "first"
        access.forget()
        assert await access.get() == "second"
        assert [asked["refresh_token"] for asked in tokens.asked] == ["the-owners-consent", "the-next-consent"]
        assert kept == ["the-next-consent"]

    @pytest.mark.parametrize(
        ("status", "answer", "kind", "words"),
        [
            pytest.param(
                400,
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
                TokenRefused,
                "Google does not sign us in (invalid_grant: Token has been expired or revoked.). Sign in there again and set oauth_refresh_token anew.",
                id="revoked",
            ),
            pytest.param(
                401, {"error": "invalid_client"}, TokenRefused, "(invalid_client). Check the id, the secret and the scope of the app.", id="another secret"
            ),
            pytest.param(503, "busy", Unavailable, "Google cannot give an access token now (503).", id="busy"),
            pytest.param(429, {"error": "slow_down"}, Unavailable, "cannot give an access token now (slow_down)", id="too often"),
            pytest.param(200, "<html>", Unavailable, "Google gave no access token.", id="no JSON"),
            pytest.param(200, {"access_token": ""}, Unavailable, "Google gave no access token.", id="no token"),
            pytest.param(302, "elsewhere", Unavailable, "cannot give an access token now (302)", id="elsewhere"),
        ],
    )
    async def test_are_refused_with_a_reason(self, tokens: TokenServer, clock: MovedClock, status: int, answer: object, kind: type, words: str) -> None:
        tokens.answers.append((status, answer))
        with pytest.raises(Unavailable) as refused:
            await AccessTokens(settings(tokens), clock, forgotten).get()
        assert type(refused.value) is kind
        assert words in refused.value.sentence
        assert "consent" not in refused.value.sentence

    async def test_of_a_server_that_is_not_there(self, tokens: TokenServer, clock: MovedClock) -> None:
        with pytest.raises(Unavailable, match="Google cannot be reached for an access token"):
            await AccessTokens(settings(tokens, oauth_token_url="http://127.0.0.1:9/token"), clock, forgotten).get()

    @pytest.mark.parametrize("lasts", [None, "3600", "soon", -5, 10**12, True])
    async def test_may_say_anything_of_how_long_they_last(self, tokens: TokenServer, clock: MovedClock, lasts: object) -> None:
        tokens.gives("first", expires_in=lasts)
        access = AccessTokens(settings(tokens), clock, forgotten)
        assert [await access.get(), await access.get()] == ["first", "first"]


class TestMailbox:
    def polling(self, tokens: TokenServer, server: ImapStandIn, clock: MovedClock) -> Polling:
        polling = Polling(clock, server.port, patience=Patience(silent_within=2, open_within=4))
        polling.change(**{name: str(value) for name, value in _plain(settings(tokens)).items()})
        return polling

    @pytest.mark.parametrize(
        ("ability", "said"),
        [
            pytest.param("AUTH=XOAUTH2", "user=support@desk.example.com\x01auth=Bearer good\x01\x01", id="Gmail and Microsoft 365"),
            pytest.param("AUTH=OAUTHBEARER", "n,a=support@desk.example.com,\x01host=127.0.0.1\x01port={port}\x01auth=Bearer good\x01\x01", id="RFC 7628"),
        ],
    )
    async def test_is_opened_by_token(self, tokens: TokenServer, clock: MovedClock, ability: str, said: str) -> None:
        async with ImapStandIn(*letters("one")) as server:
            server.abilities += f" {ability}"
            server.tokens = {"good"}
            tokens.gives("good")
            polling = self.polling(tokens, server, clock)
            async with polling.running():
                await polling.intake.until_kept(1)
        assert said.format(port=server.port) in server.said

    async def test_that_does_not_take_a_token_turns_the_inbox_red_and_another_is_asked_for(self, tokens: TokenServer, clock: MovedClock) -> None:
        async with ImapStandIn(*letters("one")) as server:
            tokens.gives("stale")
            polling = self.polling(tokens, server, clock)
            async with polling.running():
                said = await polling.health.until_red()
        assert "the sign-in was refused: AUTHENTICATE failed (status 401)" in said
        assert "stale" not in said
        # The reason in the server's challenge is answered, or it would wait for ever.
        assert server.said[-1] == ""

    async def test_whose_owner_took_the_consent_back_turns_red_and_says_what_to_do(self, tokens: TokenServer, clock: MovedClock) -> None:
        async with ImapStandIn() as server:
            tokens.answers.append((400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}))
            polling = self.polling(tokens, server, clock)
            async with polling.running():
                assert "set oauth_refresh_token anew" in await polling.health.until_red()
        assert server.connections == 0
        # What comes from now on is fetched once they have consented again.
        assert polling.marks.now[polling.account.inbox_id, "since:INBOX"].startswith(clock.now().isoformat())

    async def test_whose_consent_was_renewed_keeps_it_and_asks_for_no_other_token(self, tokens: TokenServer, clock: MovedClock) -> None:
        """The renewed setting begins the poller anew; were another token asked for then, that would go on for ever."""
        async with ImapStandIn(*letters("one")) as server:
            server.tokens = {"good"}
            tokens.gives("good", refresh_token="the-next-consent")
            polling = self.polling(tokens, server, clock)
            async with polling.running():
                await polling.intake.until_kept(1)
            assert polling.health.renewed == [{"oauth_refresh_token": "the-next-consent"}]
            polling.change(**polling.health.renewed[0])
            server.put(letters("two")[0])
            async with polling.running():
                await polling.intake.until_kept(2)
        assert len(tokens.asked) == 1


class TestSettings:
    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            pytest.param({"imap_sign_in": "google"}, "oauth_needs_an_app", id="no app"),
            pytest.param({"imap_sign_in": "google", "oauth_client_id": "app"}, "oauth_needs_an_app", id="neither consent nor secret"),
            pytest.param({"imap_sign_in": "oauth", "oauth_client_id": "app", "oauth_client_secret": "s"}, "oauth_needs_a_token_url", id="no address"),
            pytest.param({"oauth_token_url": "http://tokens.example.com/"}, "string_pattern_mismatch", id="an address where all can listen"),
            pytest.param({"imap_folder": " , "}, "no_folders", id="no folder"),
            pytest.param({"imap_folder": ",".join(map(str, range(11)))}, "no_folders", id="too many folders"),
        ],
    )
    def test_that_cannot_work_are_refused(self, changes: dict[str, str], refused: str) -> None:
        with pytest.raises(BadSettings) as bad:
            Registry(Settings(), SystemClock()).check_settings("email", {"smtp_host": "a.example", "imap_host": "a.example", **changes})
        assert refused in str(bad.value.details["fields"])


def _plain(given: EmailSettings) -> dict[str, str]:
    secrets = {"oauth_client_secret", "oauth_refresh_token"}
    names = ("imap_user", "imap_sign_in", "oauth_client_id", "oauth_token_url", *secrets)
    return {name: getattr(given, name).get_secret_value() if name in secrets else str(getattr(given, name)) for name in names}
