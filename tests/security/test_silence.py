"""Logs hold no secret: a server that logs all it can serves every kind of call, good and bad, and then its lines are read."""

import asyncio
import os
import signal
import smtplib
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession, ClientTimeout, CookieJar, WSServerHandshakeError

from app.operating import create_agent, create_token
from kernel.config import Settings
from tests.api.desk import Json
from tests.architecture.source import ROOT
from tests.support import telegram_stand_in, twilio_stand_in
from tests.support.databases import SqliteFiles
from tests.support.smtp_stand_in import SmtpStandIn
from tests.support.torture import size
from tests.support.twilio_stand_in import TwilioStandIn

pytestmark = pytest.mark.torture

ADDRESS, PASSWORD, GUESS = "odile@desk.example", "the-right-password-of-odile", "a-wrong-password-of-odile"
SAID = "wordsthatacustomersaid"
CUSTOMER_MAIL, CUSTOMER_PHONE, CUSTOMER_NAME = "ada.quist@customer.example", "+447700900321", "Ada-Quist-Herself"
SUPPORT, PHONE = "support@desk.example", "+15005550006"


@dataclass(slots=True)
class Wiretap:
    """A running server, everything it has said, and whatever it may never say."""

    http: ClientSession
    url: str
    smtp_port: int
    secrets: dict[str, str]

    async def ask(self, method: str, path: str, body: object = None, *, content: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Ask, and return status and content."""
        data = content if content is not None else None if body is None else orjson.dumps(body)
        given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.http.request(method, f"{self.url}{path}", data=data, headers=given) as answer:
            return answer.status, await answer.read()


@pytest.mark.parametrize("as_json", [pytest.param(True, id="as JSON"), pytest.param(False, id="for a terminal")][: size(1, 2)])
async def test_no_line_holds_a_secret_an_address_or_what_somebody_said(sqlite_files: SqliteFiles, tmp_path: Path, as_json: bool) -> None:
    log = tmp_path / "log"
    async with SmtpStandIn() as mail, TwilioStandIn() as twilio:
        twilio.fail(400, 21211, f"{CUSTOMER_PHONE} is no number")
        async with _serving(sqlite_files, tmp_path, log, as_json, twilio.url) as tap:
            await _sign_in_and_out(tap)
            inboxes = await _set_up(tap, mail)
            await _vendors_call(tap, inboxes)
            await _customers_write(tap, inboxes)
            await _agents_work(tap, tmp_path)
            await _nonsense(tap)
            secrets = dict(tap.secrets)
    lines = log.read_text(errors="replace")
    assert lines.count("request") > 20, lines
    assert "webhook refused" in lines
    secrets |= {
        "password": PASSWORD, "guess": GUESS, "what was said": SAID, "mail address": CUSTOMER_MAIL, "phone": CUSTOMER_PHONE.lstrip("+"), "name": CUSTOMER_NAME,
        "agent's address": ADDRESS, "Twilio's token": twilio_stand_in.AUTH_TOKEN, "the bot's token": telegram_stand_in.BOT_TOKEN,
        "the hook's secret": telegram_stand_in.SECRET_TOKEN, "the master key": "master-key-for-this-test",
    }  # fmt: skip
    assert {what for what, secret in secrets.items() if secret.lower() in lines.lower()} == set()


async def _sign_in_and_out(tap: Wiretap) -> None:
    assert (await tap.ask("POST", "/api/v1/session", {"email": ADDRESS, "password": GUESS}))[0] == 401
    status, content = await tap.ask("POST", "/api/v1/session", {"email": ADDRESS, "password": PASSWORD})
    assert status == 200
    tap.secrets["CSRF token"] = orjson.loads(content)["csrf"]
    tap.secrets["session"] = next(cookie.value for cookie in tap.http.cookie_jar)
    await tap.ask("POST", "/api/v1/session", content=f'{{"email": "{ADDRESS}", "password": "{PASSWORD}"'.encode())
    await tap.ask("POST", "/api/v1/session", {"email": ADDRESS, "password": PASSWORD, "extra": PASSWORD})
    _, content = await tap.ask("POST", "/api/v1/tokens", {"name": "x"}, X_CSRF_Token=tap.secrets["CSRF token"])
    tap.secrets["fresh API token"] = orjson.loads(content)["token"]
    await tap.ask("POST", "/api/v1/tokens", {"name": "x"}, X_CSRF_Token="wrong")
    async with tap.http.ws_connect(f"{tap.url}/ws/agent", headers={"Origin": tap.url}) as wire:
        await wire.send_json({"type": "hello", "since": None})
        await wire.receive(timeout=5)
    # No place for a token, but somebody will try it.
    with suppress(WSServerHandshakeError):
        await tap.http.ws_connect(f"{tap.url}/ws/agent?token={tap.secrets['fresh API token']}", headers={"Origin": "https://evil.example"})
    await tap.ask("DELETE", "/api/v1/session", X_CSRF_Token=tap.secrets["CSRF token"])


async def _set_up(tap: Wiretap, mail: SmtpStandIn) -> dict[str, Json]:
    """Make an inbox on each channel as the admin's program."""
    inboxes = {}
    for channel, address, settings in (
        ("email", SUPPORT, {"smtp_host": "127.0.0.1", "smtp_port": str(mail.port), "smtp_security": "none"}),
        ("sms", PHONE, {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}),
        ("chat", "desk.example", {}),
    ):
        body = {"channel": channel, "name": f"Desk {channel}", "address": address, "settings": settings}
        status, content = await tap.ask("POST", "/api/v1/inboxes", body, Authorization=tap.secrets["bearer"])
        assert status == 201, content
        inboxes[channel] = orjson.loads(content)
    return inboxes


async def _vendors_call(tap: Wiretap, inboxes: dict[str, Json]) -> None:
    path = f"/hooks/sms/{inboxes['sms']['id']}"
    form = twilio_stand_in.incoming("SM1", CUSTOMER_PHONE, PHONE, SAID)
    body, headers = twilio_stand_in.signed(tap.url + path, form)
    tap.secrets["signature"] = headers["X-Twilio-Signature"]
    assert (await tap.ask("POST", path, content=body, **headers))[0] == 200
    for wrong in (body + b"&Body=x", b"\xff" + body):
        assert (await tap.ask("POST", path, content=wrong, **headers))[0] == 403
    nameless, headers = twilio_stand_in.signed(tap.url + path, {"Body": SAID, "From": CUSTOMER_PHONE})
    await tap.ask("POST", path, content=nameless, **headers)
    await tap.ask("POST", f"/hooks/telegram/1/{telegram_stand_in.BOT_TOKEN}", {"message": SAID}, X_Telegram_Bot_Api_Secret_Token=telegram_stand_in.SECRET_TOKEN)


async def _customers_write(tap: Wiretap, inboxes: dict[str, Json]) -> None:
    key = inboxes["chat"]["key"]
    async with ClientSession() as visitor, visitor.ws_connect(f"{tap.url}/ws/chat/{key}") as wire:
        await wire.send_json({"type": "hello"})
        tap.secrets["visitor"] = (await wire.receive_json(timeout=5))["visitor"]
        for frame in ({"type": "message", "client_id": "c1", "text": SAID, "name": CUSTOMER_NAME, "email": CUSTOMER_MAIL}, {"type": SAID}):
            await wire.send_json(frame)
            await wire.receive(timeout=5)
    await tap.ask("GET", f"/api/v1/chat/{key}/messages", X_Visitor=tap.secrets["visitor"])
    await asyncio.to_thread(_post, tap.smtp_port)


def _post(port: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = f"{CUSTOMER_NAME} <{CUSTOMER_MAIL}>", SUPPORT, SAID, f"<{SAID}@customer.example>"
    mail.set_content(SAID)
    mail.add_attachment(b"x", maintype="text", subtype=SAID, filename=f"{SAID}.txt")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail, CUSTOMER_MAIL, [SUPPORT])
        for line in (f"VRFY {CUSTOMER_MAIL}", f"MAIL FROM:<{CUSTOMER_MAIL}", f"RCPT TO:<{SAID}@elsewhere.example>", f"AUTH PLAIN {SAID}"):
            server.docmd(line)
    with socket.create_connection(("127.0.0.1", port)) as rude:
        rude.sendall(f"\xff{SAID}\r\nDATA\r\n{SAID}".encode("latin-1"))


async def _agents_work(tap: Wiretap, folder: Path) -> None:
    """Read, search and answer, also where the vendor refuses and where a file is gone."""
    bearer = tap.secrets["bearer"]
    _, content = await tap.ask("GET", f"/api/v1/search?q={SAID}", Authorization=bearer)
    assert SAID.encode() in content
    await tap.ask("GET", f"/api/v1/customers?q={CUSTOMER_MAIL}&oops={SAID}", Authorization=bearer)
    for case in orjson.loads((await tap.ask("GET", "/api/v1/cases", Authorization=bearer))[1])["items"]:
        detail = orjson.loads((await tap.ask("GET", f"/api/v1/cases/{case['id']}", Authorization=bearer))[1])
        body = {"text": SAID, "reply_option": detail["reply_options"][0]["key"]}
        await tap.ask("POST", f"/api/v1/cases/{case['id']}/reply", body, Authorization=bearer)
    _, content = await tap.ask("POST", "/api/v1/uploads", content=SAID.encode(), Authorization=bearer, X_File_Name=f"{SAID}.txt")
    # A fault of ours, with words of theirs near it.
    for blob in (folder / "var" / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    status, _ = await tap.ask("GET", f"/api/v1/attachments/{orjson.loads(content)['id']}?name={SAID}", Authorization=bearer)
    assert status >= 400
    await asyncio.sleep(1.5)


async def _nonsense(tap: Wiretap) -> None:
    """Say what is no HTTP at all: a library's own words would quote it."""
    port = int(tap.url.rpartition(":")[2])
    for said in (f"GET /{SAID} HTTP/9.9\r\nCookie: {SAID}\r\n\r\n", f"{SAID}\r\n\r\n", f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {SAID}\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said.encode())
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(500), 2)
        writer.close()
    await tap.ask("GET", f"/{SAID}/{CUSTOMER_MAIL}.php?password={PASSWORD}")


@asynccontextmanager
async def _serving(files: SqliteFiles, folder: Path, log: Path, as_json: bool, twilio_url: str) -> AsyncIterator[Wiretap]:
    """Run `kindred run` with all that it can say, and yield a way to talk to it; end it as an operator would."""
    port, smtp_port = _free_port(), _free_port()
    environment = {
        "KINDRED_DATABASE_URL": files.fresh(folder), "KINDRED_VAR_DIR": str(folder / "var"), "KINDRED_SECRET_KEY": "master-key-for-this-test",
        "KINDRED_PORT": str(port), "KINDRED_SMTP_LISTEN_PORT": str(smtp_port), "KINDRED_LOG_LEVEL": "DEBUG", "KINDRED_LOG_JSON": str(as_json),
        "KINDRED_TWILIO_API_URL": twilio_url, "KINDRED_UNDO_SECONDS": "0",
    }  # fmt: skip
    settings = Settings(database_url=environment["KINDRED_DATABASE_URL"], var_dir=folder / "var", secret_key="master-key-for-this-test", _env_file=None)
    await create_agent(settings, name="Odile", email=ADDRESS, password=PASSWORD, role="admin")
    token = await create_token(settings, email=ADDRESS, name="set-up")
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from app.start import main; main()", "run", stdout=said, stderr=said, cwd=folder,
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        )  # fmt: skip
        try:
            async with ClientSession(timeout=ClientTimeout(20), cookie_jar=CookieJar(unsafe=True)) as http:
                tap = Wiretap(http, f"http://127.0.0.1:{port}", smtp_port, {"bearer": f"Bearer {token}", "API token": token})
                await _answers(http, tap.url)
                yield tap
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 60)


async def _answers(http: ClientSession, url: str) -> None:
    async with asyncio.timeout(150):
        while True:
            with suppress(OSError):
                async with http.get(f"{url}/healthz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
