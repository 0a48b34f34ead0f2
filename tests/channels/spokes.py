"""The adapters under test: each with an account, the vendor it sends to, and how that vendor signs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from channels.chat.adapter import ChatAdapter
from channels.contract import Account, Adapter, OutboundFile, OutboundMessage, RawPayload, WebhookRequest
from channels.email.adapter import EmailAdapter
from channels.sms.adapter import SmsAdapter
from channels.telegram.adapter import TelegramAdapter
from kernel.clock import MovedClock
from kernel.config import Settings
from tests.conftest import MOMENT
from tests.support import smtp_stand_in as smtp
from tests.support import telegram_stand_in as bot_api
from tests.support import twilio_stand_in as twilio

SAMPLES = Path(__file__).parent / "samples"
INBOX = 7_318_349_394_477_056
PUBLIC = "https://desk.example.com"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An adapter that can send, and how to make its vendor fail; `said` are the texts that the vendor took, `calls` all it was asked."""

    adapter: Adapter
    account: Account
    said: Callable[[], list[str]]
    calls: Callable[[], int] = lambda: 0
    be_busy: Callable[[], None] | None = None
    refuse: Callable[[], None] | None = None
    talk_nonsense: Callable[[], None] | None = None
    hang: Callable[[], None] | None = None


class Spoke(Protocol):
    """One adapter under test."""

    channel: str
    account: Account
    secrets: tuple[str, ...]
    recipient: str

    def adapter(self) -> Adapter:
        """Return the adapter with nobody behind it: every call would find a closed port."""
        ...

    def ready(self) -> AbstractAsyncContextManager[Ready]:
        """Return the adapter with its vendor's stand-in."""
        ...

    def payload(self, body: bytes, sample: str = "") -> RawPayload:
        """Return a body as it would have come over the wire."""
        ...


class Signed(Spoke, Protocol):
    """One whose vendor calls us."""

    def request(self, body: bytes, tail: str = "") -> WebhookRequest:
        """Return a call with the vendor's own signature."""
        ...

    def forgeries(self, body: bytes) -> dict[str, WebhookRequest]:
        """Return calls that the vendor never made, by what is wrong with them."""
        ...


def nobody_listens() -> Settings:
    """Return settings whose vendors cannot be reached."""
    return Settings(public_url=PUBLIC, twilio_api_url="http://127.0.0.1:9", telegram_api_url="http://127.0.0.1:9")


def account(address: str, **settings: str) -> Account:
    """Return an inbox as its adapter sees it."""
    return Account(inbox_id=INBOX, key="desk", name="Desk", address=address, settings=settings)


def outbound(recipient: str, text: str = "It is on its way.", files: tuple[OutboundFile, ...] = ()) -> OutboundMessage:
    """Return something to say."""
    return OutboundMessage(
        message_id=7_318_349_394_477_900,
        conversation_id=7_318_349_394_477_100,
        recipient=recipient,
        recipient_name="Ada Quist",
        author_name="Ines",
        text=text,
        subject=None,
        external_id="kindred:7318349394477900",
        reply_token="rt1",
        delivery_token="dt1",
        references=(),
        quoted=None,
        files=files,
        written_at=MOMENT,
        attempt=1,
    )


class Email:
    """E-mail, and a mail server that takes what it is given."""

    channel = "email"
    account = account("support@desk.example.com", smtp_host="127.0.0.1", smtp_port="9", smtp_security="none", smtp_user=smtp.USER, smtp_password=smtp.PASSWORD)
    secrets: tuple[str, ...] = (smtp.PASSWORD,)
    recipient = "ada@example.com"

    def adapter(self) -> Adapter:
        return EmailAdapter(MovedClock(MOMENT))

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Ready]:
        async with smtp.SmtpStandIn() as vendor:
            yield Ready(
                adapter=EmailAdapter(MovedClock(MOMENT), timeout_seconds=0.5),
                account=replace(self.account, settings={**self.account.settings, "smtp_port": str(vendor.port)}),
                said=lambda: [one.text for one in vendor.sent],
                calls=lambda: vendor.calls,
                be_busy=vendor.fail,
                refuse=lambda: vendor.fail("550 5.1.1 There is no such mailbox here"),
                talk_nonsense=lambda: vendor.fail("HTTP/1.1 400 Bad Request"),
                hang=lambda: vendor.fail(hangs=True),
            )

    def payload(self, body: bytes, sample: str = "") -> RawPayload:
        return RawPayload(source="email/smtp", content_type="message/rfc822", body=body, received_at=MOMENT)


class Sms:
    """SMS, and Twilio's stand-in."""

    channel = "sms"
    account = account("+447700900100", account_sid=twilio.ACCOUNT_SID, auth_token=twilio.AUTH_TOKEN)
    secrets: tuple[str, ...] = (twilio.AUTH_TOKEN,)
    recipient = "+447700900123"

    def adapter(self) -> Adapter:
        return SmsAdapter(nobody_listens(), MovedClock(MOMENT))

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Ready]:
        async with twilio.TwilioStandIn() as vendor:
            adapter = SmsAdapter(Settings(public_url=PUBLIC, twilio_api_url=vendor.url), MovedClock(MOMENT), timeout_seconds=0.5)
            yield Ready(
                adapter=adapter,
                account=self.account,
                said=lambda: [one.body for one in vendor.sent],
                calls=lambda: vendor.calls,
                be_busy=vendor.fail,
                refuse=lambda: vendor.fail(status=400, code=21610, words="Attempt to send to unsubscribed recipient"),
                talk_nonsense=lambda: vendor.fail(status=502, body="<html>bad gateway</html>"),
                hang=lambda: vendor.fail(hangs=True),
            )
            await adapter.close()

    def payload(self, body: bytes, sample: str = "") -> RawPayload:
        source = "sms/status" if sample.startswith("status_") else "sms"
        return RawPayload(source=source, content_type="application/x-www-form-urlencoded", body=body, received_at=MOMENT)

    def request(self, body: bytes, tail: str = "") -> WebhookRequest:
        url = f"{PUBLIC}/hooks/sms/{INBOX}" + (f"/{tail}" if tail else "")
        return WebhookRequest(url=url, tail=tail, headers={"x-twilio-signature": twilio.sign_body(url, body)}, body=body)

    def forgeries(self, body: bytes) -> dict[str, WebhookRequest]:
        right = self.request(body)
        signature = right.headers["x-twilio-signature"]
        return {
            "unsigned": replace(right, headers={}),
            "an empty signature": replace(right, headers={"x-twilio-signature": ""}),
            "another's token": replace(right, headers={"x-twilio-signature": twilio.sign_body(right.url, body, "another token")}),
            "not ASCII": replace(right, headers={"x-twilio-signature": "é" * 28}),
            "a broken byte": replace(right, headers={"x-twilio-signature": "\udcff" * 28}),
            "cut short": replace(right, headers={"x-twilio-signature": signature[:-1]}),
            "another URL": replace(right, url=f"{right.url}/status"),
            "another body": replace(right, body=body + b"&Body=more"),
            "a body that is no UTF-8": replace(right, body=b"\xff\xfe"),
            "a form of ten thousand fields": replace(right, body=urlencode([(f"f{n}", "") for n in range(10_000)]).encode()),
        }


class Telegram:
    """Telegram, and the Bot API's stand-in."""

    channel = "telegram"
    account = account("@desk_bot", bot_token=bot_api.BOT_TOKEN, secret_token=bot_api.SECRET_TOKEN, mode="webhook")
    secrets: tuple[str, ...] = (bot_api.BOT_TOKEN, bot_api.SECRET_TOKEN)
    recipient = "700001"

    def adapter(self) -> Adapter:
        return TelegramAdapter(nobody_listens(), MovedClock(MOMENT))

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Ready]:
        async with bot_api.TelegramStandIn() as vendor:
            adapter = TelegramAdapter(Settings(telegram_api_url=vendor.url), MovedClock(MOMENT), timeout_seconds=0.5)
            yield Ready(
                adapter=adapter,
                account=self.account,
                said=lambda: [one.text or "" for one in vendor.sent],
                calls=lambda: len(vendor.calls),
                be_busy=vendor.fail,
                refuse=lambda: vendor.fail(status=403, words="Forbidden: bot was blocked by the user"),
                talk_nonsense=lambda: vendor.fail(status=502, body="<html>bad gateway</html>"),
                hang=lambda: vendor.fail(hangs=True),
            )
            await adapter.close()

    def payload(self, body: bytes, sample: str = "") -> RawPayload:
        return RawPayload(source="telegram", content_type="application/json", body=body, received_at=MOMENT)

    def request(self, body: bytes, tail: str = "") -> WebhookRequest:
        headers = {"x-telegram-bot-api-secret-token": bot_api.SECRET_TOKEN}
        return WebhookRequest(url=f"{PUBLIC}/hooks/telegram/{INBOX}", tail=tail, headers=headers, body=body)

    def forgeries(self, body: bytes) -> dict[str, WebhookRequest]:
        right = self.request(body)
        wrong = {
            "an empty secret": "",
            "another secret": "another-secret",
            "not ASCII": "ключ",
            "a broken byte": "\udcff",
            "cut short": bot_api.SECRET_TOKEN[:-1],
            "made longer": f"{bot_api.SECRET_TOKEN}x",
        }
        forged = {name: replace(right, headers={"x-telegram-bot-api-secret-token": secret}) for name, secret in wrong.items()}
        return forged | {"no secret": replace(right, headers={})}


class Chat:
    """The web chat, which has no vendor."""

    channel = "chat"
    account = account("https://www.example.com")
    secrets: tuple[str, ...] = ()
    recipient = "v1a2b3c4d5"

    def adapter(self) -> Adapter:
        return ChatAdapter(nobody_listens(), MovedClock(MOMENT))

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Ready]:
        # Nothing is called: what was sent is what the event feed shows.
        yield Ready(adapter=self.adapter(), account=self.account, said=lambda: ["It is on its way."])

    def payload(self, body: bytes, sample: str = "") -> RawPayload:
        return RawPayload(source="chat", content_type="application/json", body=body, received_at=MOMENT)


SPOKES: tuple[Spoke, ...] = (Email(), Sms(), Telegram(), Chat())
SIGNED: tuple[Signed, ...] = (Sms(), Telegram())
VENDORED: tuple[Spoke, ...] = (Email(), Sms(), Telegram())
