"""Carries Telegram: checks the webhook's secret, fetches files, hands messages to the bot."""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from channels.contract import (
    Accepted,
    Account,
    BadSignature,
    Inbound,
    InboundFile,
    InboundMessage,
    Manifest,
    OutboundMessage,
    RawPayload,
    WebhookAnswer,
    WebhookRequest,
)
from channels.telegram import parse
from channels.telegram.manifest import MANIFEST
from channels.telegram.wire import BotApi
from kernel.clock import Clock
from kernel.config import Settings
from kernel.errors import Unavailable, Undeliverable

if TYPE_CHECKING:
    from channels.telegram.send import Bots

HEADER = "x-telegram-bot-api-secret-token"


class TelegramAdapter:
    """Telegram by the Bot API, which has `timeout_seconds` to answer."""

    manifest: Manifest = MANIFEST

    def __init__(self, settings: Settings, clock: Clock, timeout_seconds: float = 45) -> None:
        self._settings = settings
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._api = BotApi(settings.telegram_api_url, timeout_seconds)
        self._bots: Bots | None = None

    def verify(self, account: Account, request: WebhookRequest) -> None:
        """Check the secret token that was given to setWebhook.

        https://core.telegram.org/bots/api#setwebhook

        Raises:
            BadSignature: it is missing, does not fit, or the inbox has none.
        """
        wanted = account.settings.get("secret_token", "").encode()
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(wanted, given) or not wanted:
            raise BadSignature

    def answer(self, tail: str) -> WebhookAnswer:
        """Return an empty JSON object: any 2xx is enough for Telegram."""
        return WebhookAnswer()

    def read(self, account: Account, payload: RawPayload) -> Sequence[Inbound]:
        """Return the message of an update, or nothing.

        Raises:
            Unreadable: it is no update, or lacks what Telegram always sends.
        """
        return parse.updates(account.inbox_id, payload)

    async def complete(self, account: Account, message: InboundMessage) -> InboundMessage:
        """Return the message with its files fetched; one that Telegram no longer has, or that is over 20 MB, becomes a warning.

        Raises:
            Unavailable: Telegram cannot give them now.
        """
        files: list[InboundFile] = []
        warnings = list(message.warnings)
        for file in message.files:
            if file.content is not None or file.remote_id is None:
                files.append(file)
                continue
            content = await self._fetch(account.settings["bot_token"], file.remote_id)
            if content is None:
                warnings.append("a file that Telegram does not give left out")
            else:
                files.append(replace(file, content=content))
        return replace(message, files=tuple(files), warnings=tuple(warnings))

    def external_id(self, account: Account, message_id: int, reply_token: str) -> str:
        """Return a name of our own; Telegram never hears it."""
        return f"kindred:{message_id}"

    async def send(self, account: Account, message: OutboundMessage) -> Accepted:
        """Send the text, then each file: pictures as photos, the rest as documents.

        Raises:
            Unavailable: Telegram is busy, broken or out of reach; a next attempt goes on where this one stopped.
            Undeliverable: the customer has blocked the bot, or Telegram refuses the message, in its words.
        """
        # aiogram takes seconds and 172 MB to import: not on the loop, and not before the first message.
        await asyncio.to_thread(import_module, "channels.telegram.send")
        return Accepted(vendor_id=await self._sender().send(account, message))

    async def close(self) -> None:
        """Give back the connections to Telegram."""
        await self._api.close()
        if self._bots is not None:
            await self._bots.close()

    def _sender(self) -> "Bots":
        from channels.telegram.send import Bots

        if self._bots is None:
            self._bots = Bots(self._settings.telegram_api_url, self._timeout_seconds)
        return self._bots

    async def _fetch(self, token: str, file_id: str) -> bytes | None:
        try:
            found = await self._api.call(token, "getFile", {"file_id": file_id})
        except Undeliverable:
            return None  # expired, or too big for the Bot API: asking again would not help
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not path or ".." in path:
            raise Unavailable("Telegram's answer names no file.")
        return await self._api.download(token, path, parse.MOST_BYTES)
