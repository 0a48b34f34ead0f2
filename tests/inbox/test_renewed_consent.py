"""A consent that a provider replaces while a mail is sent is kept among the inbox's sealed settings."""

from channels.registry import Registry
from tests.channels.email.mails import answer
from tests.channels.email.test_oauth import TokenServer, tokens
from tests.inbox.conftest import Desk
from tests.support.smtp_stand_in import SmtpStandIn

__all__ = ["tokens"]


async def test_the_next_mail_is_sent_with_it(desk: Desk, tokens: TokenServer) -> None:
    house = desk.estate.house
    tokens.gives("good", refresh_token="the-next-consent")
    async with SmtpStandIn() as server:
        server.tokens = {"good"}
        way = {"smtp_port": str(server.port), "smtp_security": "none", "smtp_user": "support", "smtp_sign_in": "oauth"}
        consent = {"oauth_client_id": "app", "oauth_refresh_token": "the-owners-consent", "oauth_token_url": tokens.url}
        await house.directory.change(desk.email, settings={**way, **consent})
        # The real one: what tests remember stands in front of it.
        adapter = Registry.adapter(house.registry, "email")
        for _ in range(2):
            await adapter.send(await house.directory.account(desk.email), answer())
    assert (await house.directory.account(desk.email)).settings["oauth_refresh_token"] == "the-next-consent"
    assert (len(tokens.asked), len(server.sent)) == (1, 2)
