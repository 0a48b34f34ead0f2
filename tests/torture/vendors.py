"""The four channels' senders: each posts a letter as its vendor would, and says whether it was acknowledged."""

import asyncio
import hashlib
import random
import smtplib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientWebSocketResponse, WSMsgType

from tests.support import telegram_stand_in, twilio_stand_in
from tests.torture.books import Letter
from tests.torture.process import Server
from tests.torture.town import MAILBOX, NUMBER, PUBLIC_URL, Town

# What says "not now, come again": HTTP's, SMTP's and the socket's words for it, and two for a server that is going.
LATER = frozenset({"503", "429", "451", "421", "1013", "1001", "1006"})
_LARGE_EVERY = 10  # mails
_LARGE = 90_000  # bytes: more than a row keeps, so that blobs are part of it
_ANSWER_WITHIN = 30.0


@dataclass(slots=True)
class Vendors:
    """Everybody who sends to a town; `answers` counts what servers said besides yes."""

    town: Town
    http: ClientSession
    dice: random.Random
    answers: dict[str, int] = field(default_factory=dict)
    _visitors: dict[int, str] = field(default_factory=dict)

    async def post(self, letter: Letter, server: Server) -> bool:
        """Send a letter to one of the servers and return whether it was acknowledged; whatever breaks on the way is a no."""
        ways: dict[str, Callable[[Letter, Server], Awaitable[bool]]] = {
            "sms": self._sms, "telegram": self._telegram, "email": self._email, "chat": self._chat,
        }  # fmt: skip
        letter.tries += 1
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                return await ways[letter.channel](letter, server)
        except smtplib.SMTPResponseException as refused:
            self._note(letter.channel, str(refused.smtp_code))
        except smtplib.SMTPRecipientsRefused as refused:
            for code, _ in refused.recipients.values():
                self._note(letter.channel, str(code))
        except (OSError, ClientError, TimeoutError, smtplib.SMTPException) as broken:
            self._note(letter.channel, str(broken.code) if isinstance(broken, SocketEnded) and broken.code else type(broken).__name__)
        return False

    async def _sms(self, letter: Letter, server: Server) -> bool:
        path = f"/hooks/sms/{self.town.inboxes['sms']}"
        form = twilio_stand_in.incoming(f"SM{letter.number:032x}", f"+447700{letter.sender:06}", NUMBER, f"Where is my lamp? {letter.mark}")
        return await self._hook(letter, server, path, *twilio_stand_in.signed(PUBLIC_URL + path, form))

    async def _telegram(self, letter: Letter, server: Server) -> bool:
        update = telegram_stand_in.private_message(letter.number + 1, 1000 + letter.sender, f"Where is my lamp? {letter.mark}")
        headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_stand_in.SECRET_TOKEN, "Content-Type": "application/json"}
        return await self._hook(letter, server, f"/hooks/telegram/{self.town.inboxes['telegram']}", orjson.dumps(update), headers)

    async def _hook(self, letter: Letter, server: Server, path: str, content: bytes, headers: dict[str, str]) -> bool:
        async with self.http.post(server.url + path, data=content, headers=headers) as answer:
            await answer.read()
            return self._is_taken(letter, answer)

    async def _email(self, letter: Letter, server: Server) -> bool:
        mail = EmailMessage()
        sender = f"customer{letter.sender}@customer.example"
        mail["From"], mail["To"], mail["Subject"] = sender, MAILBOX, f"Lamp of customer {letter.sender}"
        mail["Message-ID"] = f"<{letter.mark}@customer.example>"
        mail.set_content(f"Where is my lamp? {letter.mark}\n")
        if letter.number % _LARGE_EVERY == 7:
            mail.add_attachment(random.Random(letter.number).randbytes(_LARGE), "application", "octet-stream", filename="lamp.bin")
        # Whichever it is, it is the same one each time.
        is_lmtp = letter.number % 3 == 0
        await asyncio.to_thread(deliver, mail, sender, server.lmtp_port if is_lmtp else server.smtp_port, is_lmtp)
        return True

    async def _chat(self, letter: Letter, server: Server) -> bool:
        """Write by HTTP or by socket; who writes for the first time by HTTP has no token yet, also when they write it again."""
        client_id = hashlib.sha256(letter.mark.encode()).hexdigest()[:32]
        if letter.number // 4 % 2:
            said = {"client_id": client_id, "text": letter.mark} | ({"visitor": known} if (known := self._visitors.get(letter.sender)) else {})
            async with self.http.post(f"{server.url}/api/v1/chat/{self.town.chat_key}/messages", json=said) as answer:
                content = await answer.read()
                if self._is_taken(letter, answer):
                    self._visitors.setdefault(letter.sender, orjson.loads(content)["visitor"])
                return answer.ok
        async with self.http.ws_connect(f"{server.url}/ws/chat/{self.town.chat_key}", headers={"Origin": PUBLIC_URL}) as socket:
            await socket.send_json({"type": "hello", "visitor": self._visitors.get(letter.sender), "since": None, "page_locale": "en"})
            token = (await _frame(socket))["visitor"]
            # Of several at once one is greeted first; the others are strangers.
            if self._visitors.setdefault(letter.sender, token) != token:
                return False
            await socket.send_json({"type": "message", "client_id": client_id, "text": letter.mark})
            while (frame := await _frame(socket)).get("client_id") != client_id:
                pass
            if frame["type"] != "ack":
                self._note("chat", frame["code"])
            return bool(frame["type"] == "ack")

    def _is_taken(self, letter: Letter, answer: ClientResponse) -> bool:
        if not answer.ok:
            self._note(letter.channel, str(answer.status))
        # Who is to come again is told when.
        assert answer.status not in {429, 503} or int(answer.headers["Retry-After"]) >= 1
        return answer.ok

    def _note(self, channel: str, what: str) -> None:
        self.answers[f"{channel} {what}"] = self.answers.get(f"{channel} {what}", 0) + 1


class SocketEnded(ConnectionError):
    """The server closed the socket with this code, or it broke without any."""

    def __init__(self, code: object) -> None:
        super().__init__(f"the socket ended with {code}")
        self.code = code


async def _frame(socket: ClientWebSocketResponse[bool]) -> dict[str, Any]:
    """Return the next frame; a socket that ends is a connection that broke."""
    frame = await socket.receive()
    if frame.type is not WSMsgType.TEXT:
        raise SocketEnded(frame.data)
    said: dict[str, Any] = orjson.loads(frame.data)
    return said


def deliver(mail: EmailMessage, sender: str, port: int, is_lmtp: bool) -> None:
    """Hand a mail over by SMTP or LMTP, or raise what the library does."""
    kind = smtplib.LMTP if is_lmtp else smtplib.SMTP
    with kind("127.0.0.1", port, local_hostname="customer.example", timeout=_ANSWER_WITHIN) as server:
        server.send_message(mail, sender, [MAILBOX])
