"""Signing in at the server that takes our mails by OAuth 2."""

from collections.abc import AsyncIterator, Mapping

import pytest

from channels.contract import Account
from channels.email.adapter import EmailAdapter
from channels.email.oauth import AccessTokens
from channels.registry import BadSettings, Registry
from kernel.clock import MovedClock, SystemClock
from kernel.config import Settings
from kernel.errors import Unavailable
from tests.channels.email.mails import account, answer
from tests.channels.email.test_oauth import TokenServer, forgotten, settings, tokens
from tests.support.smtp_stand_in import SmtpStandIn

__all__ = ["tokens"]
USER = "support@desk.example.com"


@pytest.fixture
async def server() -> AsyncIterator[SmtpStandIn]:
    async with SmtpStandIn() as server:
        server.tokens = {"good"}
        yield server


class Keeping:
    """An adapter, and what it had kept."""

    def __init__(self, clock: MovedClock) -> None:
        self.renewed: list[tuple[int, Mapping[str, str]]] = []
        self.adapter = EmailAdapter(clock, renew=self._keep, timeout_seconds=2)

    async def _keep(self, inbox_id: int, changed: Mapping[str, str]) -> None:
        self.renewed.append((inbox_id, changed))


@pytest.fixture
async def keeping(clock: MovedClock) -> AsyncIterator[Keeping]:
    keeping = Keeping(clock)
    yield keeping
    await keeping.adapter.close()


def by_token(server: SmtpStandIn, tokens: TokenServer, **changes: str) -> Account:
    """Return an inbox that sends by token."""
    given = {"smtp_port": str(server.port), "smtp_user": USER, "smtp_password": "yesterday's", "smtp_sign_in": "google"}
    consent = {"oauth_client_id": "the-app", "oauth_client_secret": "s", "oauth_refresh_token": "the-owners-consent", "oauth_token_url": tokens.url}
    return account(**{**given, **consent, **changes})


class TestSend:
    async def test_says_the_token_in_place_of_a_password(self, keeping: Keeping, server: SmtpStandIn, tokens: TokenServer) -> None:
        tokens.gives("good")
        await keeping.adapter.send(by_token(server, tokens), answer())
        assert server.signed_in == [f"user={USER}\x01auth=Bearer good\x01\x01"]
        assert len(server.sent) == 1

    async def test_waits_and_asks_for_another_token_when_one_is_not_taken(self, keeping: Keeping, server: SmtpStandIn, tokens: TokenServer) -> None:
        tokens.gives("stale")
        tokens.gives("good")
        with pytest.raises(Unavailable, match="does not take our sign-in") as refused:
            await keeping.adapter.send(by_token(server, tokens), answer())
        assert "stale" not in refused.value.sentence
        await keeping.adapter.send(by_token(server, tokens), answer())
        assert (len(server.sent), len(tokens.asked)) == (1, 2)

    async def test_waits_when_the_owner_took_the_consent_back(self, keeping: Keeping, server: SmtpStandIn, tokens: TokenServer) -> None:
        tokens.answers.append((400, {"error": "invalid_grant"}))
        with pytest.raises(Unavailable, match="set oauth_refresh_token anew"):
            await keeping.adapter.send(by_token(server, tokens), answer())
        assert server.signed_in == []

    async def test_keeps_a_renewed_consent_and_the_token_that_came_with_it(self, keeping: Keeping, server: SmtpStandIn, tokens: TokenServer) -> None:
        tokens.gives("good", refresh_token="the-next-consent")
        await keeping.adapter.send(by_token(server, tokens), answer())
        assert keeping.renewed == [(7, {"oauth_refresh_token": "the-next-consent"})]
        await keeping.adapter.close()
        await keeping.adapter.send(by_token(server, tokens, oauth_refresh_token="the-next-consent"), answer())
        assert (len(tokens.asked), len(server.signed_in)) == (1, 2)

    async def test_asks_anew_for_somebody_else(self, keeping: Keeping, server: SmtpStandIn, tokens: TokenServer) -> None:
        for user in (USER, "sales@desk.example.com"):
            tokens.gives("good")
            await keeping.adapter.send(by_token(server, tokens, smtp_user=user), answer())
        assert [said.split("\x01")[0] for said in server.signed_in] == [f"user={USER}", "user=sales@desk.example.com"]


class TestAccess:
    @pytest.mark.parametrize(
        ("changes", "scope"),
        [
            pytest.param({"imap_host": ""}, "https://outlook.office365.com/SMTP.Send offline_access", id="sending alone"),
            pytest.param(
                {"imap_sign_in": "microsoft"},
                "https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send offline_access",
                id="reading too",
            ),
        ],
    )
    async def test_is_no_more_than_is_used(self, tokens: TokenServer, clock: MovedClock, changes: dict[str, str], scope: str) -> None:
        tokens.gives("first")
        given = {"imap_sign_in": "password", "smtp_sign_in": "microsoft", "smtp_user": USER, **changes}
        await AccessTokens(settings(tokens, **given), clock, forgotten).get()
        assert tokens.asked[0]["scope"] == scope

    async def test_is_asked_for_with_what_somebody_else_renewed_when_the_token_expires(self, tokens: TokenServer, clock: MovedClock) -> None:
        """Whoever reads the mailbox renews the same consent: asked for at once, one would renew because of the other for ever."""
        tokens.gives("first")
        tokens.gives("second")
        access = AccessTokens(settings(tokens), clock, forgotten)
        assert await access.get() == "first"
        assert access.serve(settings(tokens, oauth_refresh_token="the-next-consent"))
        assert await access.get() == "first"
        clock.advance(hours=1)
        assert await access.get() == "second"
        assert tokens.asked[1]["refresh_token"] == "the-next-consent"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        pytest.param({}, "oauth_needs_an_app", id="no app"),
        pytest.param({"oauth_client_id": "app", "oauth_client_secret": "s"}, "oauth_needs_a_user", id="no user"),
        pytest.param(
            {"oauth_client_id": "app", "oauth_client_secret": "s", "smtp_user": USER, "imap_host": "a.example", "imap_sign_in": "microsoft"},
            "oauth_needs_one_provider",
            id="two providers",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, str], refused: str) -> None:
    with pytest.raises(BadSettings) as bad:
        Registry(Settings(), SystemClock()).check_settings("email", {"smtp_host": "a.example", "smtp_sign_in": "google", **changes})
    assert refused in str(bad.value.details["fields"])
