"""Kindred as a process of its own, and what an agent does there by the HTTP API."""

import asyncio
import signal
import smtplib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import orjson
from aiohttp import ClientSession

from app.operating import create_agent, create_token
from kernel.config import Settings
from tests.acceptance_mail.mail_servers import PASSWORD, MailServers
from tests.torture.process import Nursery, Server, free_ports

Json = dict[str, Any]
_SO_WITHIN = 30.0  # seconds
_ANY = TypeVar("_ANY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk between the mail servers; `server` can be killed and started again."""

    post: MailServers
    server: Server
    http: ClientSession
    database: Path

    async def api(self, method: str, path: str, body: object = None) -> Json:
        """Ask the API as an administrator; anything but success fails the test."""
        async with self.http.request(method, f"{self.server.url}/api/v1{path}", json=body) as answer:
            content = await answer.read()
            assert answer.ok, content
            return orjson.loads(content) if content else {}

    async def inbox(self, address: str, *, is_fetched: bool = True, **more: str) -> Json:
        """Set up an inbox that sends by Postfix and, unless it is only delivered to, fetches from Dovecot and waits for its IDLE."""
        self.post.add(address)
        settings = {"smtp_host": "127.0.0.1", "smtp_port": str(self.post.smtp), "smtp_security": "none"}
        if is_fetched:
            settings |= {"imap_host": "127.0.0.1", "imap_port": str(self.post.imap), "imap_user": address, "imap_password": PASSWORD}
            # A look before this is one that the server asked for.
            settings |= {"imap_security": "none", "poll_seconds": "3600"}
        made = await self.api("POST", "/inboxes", {"channel": "email", "name": address, "address": address, "settings": {**settings, **more}})
        if is_fetched and not more:
            await self.until(lambda: self.health(made), lambda health: health["last_seen_at"] is not None)
        return made

    async def health(self, inbox: Json) -> Json:
        """Return how an inbox is doing."""
        return dict((await self.api("GET", f"/inboxes/{inbox['id']}"))["health"])

    async def cases(self, **query: str) -> list[Json]:
        """Return the cases at work, the newest first."""
        asked = "".join(f"&{name}={value}" for name, value in query.items())
        return list((await self.api("GET", f"/cases?view=all&limit=200{asked}"))["items"])

    async def one_case(self) -> Json:
        """Wait for a case, and return the only one."""
        [case] = await self.until(self.cases)
        return dict(case)

    async def messages(self, case: Json) -> list[Json]:
        """Return what was said in a case, oldest first."""
        entries = (await self.api("GET", f"/cases/{case['id']}/timeline?limit=200"))["items"]
        return [entry["message"] for entry in reversed(entries) if entry["type"] == "message" and entry["in_case"]]

    async def reply(self, case: Json, text: str, **more: object) -> Json:
        """Answer where the case would be answered."""
        detail = await self.api("GET", f"/cases/{case['id']}")
        [option] = [option for option in detail["reply_options"] if option["is_default"]]
        return await self.api(
            "POST", f"/cases/{case['id']}/reply", {"text": text, "reply_option": option["key"], "seen_message_id": detail["newest_message_id"], **more}
        )

    async def comes_to(self, message: Json, state: str) -> Json:
        """Wait until a reply's delivery has come to a state, and return the delivery."""

        async def delivery() -> Json:
            return dict((await self.api("GET", f"/messages/{message['id']}"))["delivery"])

        return await self.until(delivery, lambda found: found["state"] == state)

    async def until(self, ask: Callable[[], Awaitable[_ANY]], is_so: Callable[[_ANY], object] = bool) -> _ANY:
        """Ask until it is so, and return the answer."""
        try:
            async with asyncio.timeout(_SO_WITHIN):
                while not is_so(found := await ask()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"it stayed {await ask()!r}; {self.server.log.read_text()[-2000:]}") from None
        return found

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process."""
        await self.server.end(how)

    async def start(self) -> None:
        """Start the process again, where it was."""
        await self.server.start()
        await self.server.ready()


@asynccontextmanager
async def opened(post: MailServers, nursery: Nursery, database_url: str, folder: Path, **environment: str) -> AsyncIterator[Desk]:
    """Yield a desk on an empty SQLite database that listens where Postfix will look for it; nothing of it is left running."""
    given = {"database_url": database_url, "var_dir": str(folder / "var"), "secret_key": "tests only", "undo_seconds": "0", "log_level": "WARNING"}
    settings = Settings(_env_file=None, **given)  # type: ignore[arg-type]
    await create_agent(settings, name="Ines", email="ines@desk.example", password="a long password", role="admin")
    token = await create_token(settings, email="ines@desk.example", name="acceptance")
    named = {f"KINDRED_{name.upper()}": value for name, value in given.items()} | environment
    [port] = free_ports(1)
    server = Server(nursery=nursery, environment=named, folder=folder, port=port, smtp_port=post.door_smtp, lmtp_port=post.door_lmtp)
    try:
        async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            desk = Desk(post=post, server=server, http=http, database=Path(database_url.partition(":///")[2]))
            await desk.start()
            yield desk
    finally:
        await server.end()


def mail(sender: str, to: str | None, subject: str, text: str = "Good morning,\n\nwhere is my lamp?\n\nAda", **headers: str) -> EmailMessage:
    """Return a mail as a person's program writes it."""
    letter = EmailMessage()
    letter["From"] = f"Ada Quist <{sender}>"
    if to is not None:
        letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = f"<{uuid.uuid4().hex}@{sender.partition('@')[2]}>"
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return letter


def post_mails(post: MailServers, letters: Sequence[EmailMessage], recipients: Sequence[str]) -> None:
    """Hand mails to Postfix, as the mail program of whoever they are from."""
    with smtplib.SMTP("127.0.0.1", post.smtp, timeout=30) as server:
        for letter in letters:
            server.send_message(letter, str(letter["From"]).rpartition("<")[2].rstrip(">"), list(recipients))


async def posted(post: MailServers, letter: EmailMessage, *recipients: str) -> None:
    """Send one mail."""
    await asyncio.to_thread(post_mails, post, [letter], recipients)
