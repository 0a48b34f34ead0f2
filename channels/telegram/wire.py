"""The Bot API's plain half: calls that answer JSON, and downloads. https://core.telegram.org/bots/api#making-requests

What comes back is kept as Telegram wrote it, so that an update can be stored exactly and read again later; aiogram is for sending.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from types import TracebackType
from typing import Self

import aiohttp
import orjson

from kernel.errors import Unavailable, Undeliverable

TELEGRAM = "https://api.telegram.org"

_WORDS = {
    401: "Telegram does not know the bot's token.",
    404: "Telegram does not know the bot's token.",
    409: "Another program fetches this bot's updates, or a webhook is set.",
}


class BotApi:
    """Calls for any bot, each with `timeout_seconds` for its answer; no sentence of its errors holds a token, which the Bot API carries in its URLs."""

    def __init__(self, base_url: str | None, timeout_seconds: float = 45) -> None:
        self._timeout_seconds = timeout_seconds
        self._base_url = (base_url or TELEGRAM).rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def call(self, token: str, method: str, parameters: Mapping[str, object]) -> object:
        """Call a method and return its result.

        Raises:
            Unavailable: no answer, or one that may be another next time.
            Undeliverable: Telegram refuses (400, 403), in its words.
        """
        async with self._answer("POST", f"{self._base_url}/bot{token}/{method}", parameters) as answer:
            body = await answer.read()
            status = answer.status
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict):
            raise Unavailable(f"Telegram's answer made no sense ({status}).", status=status)
        if status == 200 and said.get("ok") is True:
            return said.get("result")
        if status in (400, 403):
            raise Undeliverable(f"Telegram: {str(said.get('description') or 'refused')[:300]}", status=status)
        raise Unavailable(_WORDS.get(status, f"Telegram cannot take it now ({status})."), retry_after=_wait(said.get("parameters")), status=status)

    async def download(self, token: str, path: str, most: int) -> bytes | None:
        """Return a file by the path that getFile gave, or None when it is larger than `most` bytes.

        Raises:
            Unavailable: Telegram cannot give it now.
        """
        content = bytearray()
        async with self._answer("GET", f"{self._base_url}/file/bot{token}/{path}") as answer:
            if answer.status != 200:
                raise Unavailable(f"Telegram cannot give the file now ({answer.status}).", status=answer.status)
            async for chunk in answer.content.iter_chunked(65536):
                content += chunk
                if len(content) > most:
                    return None
        return bytes(content)

    async def close(self) -> None:
        """Give back the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _answer(self, verb: str, url: str, parameters: Mapping[str, object] | None = None) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=self._timeout_seconds)
        try:
            async with self._session.request(verb, url, json=parameters, timeout=timeout, allow_redirects=False) as answer:
                yield answer
        except (aiohttp.ClientError, OSError) as trouble:
            # Without the cause: some of aiohttp's sentences hold the URL, and so the token.
            raise Unavailable(f"Telegram cannot be reached ({type(trouble).__name__}).") from None


def _wait(parameters: object) -> timedelta | None:
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return timedelta(seconds=min(seconds, 86_400)) if isinstance(seconds, int) and seconds > 0 else None
