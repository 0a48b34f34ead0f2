"""Access tokens for mail servers: asked for with a refresh token or with the app's own secret, and kept until shortly before they expire (RFC 6749)."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import orjson

from channels.email.manifest import EmailSettings, SignIn
from kernel.clock import Clock
from kernel.errors import StorageUnavailable, Unavailable

_TIMEOUT = 20.0
_MOST_BYTES = 256 * 1024
_RENEWED_BEFORE = timedelta(minutes=2)
_SHORTEST, _USUAL, _LONGEST = 60, 3600, 86_400


class TokenRefused(Unavailable):
    """Nobody gets an access token for this inbox any more until a person signs in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a provider gives tokens, and what for: with a refresh token, and to an app that signs in as itself."""

    name: str
    token_url: str = ""
    read_scope: str = ""
    send_scope: str = ""
    lasting_scope: str = ""
    app_scope: str = ""

    def scope_of(self, settings: EmailSettings) -> str:
        """Return what access is asked for: no more than is used, since the owner agreed to no more."""
        wanted = ((settings.reads_by_token, self.read_scope), (settings.sends_by_token, self.send_scope), (True, self.lasting_scope))
        return " ".join(scope for is_wanted, scope in wanted if is_wanted and scope)


_PROVIDERS = {
    SignIn.GOOGLE: Provider(name="Google", token_url="https://oauth2.googleapis.com/token"),  # noqa: S106  # an address
    SignIn.MICROSOFT: Provider(
        name="Microsoft",
        token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106
        read_scope="https://outlook.office365.com/IMAP.AccessAsUser.All",
        send_scope="https://outlook.office365.com/SMTP.Send",
        lasting_scope="offline_access",
        app_scope="https://outlook.office365.com/.default",
    ),
    SignIn.OAUTH: Provider(name="The token server"),
}


Keep = Callable[[str], Awaitable[None]]
"""Keeps a refresh token that took the place of the one in the settings; may raise StorageUnavailable."""


class AccessTokens:
    """The access token of one inbox, renewed when it is about to expire; for one event loop."""

    def __init__(self, settings: EmailSettings, clock: Clock, keep: Keep, *, timeout_seconds: float = _TIMEOUT) -> None:
        self._settings = settings
        self._keep = keep
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._provider = _PROVIDERS.get(settings.provider, Provider(name="The token server"))
        self._refresh_token = _refresh_token_of(settings)
        self._token = ""
        self._good_until: datetime | None = None
        self._asking = asyncio.Lock()

    def serve(self, settings: EmailSettings) -> bool:
        """Say whether these settings ask for the same access; if so, the next token is asked for with their refresh token, where that is another.

        The token that is known is good until it expires: whoever else uses the inbox's consent renews it too, and each would renew because of the other.
        """
        if _sign_in_of(settings) != _sign_in_of(self._settings):
            return False
        if _refresh_token_of(settings) != _refresh_token_of(self._settings):
            self._refresh_token = _refresh_token_of(settings)
        self._settings = settings
        return True

    async def get(self) -> str:
        """Return a token that is good for a while.

        Raises:
            TokenRefused: there will be none until a person signs in again; the sentence says why.
            Unavailable: the token server cannot be reached, or cannot give one now.
        """
        async with self._asking:
            if self._good_until is None or self._clock.now() >= self._good_until:
                await self._renew()
            return self._token

    def forget(self) -> None:
        """Ask for another one next time: the mail server did not take this."""
        self._good_until = None

    async def _renew(self) -> None:
        asked_at = self._clock.now()
        answer = await self._asked()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise Unavailable(f"{self._provider.name} gave no access token.")
        lasts = timedelta(seconds=min(max(_seconds(answer.get("expires_in")), _SHORTEST), _LONGEST))
        self._token, self._good_until = token, asked_at + max(lasts - _RENEWED_BEFORE, lasts / 2)
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed and renewed != self._refresh_token:
            self._refresh_token = renewed
            # The one before is good for some weeks, and the next renewal brings another chance.
            with contextlib.suppress(StorageUnavailable):
                await self._keep(renewed)

    async def _asked(self) -> dict[str, object]:
        url = self._settings.oauth_token_url or self._provider.token_url
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(url, data=self._form(), headers={"Accept": "application/json"}, allow_redirects=False) as response,
            ):
                # Read piece by piece, since `read` with a bound ends with the first that comes.
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        break
                status = response.status
        except (aiohttp.ClientError, OSError, ValueError) as trouble:
            # Without the cause, which may hold the address with what is secret in it.
            raise Unavailable(f"{self._provider.name} cannot be reached for an access token ({type(trouble).__name__}).") from None
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            said = None
        answer = said if isinstance(said, dict) else {}
        if status == 200:
            return answer
        words = " ".join(f"{answer.get('error', status)}: {answer.get('error_description', '')}".split())[:300].rstrip(": ")
        if 400 <= status < 500 and status not in (408, 429):
            is_over = self._refresh_token and answer.get("error") not in ("invalid_client", "unauthorized_client", "invalid_scope")
            remedy = "Sign in there again and set oauth_refresh_token anew." if is_over else "Check the id, the secret and the scope of the app."
            raise TokenRefused(f"{self._provider.name} does not sign us in ({words}). {remedy}")
        raise Unavailable(f"{self._provider.name} cannot give an access token now ({words}).")

    def _form(self) -> dict[str, str]:
        settings = self._settings
        secret = settings.oauth_client_secret.get_secret_value() if settings.oauth_client_secret else ""
        if self._refresh_token:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token, "scope": settings.oauth_scope or self._provider.scope_of(settings)}
        else:
            form = {"grant_type": "client_credentials", "scope": settings.oauth_scope or self._provider.app_scope}
        return {name: value for name, value in {**form, "client_id": settings.oauth_client_id, "client_secret": secret}.items() if value}


def _seconds(said: object) -> int:
    """Return a span as servers write it: a number, or a number in a string."""
    whole = re.match(r"[0-9]{1,9}(?![0-9])", str(said))
    return int(whole[0]) if whole else _USUAL


def _refresh_token_of(settings: EmailSettings) -> str:
    return settings.oauth_refresh_token.get_secret_value() if settings.oauth_refresh_token else ""


def _sign_in_of(settings: EmailSettings) -> tuple[object, ...]:
    users = settings.reads_by_token, settings.imap_user, settings.sends_by_token, settings.smtp_user
    return settings.provider, users, settings.oauth_client_id, settings.oauth_client_secret, settings.oauth_token_url, settings.oauth_scope
