"""The Bot API's sending half, by aiogram; imported when the first message is sent."""

from collections import OrderedDict
from datetime import timedelta

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import BufferedInputFile, Message

from channels.contract import Account, OutboundFile, OutboundMessage
from kernel.errors import Unavailable, Undeliverable

MOST_PHOTO_BYTES = 10 * 1024 * 1024  # https://core.telegram.org/bots/api#sendphoto
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
_REMEMBERED = 1000


class _Session(AiohttpSession):
    """aiogram's session, without its stumble over a 5xx that has no description."""

    def check_response(self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str) -> Response[TelegramType]:
        """Return the parsed answer, or raise what its status means."""
        if status_code >= 500:
            raise TelegramServerError(method=method, message=f"status {status_code}")
        return super().check_response(bot, method, status_code, content)


class Bots:
    """Sends for any bot over one pool of connections, and remembers how far each message has come."""

    def __init__(self, base_url: str | None, timeout_seconds: float) -> None:
        self._session = _Session(api=TelegramAPIServer.from_base(base_url) if base_url else PRODUCTION, timeout=timeout_seconds)
        # A message of several parts that was stopped half-way goes on, so that no part is said twice.
        self._sent: OrderedDict[tuple[int, int], list[str]] = OrderedDict()

    async def send(self, account: Account, message: OutboundMessage) -> str:
        """Send what has not been sent yet; return the vendor's id of the first part, `<chat>:<message id>`.

        Raises:
            Unavailable: again later.
            Undeliverable: never again; Telegram's words.
        """
        key = (account.inbox_id, message.message_id)
        done = self._sent.setdefault(key, [])
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        bot = Bot(account.settings["bot_token"], session=self._session)
        parts: list[str | OutboundFile] = [*([message.text] if message.text.strip() else []), *message.files]
        if not parts:
            raise Undeliverable("There is nothing to send.")
        for part in parts[len(done) :]:
            done.append(await self._carry(bot, message.recipient, part))
        self._sent.pop(key, None)
        return done[0]

    async def close(self) -> None:
        """Give back the connections."""
        await self._session.close()

    async def _carry(self, bot: Bot, chat: str, part: str | OutboundFile) -> str:
        try:
            sent = await _send(bot, chat, part)
            return f"{sent.chat.id}:{sent.message_id}"
        except ClientDecodeError as odd:
            taken = _taken(odd.data)
            if taken is None:
                raise Unavailable("Telegram's answer made no sense.") from None
            return taken
        except TelegramRetryAfter as busy:
            raise Unavailable("Telegram asks us to slow down.", retry_after=timedelta(seconds=busy.retry_after)) from None
        except (TelegramUnauthorizedError, TelegramNotFound):
            # Nothing is wrong with the message: it goes out as soon as the inbox has the right token.
            raise Unavailable("Telegram does not know the bot's token.") from None
        except TelegramEntityTooLarge:
            raise Undeliverable("Telegram: the file is too large.") from None
        except (TelegramNetworkError, TelegramServerError, OSError) as trouble:
            raise Unavailable(f"Telegram cannot take it now ({type(trouble).__name__}).") from None
        except TelegramAPIError as refused:
            raise Undeliverable(f"Telegram: {refused.message[:300]}") from None
        except AiogramError as trouble:
            raise Undeliverable(f"Telegram: the bot cannot send it ({type(trouble).__name__}).") from None


def _taken(answer: object) -> str | None:
    """Return the id of a message that Telegram took although aiogram does not understand all of its answer: trying again would say it twice."""
    result = answer.get("result") if isinstance(answer, dict) and answer.get("ok") is True else None
    chat = result.get("chat") if isinstance(result, dict) else None
    return f"{chat.get('id')}:{result.get('message_id')}" if isinstance(result, dict) and isinstance(chat, dict) else None


async def _send(bot: Bot, chat: str, part: str | OutboundFile) -> Message:
    if isinstance(part, str):
        return await bot.send_message(chat, part)
    file = BufferedInputFile(part.content, filename=part.name)
    if part.media_type in _PHOTOS and len(part.content) <= MOST_PHOTO_BYTES:
        return await bot.send_photo(chat, file)
    return await bot.send_document(chat, file)
