"""Long polling: nothing is confirmed before it is kept."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import orjson
import pytest

from channels.contract import RawPayload
from channels.telegram.polling import SOURCE, WATERMARK, TelegramSource
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.errors import StorageUnavailable, Unavailable
from kernel.tasks import Tasks
from tests.channels.spokes import INBOX, Telegram, account
from tests.conftest import MOMENT
from tests.support.telegram_stand_in import BOT_TOKEN, TelegramStandIn, private_message

BOT = account("@desk_bot", bot_token=BOT_TOKEN, mode="polling")


class RememberingDesk:
    """Takes payloads, keeps marks and hears of health; refuses the next payload when told to, and says when a mark has moved."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.payloads: list[RawPayload] = []
        self.marks: dict[tuple[int, str], str] = {}
        self.reports: list[str | None] = []
        self.is_full = False
        self.moved = asyncio.Event()

    async def receive(self, inbox_id: int, payload: RawPayload) -> None:
        if self.is_full:
            raise StorageUnavailable
        self.payloads.append(payload)
        self.taken.append(orjson.loads(payload.body)["update_id"])

    async def get(self, inbox_id: int, name: str) -> str | None:
        return self.marks.get((inbox_id, name))

    async def put(self, inbox_id: int, name: str, value: str) -> None:
        assert all(update_id < int(value) for update_id in self.taken)
        self.marks[inbox_id, name] = value
        self.moved.set()

    async def renew(self, inbox_id: int, settings: Mapping[str, str]) -> None:
        raise AssertionError("a bot's token is never renewed")

    async def report(self, inbox_id: int, error: str | None) -> None:
        self.reports.append(error)


@pytest.fixture
def desk() -> RememberingDesk:
    return RememberingDesk()


@pytest.fixture
async def vendor() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as vendor:
        yield vendor


@pytest.fixture
def source(vendor: TelegramStandIn) -> TelegramSource:
    return TelegramSource(Settings(telegram_api_url=vendor.url), MovedClock(MOMENT), wait_seconds=5)


async def poll_until_moved(source: TelegramSource, desk: RememberingDesk) -> None:
    desk.moved.clear()
    tasks = Tasks()
    tasks.once("polling", source.poll(BOT, desk.receive, desk, desk))
    try:
        await asyncio.wait_for(desk.moved.wait(), 5)
    finally:
        await tasks.stop()


class TestPoll:
    async def test_hands_on_each_update_in_order_and_then_moves_the_mark(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        for update_id in (11, 12, 13):
            await vendor.push(private_message(update_id, 700001, f"Hello {update_id}"))
        await poll_until_moved(source, desk)
        assert desk.taken == [11, 12, 13]
        assert desk.marks == {(INBOX, WATERMARK): "14"}
        assert {payload.source for payload in desk.payloads} == {SOURCE}

    async def test_keeps_what_its_adapter_can_read(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        await vendor.push(private_message(11, 700001, "Grüße 📦"))
        await poll_until_moved(source, desk)
        spoke = Telegram()
        assert [message.text for message in spoke.adapter().read(spoke.account, desk.payloads[0])] == ["Grüße 📦"]  # type: ignore[union-attr]

    async def test_goes_on_from_the_mark_and_confirms_with_it(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        desk.marks[INBOX, WATERMARK] = "12"
        for update_id in (11, 12):
            await vendor.push(private_message(update_id, 700001, "Hello"))
        await poll_until_moved(source, desk)
        assert desk.taken == [12]
        assert 11 not in vendor.pending

    async def test_wakes_for_an_update_that_comes_while_it_waits(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        await vendor.push(private_message(11, 700001, "Hello"))
        await poll_until_moved(source, desk)
        desk.moved.clear()
        tasks = Tasks()
        tasks.once("polling", source.poll(BOT, desk.receive, desk, desk))
        await vendor.waiting.wait()
        await vendor.push(private_message(12, 700001, "Hello again"))
        await asyncio.wait_for(desk.moved.wait(), 5)
        await tasks.stop()
        assert desk.taken == [11, 12]

    async def test_confirms_nothing_that_was_not_kept(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        await vendor.push(private_message(11, 700001, "Hello"))
        desk.is_full = True
        with pytest.raises(StorageUnavailable):
            await source.poll(BOT, desk.receive, desk, desk)
        assert (desk.marks, vendor.pending) == ({}, [11])
        desk.is_full = False
        await poll_until_moved(source, desk)
        assert desk.taken == [11]

    async def test_takes_away_a_webhook_that_would_be_in_the_way(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn) -> None:
        vendor.webhook = "https://old.example.com"
        await vendor.push(private_message(11, 700001, "Hello"))
        await poll_until_moved(source, desk)
        assert vendor.webhook is None
        assert desk.taken == [11]

    @pytest.mark.parametrize(
        ("status", "words"), [(401, "does not know the bot's token"), (409, "Another program"), (500, "cannot take it now"), (429, "cannot take it now")]
    )
    async def test_says_what_is_wrong_and_stops(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn, status: int, words: str) -> None:
        vendor.fail(status=status, on="getUpdates")
        with pytest.raises(Unavailable, match=words):
            await source.poll(BOT, desk.receive, desk, desk)
        assert [words in (report or "") for report in desk.reports] == [True]

    async def test_says_that_nobody_listens_and_no_token(self, desk: RememberingDesk) -> None:
        with pytest.raises(Unavailable) as lost:
            await TelegramSource(Settings(telegram_api_url="http://127.0.0.1:9"), MovedClock(MOMENT)).poll(BOT, desk.receive, desk, desk)
        assert BOT_TOKEN not in f"{lost.value!r} {desk.reports}"

    @pytest.mark.parametrize("body", ['{"ok": true, "result": 5}', '{"ok": true, "result": [{}]}', "[]", "<html>"])
    async def test_makes_nothing_of_noise(self, source: TelegramSource, desk: RememberingDesk, vendor: TelegramStandIn, body: str) -> None:
        vendor.fail(status=200, body=body, on="getUpdates")
        with pytest.raises(Unavailable, match="no sense"):
            await source.poll(BOT, desk.receive, desk, desk)
        assert desk.marks == {}


@pytest.mark.parametrize(("mode", "is_wanted"), [({"mode": "polling"}, True), ({"mode": "webhook"}, False), ({}, True)])
def test_wants_the_accounts_that_are_to_be_polled(mode: dict[str, str], is_wanted: bool) -> None:
    source = TelegramSource(Settings(), MovedClock(MOMENT))
    assert source.is_wanted(account("@desk_bot", bot_token=BOT_TOKEN, **mode)) is is_wanted
