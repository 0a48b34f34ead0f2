"""The main job, from the outside: one person on four channels becomes one timeline, and each answer arrives where it was asked.

The server is the one that `kindred run` starts; mail goes over real SMTP both ways, vendors are stand-ins that speak their documented wire format.
"""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from app.operating import create_agent, create_token
from app.server import Serving, opened
from kernel.config import Settings
from tests.support import telegram_stand_in, twilio_stand_in
from tests.support.smtp_stand_in import SmtpStandIn
from tests.support.telegram_stand_in import TelegramStandIn
from tests.support.twilio_stand_in import TwilioStandIn

PHONE, ADDRESS = "+447700900123", "ada.quist@customer.example"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A served desk with an agent's token, and the vendors around it."""

    serving: Serving
    http: ClientSession
    mail: SmtpStandIn
    twilio: TwilioStandIn
    telegram: TelegramStandIn
    inboxes: dict[str, Json]

    async def api(self, method: str, path: str, body: object = None) -> Json:
        """Ask the API as the agent; anything but success fails the test."""
        async with self.http.request(method, f"{self.serving.url}/api/v1{path}", json=body) as answer:
            content = await answer.read()
            assert answer.ok, content
            return orjson.loads(content) if content else {}

    async def hook(self, path: str, content: bytes, headers: dict[str, str]) -> int:
        """Call a webhook as a vendor would: without the agent's token."""
        async with ClientSession() as vendor, vendor.post(self.serving.url + path, data=content, headers=headers) as answer:
            return answer.status

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for the outbox to have carried something."""
        async with asyncio.timeout(20):
            while not is_so():
                await asyncio.sleep(0.02)


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """Everything started, each inbox set up through the API."""
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(SmtpStandIn())
        twilio = await stack.enter_async_context(TwilioStandIn())
        telegram = await stack.enter_async_context(TelegramStandIn())
        settings = Settings(
            database_url=database_url, var_dir=tmp_path / "var", secret_key="tests only", port=_free_port(), smtp_listen_port=0, undo_seconds=0,
            twilio_api_url=twilio.url, telegram_api_url=telegram.url, _env_file=None,
        )  # fmt: skip
        await create_agent(settings, name="Ines", email="ines@desk.example", password="a long password", role="admin")
        token = await create_token(settings, email="ines@desk.example", name="acceptance")
        serving = await stack.enter_async_context(opened(settings))
        http = await stack.enter_async_context(ClientSession(headers={"Authorization": f"Bearer {token}"}))
        town = Town(serving=serving, http=http, mail=mail, twilio=twilio, telegram=telegram, inboxes={})
        for channel, address, given in (
            ("email", "support@desk.example", {"smtp_host": "127.0.0.1", "smtp_port": str(mail.port), "smtp_security": "none"}),
            ("sms", "+15005550006", {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}),
            ("telegram", "@desk_bot", {"bot_token": telegram_stand_in.BOT_TOKEN, "secret_token": telegram_stand_in.SECRET_TOKEN, "mode": "webhook"}),
            ("chat", "desk.example", {}),
        ):
            town.inboxes[channel] = await town.api("POST", "/inboxes", {"channel": channel, "name": channel, "address": address, "settings": given})
        yield town


async def test_one_person_on_four_channels(town: Town) -> None:
    """Phone and Telegram are one by the contact card; what was only typed is asked, and answered by the agent."""
    await _text(town, "SM1", "Hello, where is order 4821?")
    await _telegram_card(town)
    await asyncio.to_thread(_mail, town, f"From: Ada Quist <{ADDRESS}>", "Order 4821", "<first@customer.example>", None)
    widget = await town.http.ws_connect(f"{town.serving.url}/ws/chat/{town.inboxes['chat']['key']}", headers={"Origin": town.serving.url})
    await _chat(widget, "It is me again, about 4821", "c-1", email=ADDRESS)

    cases = (await town.api("GET", "/cases?view=all"))["items"]
    customers = {case["customer"]["id"] for case in cases}
    assert len(customers) == 3, "the contact card joins SMS and Telegram; the rest is for an agent to say"
    by_mail = next(case["customer"]["id"] for case in cases if case["inbox"]["channel"] == "email")
    [proposal] = (await town.api("GET", "/proposals"))["items"]
    assert by_mail in (proposal["other"]["id"], proposal["left"]["id"])
    await town.api("POST", f"/proposals/{proposal['id']}/answer", {"answer": "same"})
    by_phone = next(case["customer"]["id"] for case in cases if case["inbox"]["channel"] == "sms")
    await town.api("POST", f"/customers/{by_phone}/merge", {"other_id": by_mail})

    timeline = (await town.api("GET", f"/customers/{by_phone}/timeline?limit=100"))["items"]
    messages = [entry["message"] for entry in timeline if entry["type"] == "message"]
    assert sorted(message["channel"] for message in messages) == ["chat", "email", "sms", "telegram"]
    assert len({case["customer"]["id"] for case in (await town.api("GET", "/cases?view=all"))["items"]}) == 1
    await widget.close()


async def test_each_answer_arrives_where_it_was_asked(town: Town) -> None:
    await _text(town, "SM1", "Hello by SMS")
    await _telegram_card(town)
    await asyncio.to_thread(_mail, town, f"From: Ada Quist <{ADDRESS}>", "A question", "<q@customer.example>", None)
    widget = await town.http.ws_connect(f"{town.serving.url}/ws/chat/{town.inboxes['chat']['key']}", headers={"Origin": town.serving.url})
    await _chat(widget, "Hello by chat", "c-1")
    for case in (await town.api("GET", "/cases?view=all"))["items"]:
        detail = await town.api("GET", f"/cases/{case['id']}")
        for option in detail["reply_options"]:
            if option["conversation_id"] is not None:
                detail = await town.api("GET", f"/cases/{case['id']}")
                await town.api(
                    "POST", f"/cases/{case['id']}/reply",
                    {"text": f"Answer by {option['channel']}", "reply_option": option["key"], "seen_message_id": detail["newest_message_id"]},
                )  # fmt: skip
    await town.until(lambda: bool(town.mail.sent and town.twilio.sent and town.telegram.sent))
    assert (town.twilio.sent[0].to, town.twilio.sent[0].body) == (PHONE, "Answer by sms")
    assert "Answer by telegram" in str(town.telegram.sent[0])
    answer = town.mail.sent[0]
    assert answer.recipients == (ADDRESS,)
    assert (answer.message["In-Reply-To"], answer.message["Subject"]) == ("<q@customer.example>", "Re: A question")
    assert (await _heard(widget))["text"] == "Answer by chat"
    await widget.close()

    # The customer's mail program answers our mail: same conversation, same case.
    before = len((await town.api("GET", "/cases?view=all"))["items"])
    await asyncio.to_thread(_mail, town, f"From: Ada Quist <{ADDRESS}>", "Re: A question", "<q2@customer.example>", str(answer.message["Message-ID"]))
    assert len((await town.api("GET", "/cases?view=all"))["items"]) == before


async def test_vendors_repeat_themselves_and_nothing_is_doubled(town: Town) -> None:
    await asyncio.gather(*(_text(town, "SM7", "once") for _ in range(3)))
    await asyncio.gather(*(_telegram_card(town) for _ in range(3)))
    for _ in range(2):
        await asyncio.to_thread(_mail, town, f"From: {ADDRESS}", "Twice", "<twice@customer.example>", None)
    found = (await town.api("GET", "/cases?view=all"))["items"]
    entries = [(await town.api("GET", f"/cases/{case['id']}/timeline"))["items"] for case in found]
    ids = {entry["id"] for timeline in entries for entry in timeline if entry["type"] == "message"}
    assert len(ids) == 3


async def _text(town: Town, sid: str, text: str) -> None:
    path = f"/hooks/sms/{town.inboxes['sms']['id']}"
    content, headers = twilio_stand_in.signed(town.serving.estate.house.settings.base_url + path, twilio_stand_in.incoming(sid, PHONE, "+15005550006", text))
    assert await town.hook(path, content, headers) == 200


async def _telegram_card(town: Town) -> None:
    card = {"phone_number": PHONE, "first_name": "Ada", "last_name": "Quist", "user_id": 42}
    update = telegram_stand_in.private_message(7, 42, contact=card)
    headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_stand_in.SECRET_TOKEN, "Content-Type": "application/json"}
    assert await town.hook(f"/hooks/telegram/{town.inboxes['telegram']['id']}", orjson.dumps(update), headers) == 200


def _mail(town: Town, sender: str, subject: str, message_id: str, answers: str | None) -> None:
    mail = EmailMessage()
    mail["From"] = sender.removeprefix("From: ")
    mail["To"], mail["Subject"], mail["Message-ID"] = "support@desk.example", subject, message_id
    if answers is not None:
        mail["In-Reply-To"] = answers
    mail.set_content("Good morning,\n\nwhere is my order?\n\nAda")
    assert town.serving.smtp_port is not None
    with smtplib.SMTP("127.0.0.1", town.serving.smtp_port) as server:
        server.send_message(mail, ADDRESS, ["support@desk.example"])


async def _chat(widget: ClientWebSocketResponse, text: str, client_id: str, **more: str) -> None:
    await widget.send_json({"type": "hello", "visitor": None, "since": None, "page_locale": "en"})
    await widget.send_json({"type": "message", "client_id": client_id, "text": text, **more})
    async with asyncio.timeout(20):
        while (await widget.receive_json())["type"] != "ack":
            pass


async def _heard(widget: ClientWebSocketResponse) -> Json:
    async with asyncio.timeout(20):
        while True:
            frame: Json = await widget.receive_json()
            if frame["type"] == "message" and frame["message"]["direction"] == "out":
                found: Json = frame["message"]
                return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
