"""Telegram to and from the Bot API's stand-in."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.contract import InboundFile, InboundMessage, OutboundFile
from channels.telegram import parse
from channels.telegram.adapter import TelegramAdapter
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.errors import Unavailable, Undeliverable
from tests.channels.spokes import SAMPLES, Telegram, account, outbound
from tests.conftest import MOMENT
from tests.support.telegram_stand_in import SentPart, TelegramStandIn

SPOKE = Telegram()
PICTURE = OutboundFile(name="lamp.png", media_type="image/png", content=b"\x89PNG the lamp")
PAPER = OutboundFile(name="Anleitung für Lampen.pdf", media_type="application/pdf", content=b"%PDF how to")


@pytest.fixture
async def vendor() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as vendor:
        yield vendor


@pytest.fixture
async def adapter(vendor: TelegramStandIn) -> AsyncIterator[TelegramAdapter]:
    adapter = TelegramAdapter(Settings(telegram_api_url=f"{vendor.url}/"), MovedClock(MOMENT))
    yield adapter
    await adapter.close()


def photo() -> InboundMessage:
    [message] = parse.updates(7, SPOKE.payload((SAMPLES / "telegram" / "photo_with_caption.json").read_bytes()))
    return message


def said(vendor: TelegramStandIn) -> list[tuple[str, str | None, str | None, int]]:
    return [(part.method, part.text, part.file_name, part.size) for part in vendor.sent]


class TestVerify:
    def test_refuses_everything_while_the_inbox_has_no_secret(self) -> None:
        """An unset secret must not fit an empty header."""
        bot = account("@desk_bot", bot_token=SPOKE.account.settings["bot_token"])
        for name, request in SPOKE.forgeries(b"{}").items():
            with pytest.raises(Exception, match="signature"):
                SPOKE.adapter().verify(bot, request)  # type: ignore[attr-defined]
            assert name


class TestComplete:
    async def test_fetches_the_file(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.files["large-photo"] = b"a large photo"
        message = await adapter.complete(SPOKE.account, photo())
        assert message.files == (InboundFile(name="photo.jpg", media_type="image/jpeg", content=b"a large photo", remote_id="large-photo"),)

    async def test_leaves_alone_what_is_already_there(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.files["large-photo"] = b"a large photo"
        message = await adapter.complete(SPOKE.account, photo())
        vendor.calls.clear()
        assert await adapter.complete(SPOKE.account, message) == message
        assert vendor.calls == []

    async def test_goes_on_without_a_file_that_telegram_has_no_more(self, adapter: TelegramAdapter) -> None:
        message = await adapter.complete(SPOKE.account, photo())
        assert (message.files, message.warnings) == ((), ("a file that Telegram does not give left out",))

    async def test_goes_on_without_a_file_over_the_limit(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.files["large-photo"] = bytes(parse.MOST_BYTES + 1)
        message = await adapter.complete(SPOKE.account, photo())
        assert message.files == ()

    @pytest.mark.parametrize(("status", "on"), [(500, "getFile"), (429, "getFile"), (401, "getFile"), (503, "file"), (404, "file")])
    async def test_asks_for_another_time_when_telegram_is_in_trouble(self, adapter: TelegramAdapter, vendor: TelegramStandIn, status: int, on: str) -> None:
        vendor.files["large-photo"] = b"a large photo"
        vendor.fail(status=status, on=on)
        with pytest.raises(Unavailable):
            await adapter.complete(SPOKE.account, photo())
        assert (await adapter.complete(SPOKE.account, photo())).files[0].content == b"a large photo"

    async def test_asks_for_another_time_when_nobody_listens(self) -> None:
        adapter = SPOKE.adapter()
        with pytest.raises(Unavailable):
            await adapter.complete(SPOKE.account, photo())
        await adapter.close()


class TestSend:
    async def test_names_the_chat_and_the_message(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        accepted = await adapter.send(SPOKE.account, outbound("700001", "<b>not bold</b> & *plain* 📦"))
        assert accepted.vendor_id == "700001:1000"
        assert vendor.sent == [SentPart(method="sendMessage", chat_id="700001", message_id=1000, text="<b>not bold</b> & *plain* 📦")]

    async def test_sends_pictures_as_photos_and_the_rest_as_documents(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        accepted = await adapter.send(SPOKE.account, outbound("700001", "Here", files=(PICTURE, PAPER)))
        assert accepted.vendor_id == "700001:1000"
        assert said(vendor) == [
            ("sendMessage", "Here", None, 0),
            ("sendPhoto", None, "lamp.png", len(PICTURE.content)),
            ("sendDocument", None, "Anleitung für Lampen.pdf", len(PAPER.content)),
        ]

    async def test_sends_a_file_without_a_word(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        await adapter.send(SPOKE.account, outbound("700001", "", files=(PAPER,)))
        assert [part.method for part in vendor.sent] == ["sendDocument"]

    async def test_goes_on_where_it_was_stopped(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        """The text was taken: a second try must not say it again."""
        vendor.fail(status=502, on="sendDocument")
        message = outbound("700001", "Here", files=(PICTURE, PAPER))
        with pytest.raises(Unavailable):
            await adapter.send(SPOKE.account, message)
        accepted = await adapter.send(SPOKE.account, message)
        assert accepted.vendor_id == "700001:1000"
        assert [part.method for part in vendor.sent] == ["sendMessage", "sendPhoto", "sendDocument"]

    async def test_takes_an_acceptance_that_is_newer_than_aiogram(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        """Trying again would say it twice."""
        vendor.fail(status=200, body='{"ok": true, "result": {"message_id": 7, "date": "tomorrow", "chat": {"id": 700001, "type": "private"}}}')
        assert (await adapter.send(SPOKE.account, outbound("700001"))).vendor_id == "700001:7"

    async def test_does_not_take_noise_for_an_acceptance(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.fail(status=200, body="<html>")
        with pytest.raises(Unavailable):
            await adapter.send(SPOKE.account, outbound("700001"))

    async def test_waits_as_long_as_telegram_asks(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.fail(status=429, words="Too Many Requests: retry after 7", retry_after=7)
        with pytest.raises(Unavailable) as busy:
            await adapter.send(SPOKE.account, outbound("700001"))
        assert busy.value.retry_after == timedelta(seconds=7)

    async def test_gives_up_on_a_customer_who_blocked_the_bot(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        vendor.blocked.add("700001")
        with pytest.raises(Undeliverable, match="blocked by the user"):
            await adapter.send(SPOKE.account, outbound("700001"))

    async def test_gives_up_on_a_chat_that_is_none(self, adapter: TelegramAdapter) -> None:
        with pytest.raises(Undeliverable, match="chat not found"):
            await adapter.send(SPOKE.account, outbound("nobody"))

    async def test_gives_up_on_nothing_to_say(self, adapter: TelegramAdapter, vendor: TelegramStandIn) -> None:
        with pytest.raises(Undeliverable):
            await adapter.send(SPOKE.account, outbound("700001", " \n"))
        assert vendor.calls == []

    async def test_waits_for_the_right_token(self, adapter: TelegramAdapter) -> None:
        with pytest.raises(Unavailable, match="token"):
            await adapter.send(account("@desk_bot", bot_token="123456:another"), outbound("700001"))
