"""A stand-in for Telegram's Bot API that remembers what it was sent, hands out updates and files, and fails when told to.

https://core.telegram.org/bots/api

By itself: `python -m tests.support.telegram_stand_in PORT`; then `GET /_sent` lists what it got, `POST /_update` queues an update for
getUpdates and `POST /_fail` (a Fault as JSON, and `times`) makes it fail.
"""

import asyncio
import sys
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.support.misbehaviour import Fault, Faults
from tests.support.serving import Served, run

BOT_TOKEN = "123456:a-token-that-only-telegram-knows"
SECRET_TOKEN = "a-secret-that-only-telegram-knows"
MOMENT = 1_773_221_400  # 2026-03-11T09:30:00Z

Update = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """One thing that a bot has said: a text, or a file with its name and size."""

    method: str
    chat_id: str
    message_id: int
    text: str | None
    file_name: str | None = None
    media_type: str | None = None
    size: int = 0


def private_message(update_id: int, user_id: int, text: str | None = None, **more: object) -> Update:
    """Return an update with a message from a private chat; `more` are further fields of the message."""
    person = {"id": user_id, "first_name": "Ada", "last_name": "Quist", "username": "ada_quist"}
    message: Update = {
        "message_id": update_id,
        "from": person | {"is_bot": False, "language_code": "en"},
        "chat": person | {"type": "private"},
        "date": MOMENT + update_id % 86_400,
    }
    return {"update_id": update_id, "message": message | ({"text": text} if text is not None else {}) | more}


class TelegramStandIn:
    """One bot's Bot API; `sent` is what the bot has said, `files` what getFile knows, by file_id."""

    def __init__(self, port: int = 0, bot_token: str | None = BOT_TOKEN) -> None:
        self.sent: list[SentPart] = []
        self.calls: list[str] = []
        self.files: dict[str, bytes] = {}
        self.blocked: set[str] = set()
        self.webhook: str | None = None
        self.webhook_secret: str | None = None
        self.waiting = asyncio.Event()  # set while somebody waits for an update
        self.bot_token = bot_token
        self._updates: list[Update] = []
        self._news = asyncio.Condition()
        self._faults = Faults()
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.router.add_get("/_sent", self._list)
        app.router.add_post("/_update", self._queue)
        app.router.add_post("/_fail", self._obey)
        self._served = Served(app, port)
        self._methods = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "getFile": self._get_file,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "sendMessage": self._send,
            "sendPhoto": self._send,
            "sendDocument": self._send,
        }

    @property
    def url(self) -> str:
        """Its base URL, for KINDRED_TELEGRAM_API_URL."""
        return self._served.url

    @property
    def pending(self) -> list[int]:
        """The ids of updates that nobody has confirmed yet."""
        return [int(str(update["update_id"])) for update in self._updates]

    async def __aenter__(self) -> Self:
        await self._served.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._faults.release()
        await self._served.__aexit__(kind, error, trace)

    def fail(self, status: int = 500, words: str = "Internal Server Error", **more: object) -> None:
        """Fail the next call (or the next `times`) with the Bot API's kind of error; see Fault for what else there is."""
        times = int(str(more.pop("times", 1)))
        self._faults.add(Fault(status=status, words=words, **more), times)  # type: ignore[arg-type]

    async def push(self, update: Update) -> None:
        """Queue an update for getUpdates and wake who waits for one."""
        async with self._news:
            self._updates.append(update)
            self._news.notify_all()

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append(method)
        fault = await self._faults.next(method)
        if fault is not None:
            return _problem(fault)
        if self.bot_token is not None and request.match_info["token"] != self.bot_token:
            return _problem(Fault(status=401, words="Unauthorized"))
        handler = self._methods.get(method)
        if handler is None:
            return _problem(Fault(status=404, words="Not Found"))
        parameters: dict[str, object] = dict(request.query)
        if request.content_type == "application/json":
            parameters |= await request.json()
        elif request.can_read_body:
            parameters |= dict(await request.post())
        answer = await handler(method, parameters)
        return _problem(answer) if isinstance(answer, Fault) else web.json_response({"ok": True, "result": answer})

    async def _get_me(self, method: str, parameters: dict[str, object]) -> object:
        return {"id": 123456, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}

    async def _get_updates(self, method: str, parameters: dict[str, object]) -> object:
        if self.webhook:
            return Fault(status=409, words="Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
        offset, limit, wait = (int(str(parameters.get(name, usual))) for name, usual in (("offset", 0), ("limit", 100), ("timeout", 0)))
        async with self._news:
            self._updates = [one for one in self._updates if int(str(one["update_id"])) >= offset]
            if not self._updates and wait:
                self.waiting.set()
                try:
                    await asyncio.wait_for(self._news.wait(), wait)
                except TimeoutError:
                    return []
                finally:
                    self.waiting.clear()
            return [one for one in self._updates if int(str(one["update_id"])) >= offset][:limit]

    async def _get_file(self, method: str, parameters: dict[str, object]) -> object:
        file_id = str(parameters.get("file_id"))
        if file_id not in self.files:
            return Fault(status=400, words="Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            return Fault(status=400, words="Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": f"documents/{file_id}"}

    async def _set_webhook(self, method: str, parameters: dict[str, object]) -> object:
        self.webhook, self.webhook_secret = str(parameters["url"]), str(parameters.get("secret_token", ""))
        return True

    async def _delete_webhook(self, method: str, parameters: dict[str, object]) -> object:
        self.webhook = self.webhook_secret = None
        return True

    async def _send(self, method: str, parameters: dict[str, object]) -> object:
        chat_id, text = str(parameters.get("chat_id", "")), parameters.get("text", parameters.get("caption"))
        if not chat_id.lstrip("-").isdigit():
            return Fault(status=400, words="Bad Request: chat not found")
        if chat_id in self.blocked:
            return Fault(status=403, words="Forbidden: bot was blocked by the user")
        message_id = 1000 + len(self.sent)
        message: dict[str, object] = {"message_id": message_id, "date": MOMENT, "chat": {"id": int(chat_id), "type": "private", "first_name": "Ada"}}
        part = SentPart(method=method, chat_id=chat_id, message_id=message_id, text=str(text) if text is not None else None)
        if method == "sendMessage":
            if not part.text or len(part.text) > 4096:
                return Fault(status=400, words=f"Bad Request: message {'is too long' if part.text else 'text is empty'}")
            message["text"] = part.text
        else:
            file = _attached(parameters, "photo" if method == "sendPhoto" else "document")
            if file is None:
                return Fault(status=400, words="Bad Request: there is no file in the request")
            content = file.file.read()
            part = SentPart(
                method=method,
                chat_id=chat_id,
                message_id=message_id,
                text=part.text,
                file_name=file.filename,
                media_type=file.content_type,
                size=len(content),
            )
            self.files[f"sent-{message_id}"] = content
            message |= _described(method, message_id, part)
        self.sent.append(part)
        return message

    async def _file(self, request: web.Request) -> web.Response:
        fault = await self._faults.next("file")
        if fault is not None:
            return web.Response(status=fault.status)
        content = self.files.get(request.match_info["path"].removeprefix("documents/"))
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="application/octet-stream")

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self.sent])

    async def _queue(self, request: web.Request) -> web.Response:
        await self.push(await request.json())
        return web.json_response({})

    async def _obey(self, request: web.Request) -> web.Response:
        self.fail(**await request.json())
        return web.json_response({})


def _attached(parameters: dict[str, object], name: str) -> web.FileField | None:
    # multipart: the parameter says attach://<name of another part>
    file = parameters.get(str(parameters.get(name, "")).removeprefix("attach://"))
    return file if isinstance(file, web.FileField) else None


def _described(method: str, message_id: int, part: SentPart) -> dict[str, object]:
    file = {"file_id": f"sent-{message_id}", "file_unique_id": f"u{message_id}", "file_size": part.size}
    if method == "sendPhoto":
        return {"photo": [file | {"width": 90, "height": 90}]}
    return {"document": file | {"file_name": part.file_name, "mime_type": part.media_type}}


def _problem(fault: Fault) -> web.Response:
    if fault.body is not None:
        return web.Response(status=fault.status, text=fault.body)
    said: dict[str, object] = {"ok": False, "error_code": fault.status, "description": fault.words}
    if fault.retry_after is not None:
        said["parameters"] = {"retry_after": fault.retry_after}
    return web.json_response(said, status=fault.status)


if __name__ == "__main__":
    run(lambda port: TelegramStandIn(port, bot_token=None), int(sys.argv[1]))
