"""A message that cannot be read or placed is shown as a dead letter and blocks nothing: what came before and behind it is kept, in order."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from app.server import opened
from channels.contract import RawPayload
from inbox import dead_letters
from inbox.events import MessageReceived
from inbox.models import Message, RawPayloadRow
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.config import Settings
from tests.inbox.conftest import Desk
from tests.support import telegram_stand_in, torture, twilio_stand_in
from tests.support.house import rows, said

pytestmark = pytest.mark.torture


async def test_one_that_cannot_be_placed_blocks_nothing_in_its_batch(desk: Desk, clock: MovedClock) -> None:
    """Wherever in the batch they stand, and on whichever channel."""
    dice = torture.dice("dead letters")

    async def fail(fact: MessageReceived, uow: object) -> None:
        del uow
        if fact.inbox_id == desk.telegram:
            raise ArithmeticError("nobody has thought of this")

    desk.estate.bus.react(MessageReceived, fail)
    for turn in range(torture.size(2, 30)):
        batch = [said(desk.sms, f"turn {turn} part {n:02}", raw=raw(clock, b"%d" % n)) for n in range(20)]
        bad = [said(desk.telegram, f"bad {turn} {n}", kind=IdentityKind.TELEGRAM, sender="42", raw=raw(clock, b"bad %d %d" % (turn, n))) for n in range(3)]
        for one in bad:
            batch.insert(dice.randrange(len(batch) + 1), one)
        answers = await asyncio.gather(*(desk.estate.intake.take(message) for message in batch))
        assert [answer.dead_letter_id is not None for answer in answers] == [message in bad for message in batch]
        kept = [message.text for message in await rows(desk.estate.house.factory, Message) if message.text.startswith(f"turn {turn} ")]
        assert kept == [f"turn {turn} part {n:02}" for n in range(20)]
    async with desk.estate.house.factory.reading() as uow:
        shown = (await dead_letters.page(uow, desk.ines, None, 100)).items
    assert {(letter.code, letter.state, letter.inbox_id) for letter in shown} == {("intake.failed", "dead", desk.telegram)}
    assert len(shown) == 3 * torture.size(2, 30)


def raw(clock: MovedClock, body: bytes) -> RawPayload:
    return RawPayload(source="sms", content_type="text/plain", body=body, received_at=clock.now())


async def test_one_that_cannot_be_read_is_answered_and_the_next_one_taken(database_url: str, tmp_path: Path) -> None:
    """A vendor that heard anything but yes would send it again for ever, and hold back what is behind it."""
    settings = Settings(database_url=database_url, var_dir=tmp_path / "var", secret_key="tests only", port=0, public_url="http://desk.example", _env_file=None)
    async with opened(settings) as serving, ClientSession() as http:
        create = serving.estate.house.directory.create
        secrets = {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}
        sms = (await create(channel="sms", name="Texts", address="+15005550006", settings=secrets)).id
        bot = {"bot_token": telegram_stand_in.BOT_TOKEN, "secret_token": telegram_stand_in.SECRET_TOKEN, "mode": "webhook"}
        telegram = (await create(channel="telegram", name="Bot", address="@desk_bot", settings=bot)).id

        async def text(form: dict[str, str]) -> int:
            path = f"/hooks/sms/{sms}"
            content, headers = twilio_stand_in.signed(f"http://desk.example{path}", form)
            async with http.post(serving.url + path, data=content, headers=headers) as answer:
                return answer.status

        async def update(content: bytes) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_stand_in.SECRET_TOKEN, "Content-Type": "application/json"}
            async with http.post(f"{serving.url}/hooks/telegram/{telegram}", data=content, headers=headers) as answer:
                return answer.status

        good = [twilio_stand_in.incoming(f"SM{n}", "+447700900001", "+15005550006", f"part {n}") for n in range(2)]
        # Each of the bad ones twice: a vendor repeats itself here too.
        answers = [await text(good[0]), await text({"From": "+447700900001"}), await text({"From": "+447700900001"}), await text(good[1])]
        answers += [await update(b"{"), await update(b'{"update_id": 1, "message": 7}'), await update(b"{")]
        assert answers == [200] * len(answers)
        factory = serving.estate.house.factory
        assert [message.text for message in await rows(factory, Message)] == ["part 0", "part 1"]
        letters = [row for row in await rows(factory, RawPayloadRow) if row.state == "dead"]
        assert [(letter.inbox_id, letter.message_id) for letter in letters] == [(sms, None), (telegram, None), (telegram, None)]
