"""Fetches a bot's updates by long polling, with the offset kept by us: nothing is confirmed before it is kept."""

from dataclasses import dataclass

import orjson

from channels.contract import Account, Health, RawPayload, Receive, Watermarks
from channels.telegram.wire import BotApi
from kernel.clock import Clock
from kernel.config import Settings
from kernel.errors import Unavailable, Undeliverable

WATERMARK = "telegram:offset"
SOURCE = "telegram/polling"


@dataclass(frozen=True, slots=True)
class _Fetched:
    update_id: int
    body: bytes


class TelegramSource:
    """Polls the bots whose mode is `polling`; one call waits up to `wait_seconds` for something new."""

    def __init__(self, settings: Settings, clock: Clock, wait_seconds: int = 25) -> None:
        self._settings = settings
        self._clock = clock
        self._wait_seconds = wait_seconds

    def is_wanted(self, account: Account) -> bool:
        """Say whether this bot is to be polled."""
        return account.settings.get("mode", "polling") == "polling"

    async def poll(self, account: Account, receive: Receive, watermarks: Watermarks, health: Health) -> None:
        """Fetch for ever, each update handed on in order; the offset moves only when a whole batch is kept, a repeated update ends quietly in intake.

        Raises:
            Unavailable: Telegram cannot be reached or refuses to give updates; health has been told.
            StorageUnavailable: an update could not be kept; it comes again.
        """
        token = account.settings["bot_token"]
        async with BotApi(self._settings.telegram_api_url, self._wait_seconds + 10) as api:
            try:
                # While a webhook is set, getUpdates is refused with 409.
                await api.call(token, "deleteWebhook", {"drop_pending_updates": False})
                offset = int(await watermarks.get(account.inbox_id, WATERMARK) or 0)
                while True:
                    kept = offset
                    for fetched in await self._fetch(api, token, offset):
                        await receive(
                            account.inbox_id, RawPayload(source=SOURCE, content_type="application/json", body=fetched.body, received_at=self._clock.now())
                        )
                        offset = fetched.update_id + 1
                    if offset != kept:
                        await watermarks.put(account.inbox_id, WATERMARK, str(offset))
                    await health.report(account.inbox_id, None)
            except (Unavailable, Undeliverable) as trouble:
                await health.report(account.inbox_id, trouble.sentence)
                raise

    async def _fetch(self, api: BotApi, token: str, offset: int) -> list[_Fetched]:
        found = await api.call(
            token,
            "getUpdates",
            {"offset": offset, "limit": 100, "timeout": self._wait_seconds, "allowed_updates": ["message", "edited_message"]},
        )
        if not isinstance(found, list):
            raise Unavailable("Telegram's updates made no sense.")
        fetched = [_Fetched(one["update_id"], orjson.dumps(one)) for one in found if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
        if len(fetched) != len(found):
            raise Unavailable("Telegram's updates made no sense.")
        return sorted(fetched, key=lambda one: one.update_id)
