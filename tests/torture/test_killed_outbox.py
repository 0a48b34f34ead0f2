"""SIGKILL in the middle of sending: no answer is lost, and only what was with its vendor at that moment may arrive twice."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from sqlalchemy import select, text, update

from inbox.models import Delivery, Message
from inbox.values import DeliveryState
from kernel.db import Database, moment
from tests.support import torture
from tests.support.smtp_stand_in import SmtpStandIn
from tests.support.telegram_stand_in import TelegramStandIn
from tests.support.twilio_stand_in import TwilioStandIn
from tests.torture.books import CHANNELS, Books
from tests.torture.process import Nursery
from tests.torture.town import Town, built
from tests.torture.vendors import Vendors

pytestmark = pytest.mark.torture

_CUSTOMERS = 3  # a channel
_PATIENCE = 60.0  # seconds
_LONGEST_TURN = 10.0


@dataclass(kw_only=True)
class Office:
    """An agent who answers, and the vendors who carry it."""

    town: Town
    http: ClientSession
    dice: random.Random
    mail: SmtpStandIn
    twilio: TwilioStandIn
    telegram: TelegramStandIn
    ways: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {channel: [] for channel in CHANNELS})
    written: dict[str, str] = field(default_factory=dict)  # each answer's text, and the conversation's name
    promised: set[str] = field(default_factory=set)
    with_vendor: set[str] = field(default_factory=set)

    async def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask the API as the agent."""
        url, headers = f"{self.town.servers[0].url}/api/v1{path}", {"Authorization": f"Bearer {self.town.token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            said: dict[str, Any] = await answer.json()
            assert answer.ok, said
            return said

    async def hear(self) -> None:
        """Let customers write on all channels, and note how each is answered."""
        vendors, books = Vendors(self.town, self.http, self.dice), Books()
        for channel in CHANNELS:
            for sender in range(_CUSTOMERS):
                assert await vendors.post(books.new(channel, sender), self.town.servers[0])
        for case in (await self.ask("GET", "/cases?view=all&limit=100"))["items"]:
            options = (await self.ask("GET", f"/cases/{case['id']}"))["reply_options"]
            self.ways[case["inbox"]["channel"]].append((case["id"], next(option["key"] for option in options if option["conversation_id"])))

    async def answer_all(self, turn: int) -> None:
        """Answer everybody twice, for as long as there is a server."""
        ways = [(channel, *way) for channel in CHANNELS for way in self.ways[channel]]
        self.dice.shuffle(ways)
        for part in range(2):
            await asyncio.gather(
                *(self._answer(channel, case_id, key, f"answer {turn:03}-{part} to {case_id} by {channel}.") for channel, case_id, key in ways)
            )

    async def _answer(self, channel: str, case_id: str, key: str, words: str) -> None:
        self.written[words] = key
        try:
            await self.ask("POST", f"/cases/{case_id}/reply", {"text": words, "reply_option": key, "confirm": True})
        except (ClientError, OSError):
            return
        self.promised.add(words)

    def carried(self) -> list[str]:
        """Return every answer that arrived, as often as it did, in the order of each vendor."""
        mails = [sent.text.splitlines()[0] for sent in self.mail.sent]
        return [*mails, *(sent.body for sent in self.twilio.sent), *(str(sent.text) for sent in self.telegram.sent)]

    async def until_busy(self) -> None:
        """Wait until some of a turn's answers have been taken and some carried: how many is left to chance."""
        enough = len(self.promised) + len(self.carried()) + self.dice.randrange(1, 3 * len(CHANNELS) * _CUSTOMERS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_TURN):
                while len(self.promised) + len(self.carried()) < enough:
                    await asyncio.sleep(0.002)
        await asyncio.sleep(self.dice.uniform(0, 0.02))

    async def after_death(self) -> None:
        """Note what was on its way when the server died, and let its leases end as ninety seconds would."""
        database = Database(self.town.settings.database_url)
        async with database.writer.begin() as connection:
            leased = select(Message.text).join(Delivery, Delivery.message_id == Message.id).where(Delivery.state == DeliveryState.SENDING)
            self.with_vendor.update(row[0] for row in await connection.execute(leased))
            await connection.execute(update(Delivery).where(Delivery.state == DeliveryState.SENDING).values(due_at=moment(0)))
        await database.close()

    async def states(self) -> dict[str, str]:
        """Return how far each answer is, by its text."""
        database = Database(self.town.settings.database_url)
        async with database.connect() as connection:
            rows = await connection.execute(text("SELECT m.text, d.state FROM messages m JOIN deliveries d ON d.message_id = m.id"))
            found = [(str(row[0]), str(row[1])) for row in rows]
        await database.close()
        assert len(found) == len(dict(found)), "an answer is stored twice"
        return dict(found)


@pytest.fixture
async def office(database_url: str, tmp_path: Path, nursery: Nursery) -> AsyncIterator[Office]:
    # What a bot sends by takes longer to load than a round lasts.
    await nursery.order(load=["channels.telegram.send"])
    async with AsyncExitStack() as stack:
        mail, twilio = await stack.enter_async_context(SmtpStandIn()), await stack.enter_async_context(TwilioStandIn())
        telegram = await stack.enter_async_context(TelegramStandIn())
        opening = built(database_url, tmp_path, nursery, mail_port=mail.port, twilio_url=twilio.url, telegram_url=telegram.url)
        town = await stack.enter_async_context(opening)
        http = await stack.enter_async_context(ClientSession())
        yield Office(town=town, http=http, dice=torture.dice("outbox"), mail=mail, twilio=twilio, telegram=telegram)


async def test_an_answer_is_never_lost(office: Office) -> None:
    [server] = office.town.servers
    rounds = torture.size(1, 15)
    await office.town.open()
    await office.hear()
    for turn in range(rounds):
        answering = asyncio.create_task(office.answer_all(turn))
        await office.until_busy()
        await server.end()
        await answering
        await office.after_death()
        await office.town.open()
    async with asyncio.timeout(_PATIENCE):
        while not set((await office.states()).values()) <= {DeliveryState.SENT}:
            await asyncio.sleep(0.1)
    await server.end()
    _tell(office, rounds, await office.states())

    kept, times = await office.states(), Counter(office.carried())
    assert office.promised <= kept.keys()
    by_vendor = {words for words in kept if not words.endswith("by chat.")}
    assert times.keys() == by_vendor, "all that was kept has arrived, and nothing else"
    assert {words for words, n in times.items() if n > 1} <= office.with_vendor
    # A mail that comes twice is one mail to whoever gets it.
    assert len({(sent.text.splitlines()[0], str(sent.message["Message-ID"])) for sent in office.mail.sent}) == len({w for w in by_vendor if "by email" in w})
    first = list(dict.fromkeys(office.carried()))
    for key in set(office.written.values()):
        in_order = [words for words in first if office.written[words] == key]
        assert in_order == sorted(in_order), "an answer has overtaken another"


def _tell(office: Office, rounds: int, kept: dict[str, str]) -> None:
    times = Counter(office.carried())
    lines = [
        f"\noutbox: {rounds} kill rounds, SEED={torture.seed()}",
        "".join(word.rjust(12) for word in ("channel", "promised", "kept", "arrived", "twice", "lost")),
    ]
    for channel in CHANNELS:
        ours = [words for words in kept if words.endswith(f"by {channel}.")]
        # Who chats hears of an answer from our own feed.
        arrived = [words for words in ours if channel == "chat" or times[words]]
        promised = [words for words in office.promised if words.endswith(f"by {channel}.")]
        counts = (len(promised), len(ours), len(arrived), sum(times[words] > 1 for words in ours), len(set(promised) - set(arrived)))
        lines.append(channel.rjust(12) + "".join(str(count).rjust(12) for count in counts))
    sys.stdout.write("\n".join(lines) + "\n")
