"""Twilio's REST API, by its own client; imported when the first SMS is sent."""

import json
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.contract import Account, OutboundMessage
from kernel.errors import Unavailable, Undeliverable

TWILIO = "https://api.twilio.com"
_PREFIX = "Unable to create record: "


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client with a timeout that holds, another base URL where one is set, and faults sorted by remedy.

    The package's own client ignores its `timeout`, and its retries would send an SMS again after a 500: repeating is for the outbox alone.
    """

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        super().__init__()
        self._base_url = base_url
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one call; `timeout` is overruled by ours.

        Raises:
            Unavailable: no answer, 429 or 5xx.
        """
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = aiohttp.encode_basic_auth(*auth)
        try:
            async with self.session.request(
                method, url.replace(TWILIO, self._base_url, 1), params=params, data=data, headers=sent, timeout=self._timeout, allow_redirects=allow_redirects
            ) as answer:
                text = await answer.text(errors="replace")
        except (aiohttp.ClientError, OSError) as trouble:
            raise Unavailable(f"Twilio cannot be reached ({type(trouble).__name__}).") from None
        if answer.status == 429 or answer.status >= 500:
            raise Unavailable(f"Twilio cannot take it now ({answer.status}).", retry_after=_wait(answer.headers.get("Retry-After")), status=answer.status)
        return Response(answer.status, text, answer.headers)


class Twilio:
    """Sends messages for any account; must be made inside a running loop, as Twilio's HTTP client must."""

    def __init__(self, base_url: str | None, timeout_seconds: float) -> None:
        self._http = _Http((base_url or TWILIO).rstrip("/"), timeout_seconds)

    async def create_message(self, account: Account, message: OutboundMessage, status_url: str | None) -> str:
        """Create a message once and return its SID.

        Raises:
            Unavailable: again later.
            Undeliverable: never again; Twilio's words and code.
        """
        settings = account.settings
        client = Client(settings["account_sid"], settings["auth_token"], http_client=self._http)
        service = settings.get("messaging_service_sid")
        sender = {"messaging_service_sid": service} if service else {"from_": account.address}
        callback = {"status_callback": status_url} if status_url else {}
        try:
            created = await client.messages.create_async(to=message.recipient, body=message.text, **sender, **callback)
        except TwilioRestException as refused:
            raise Undeliverable(_words(refused.msg, refused.code), vendor_code=refused.code, status=refused.status) from None
        except TwilioServiceException as refused:
            raise Undeliverable(_words(refused.detail or refused.title, refused.code), vendor_code=refused.code, status=refused.status) from None
        except (TwilioException, json.JSONDecodeError):
            raise Unavailable("Twilio's answer made no sense.") from None
        if not isinstance(created.sid, str) or not created.sid:
            raise Unavailable("Twilio's answer named no message.")
        return created.sid

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.close()


def _words(text: object, code: object) -> str:
    return f"{str(text or 'Twilio refused it.').removeprefix(_PREFIX)[:500]} (Twilio {code})"


def _wait(header: str | None) -> timedelta | None:
    # Retry-After may also be a date; Twilio sends seconds, and without them the outbox has its own pace.
    if header and header.isascii() and header.isdigit() and len(header) <= 6:
        return timedelta(seconds=int(header))
    return None
