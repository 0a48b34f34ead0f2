"""Carries SMS: checks Twilio's signatures, hands messages to Twilio."""

import asyncio
import hmac
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from channels.contract import (
    Accepted,
    Account,
    BadSignature,
    Inbound,
    InboundMessage,
    Manifest,
    OutboundMessage,
    RawPayload,
    Unreadable,
    WebhookAnswer,
    WebhookRequest,
)
from channels.sms import parse
from channels.sms.manifest import MANIFEST
from kernel.clock import Clock
from kernel.config import Settings
from kernel.errors import Undeliverable

if TYPE_CHECKING:
    from channels.sms.send import Twilio

SIGNATURE = "x-twilio-signature"


@lru_cache(256)  # an inbox's address does not change
def _spellings(url: str) -> tuple[str, str]:
    """Return an address without and with its port."""
    from twilio.request_validator import add_port, remove_port

    parts = urlparse(url)
    return remove_port(parts), add_port(parts)


class SmsAdapter:
    """SMS by Twilio's webhooks and its REST API, which has `timeout_seconds` to answer."""

    manifest: Manifest = MANIFEST

    def __init__(self, settings: Settings, clock: Clock, timeout_seconds: float = 20) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._twilio: Twilio | None = None

    def verify(self, account: Account, request: WebhookRequest) -> None:
        """Check Twilio's signature over the public URL and every form field, with and without the port in the URL, as Twilio is not consistent about it.

        https://www.twilio.com/docs/usage/security#validating-requests

        Raises:
            BadSignature: it is missing or does not fit.
        """
        from twilio.request_validator import RequestValidator

        given = request.headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
        validator = RequestValidator(account.settings["auth_token"])
        try:
            fields = parse.form(request.body)
            fits = any(hmac.compare_digest(validator.compute_signature(url, fields).encode(), given) for url in _spellings(request.url))
        except (Unreadable, ValueError):
            raise BadSignature from None
        if not fits:
            raise BadSignature

    def answer(self, tail: str) -> WebhookAnswer:
        """Return TwiML that answers nothing to a message, and an empty body to a status."""
        if tail:
            return WebhookAnswer(content_type="text/plain", body=b"")
        return WebhookAnswer(content_type="text/xml", body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>')

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return the message or the receipt that a form holds.

        Raises:
            Unreadable: a field that Twilio always sends is missing or senseless.
        """
        if payload.source.endswith("/status"):
            receipt = parse.receipt(account.inbox_id, payload)
            return [receipt] if receipt else []
        return [parse.message(account.inbox_id, payload)]

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message as it is: it has no remote files."""
        return message

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return a name of our own; Twilio never hears it."""
        return f"kindred:{message_id}"

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Hand the text to Twilio, once.

        Raises:
            Unavailable: Twilio is busy, broken or out of reach; it may have taken the message when it did not answer in time.
            Undeliverable: Twilio refuses it, in its words.
        """
        if message.files:
            raise Undeliverable("SMS carries no files.")
        # Twilio's package takes half a second to import: not on the loop, and not before the first message.
        await asyncio.to_thread(import_module, "channels.sms.send")
        return Accepted(vendor_id=await self._client().create_message(account, message, self._status_url(account)))

    async def close(self) -> None:
        """Give back the connections to Twilio."""
        if self._twilio is not None:
            await self._twilio.close()

    def _client(self) -> "Twilio":
        from channels.sms.send import Twilio

        if self._twilio is None:
            self._twilio = Twilio(self._settings.twilio_api_url, self._timeout_seconds)
        return self._twilio

    def _status_url(self, account: Account) -> str | None:
        # The real Twilio refuses the whole message when its callback is no public address (21609).
        if self._settings.public_url is None and self._settings.twilio_api_url is None:
            return None
        return f"{self._settings.base_url}/hooks/{MANIFEST.channel}/{account.inbox_id}/status"
