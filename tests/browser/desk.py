"""A served desk with its vendors around it, and the ways in which customers reach it."""

import asyncio
import shutil
import smtplib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession
from sqlalchemy.engine import make_url

from api.access import COOKIE
from app.operating import create_agent, create_token
from app.server import Serving, opened
from kernel.config import Settings
from tests.support import telegram_stand_in, twilio_stand_in
from tests.support.smtp_stand_in import SmtpStandIn
from tests.support.telegram_stand_in import TelegramStandIn
from tests.support.twilio_stand_in import TwilioStandIn

Json = dict[str, Any]

PASSWORD = "a long password"
SUPPORT, PHONE = "support@desk.example", "+15005550006"
STAFF = {"Ines": "agent", "Ravi": "agent", "Sol": "supervisor"}
PATIENCE_SECONDS = 20


def address(name: str) -> str:
    """Return the address under which somebody of the desk signs in."""
    return f"{name.lower()}@desk.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk with an inbox a channel, three people (Ines and Ravi answer, Sol supervises) and a team of two."""

    serving: Serving
    http: ClientSession
    mail: SmtpStandIn
    twilio: TwilioStandIn
    telegram: TelegramStandIn
    sessions: dict[str, str] = field(default_factory=dict)
    inboxes: dict[str, Json] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        """Its base."""
        return self.serving.url

    async def api(self, method: str, path: str, body: object = None) -> Json:
        """Ask the API as an administrator; anything but success fails the test."""
        async with self.http.request(method, f"{self.url}/api/v1{path}", json=body) as answer:
            content = await answer.read()
            assert answer.ok, content
            return orjson.loads(content) if content else {}

    async def write_mail(self, name: str, subject: str, text: str, html: str | None = None, *, sender: str | None = None, cc: str | None = None) -> None:
        """Let somebody write a mail, from an address that is made of their name where none is given; it has been taken in when this returns."""
        mail = EmailMessage()
        sender = sender or f"{name.lower().replace(' ', '.')}@customer.example"
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = f"{name} <{sender}>", SUPPORT, subject, f"<{next(self._numbers)}@customer.example>"
        if cc is not None:
            mail["Cc"] = cc
        mail.set_content(text)
        if html is not None:
            mail.add_alternative(html, subtype="html")
        await asyncio.to_thread(self._post, mail, sender)

    async def text(self, phone: str, text: str) -> None:
        """Let a phone send an SMS."""
        path = f"/hooks/sms/{self.inboxes['sms']['id']}"
        form = twilio_stand_in.incoming(f"SM{next(self._numbers)}", phone, PHONE, text)
        await self._call(path, *twilio_stand_in.signed(self.url + path, form))

    async def chat_by_telegram(self, user_id: int, first_name: str, last_name: str, text: str) -> None:
        """Let somebody write to the bot."""
        person: Json = {"id": user_id, "first_name": first_name, "last_name": last_name}
        place = {"from": person | {"is_bot": False}, "chat": person | {"type": "private"}}
        update = telegram_stand_in.private_message(next(self._numbers), user_id, text, **place)
        headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_stand_in.SECRET_TOKEN, "Content-Type": "application/json"}
        await self._call(f"/hooks/telegram/{self.inboxes['telegram']['id']}", orjson.dumps(update), headers)

    async def chat_on_site(self, text: str, *, name: str, email: str) -> None:
        """Let a visitor of the site write, and say who they are without proof."""
        said = {"client_id": f"c-{next(self._numbers)}", "text": text, "name": name, "email": email}
        async with ClientSession() as visitor, visitor.post(f"{self.url}/api/v1/chat/{self.inboxes['chat']['key']}/messages", json=said) as answer:
            assert answer.ok, await answer.text()

    async def promote(self, name: str) -> None:
        """Make an administrator of somebody."""
        agent = next(agent for agent in (await self.api("GET", "/agents"))["items"] if agent["name"] == name)
        await self.api("PATCH", f"/agents/{agent['id']}", {"role": "admin"})

    async def case_of(self, name: str) -> Json:
        """Return the open case of a customer."""
        return next(case for case in (await self.api("GET", "/cases?view=all"))["items"] if case["customer"]["name"] == name)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for the outbox to have carried something."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():
                await asyncio.sleep(0.02)

    def _post(self, mail: EmailMessage, sender: str) -> None:
        assert self.serving.smtp_port is not None
        with smtplib.SMTP("127.0.0.1", self.serving.smtp_port) as server:
            server.send_message(mail, sender, [SUPPORT])

    async def _call(self, path: str, content: bytes, headers: dict[str, str]) -> None:
        async with ClientSession() as vendor, vendor.post(self.url + path, data=content, headers=headers) as answer:
            assert answer.ok, await answer.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """A database in which somebody works already: an administrator's API token, and everybody's session."""

    file: Path
    token: str
    sessions: dict[str, str]


async def staffed(database_url: str, folder: Path) -> Staffed:
    """Hire everybody and let them sign in, once for all tests: passwords are slow to check, as they should be."""
    settings = _settings(database_url, folder)
    await create_agent(settings, name="Odile", email=address("Odile"), password=PASSWORD, role="admin")
    token = await create_token(settings, email=address("Odile"), name="set-up")
    sessions: dict[str, str] = {}
    async with opened(settings) as serving, ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        desk = Desk(serving=serving, http=http, mail=SmtpStandIn(), twilio=TwilioStandIn(), telegram=TelegramStandIn())
        hired = [await _hire(desk, name, role) for name, role in STAFF.items()]
        await desk.api("POST", "/teams", {"name": "First line", "member_ids": [agent["id"] for agent in hired if agent["role"] == "agent"]})
        for name in STAFF:
            async with ClientSession() as browser, browser.post(f"{desk.url}/api/v1/session", json={"email": address(name), "password": PASSWORD}) as answer:
                sessions[name] = answer.cookies[COOKIE].value
    return Staffed(file=Path(str(make_url(database_url).database)), token=token, sessions=sessions)


@asynccontextmanager
async def opened_desk(staff: Staffed, folder: Path, undo_seconds: float = 0) -> AsyncIterator[Desk]:
    """Start everything around a copy of a staffed database, and set up the inboxes through the API, as an operator would."""
    shutil.copyfile(staff.file, folder / "kindred.db")
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(SmtpStandIn())
        twilio = await stack.enter_async_context(TwilioStandIn())
        telegram = await stack.enter_async_context(TelegramStandIn())
        outside = {"twilio_api_url": twilio.url, "telegram_api_url": telegram.url, "webhook_networks": "127.0.0.0/8"}
        settings = _settings(f"sqlite+aiosqlite:///{folder / 'kindred.db'}", folder, smtp_listen_port=0, undo_seconds=undo_seconds, **outside)
        serving = await stack.enter_async_context(opened(settings))
        http = await stack.enter_async_context(ClientSession(headers={"Authorization": f"Bearer {staff.token}"}))
        desk = Desk(serving=serving, http=http, mail=mail, twilio=twilio, telegram=telegram, sessions=staff.sessions)
        for channel, at, given in (
            ("email", SUPPORT, {"smtp_host": "127.0.0.1", "smtp_port": str(mail.port), "smtp_security": "none"}),
            ("sms", PHONE, {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}),
            ("telegram", "@desk_bot", {"bot_token": telegram_stand_in.BOT_TOKEN, "secret_token": telegram_stand_in.SECRET_TOKEN, "mode": "webhook"}),
            ("chat", "desk.example", {}),
        ):
            desk.inboxes[channel] = await desk.api("POST", "/inboxes", {"channel": channel, "name": f"Desk {channel}", "address": at, "settings": given})
        yield desk


def _settings(database_url: str, folder: Path, **more: Any) -> Settings:
    return Settings(database_url=database_url, var_dir=folder / "var", secret_key="tests only", port=_free_port(), _env_file=None, **more)


async def _hire(desk: Desk, name: str, role: str) -> Json:
    return await desk.api("POST", "/agents", {"name": name, "email": address(name), "password": PASSWORD, "role": role})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
