"""Two help desks that acknowledge each other's mail: whatever is lost between them, it ends, and what was said stands on both sides."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from app.compose import Estate
from channels.contract import RawPayload
from channels.email.compose import compose
from channels.email.framing import FRAMED, Envelope, framed
from channels.email.returns import return_address
from inbox.models import Message
from inbox.rules.acknowledging import PER_DAY
from kernel.clock import MovedClock
from tests.channels.email.mails import mail
from tests.support import house
from tests.support.databases import SqliteFiles
from tests.support.house import registry_of, rows

_ROUNDS = 12
Spoil = Callable[[EmailMessage, int], None]


@dataclass(slots=True)
class HelpDesk:
    """One of the two: an inbox that acknowledges, with a house of its own."""

    estate: Estate
    inbox_id: int
    address: str
    clock: MovedClock
    sent: int = 0

    async def take(self, raw: bytes, sender: str) -> None:
        body = framed(Envelope(sender=sender, recipients=(self.address,)), raw)
        await self.estate.house.door.receive(self.inbox_id, RawPayload(source="email/smtp", content_type=FRAMED, body=body, received_at=self.clock.now()))

    async def letters(self) -> list[tuple[bytes, str]]:
        """Return what leaves now, as bytes, each with its envelope's sender."""
        await self.estate.outbox.drain()
        account = await self.estate.house.directory.account(self.inbox_id)
        fresh = registry_of(self.estate).sent["email"][self.sent :]
        self.sent += len(fresh)
        return [(compose(account, one), return_address(account, one.delivery_token)) for one in fresh]

    async def said(self, direction: str) -> list[str]:
        return [row.text for row in await rows(self.estate.house.factory, Message) if row.direction == direction]


@pytest.fixture
async def desks(sqlite_files: SqliteFiles, tmp_path: Path, clock: MovedClock) -> AsyncIterator[tuple[HelpDesk, HelpDesk]]:
    async with AsyncExitStack() as stack:
        made = []
        for name in ("north", "south"):
            folder = tmp_path / name
            folder.mkdir()
            estate = await stack.enter_async_context(house.built(sqlite_files.fresh(folder), folder / "var", clock))
            address = f"help@{name}.example"
            settings = {**house.EMAIL, "acknowledgement": f"This is {name}: case {{case}}."}
            view = await estate.house.directory.create(channel="email", name=name, address=address, settings=settings)
            made.append(HelpDesk(estate, view.id, address, clock))
        yield made[0], made[1]


async def talk(desks: tuple[HelpDesk, HelpDesk], clock: MovedClock, spoil: Spoil, minutes: int) -> int:
    """Let somebody at one desk write to the other, carry letters until nothing moves any more, and return how many there were."""
    north, south = desks
    await south.take(mail("Where is my lamp?\n", From=f"North <{north.address}>", To=south.address, Subject="Lamp"), north.address)
    letters, numbers = 0, count(1)
    for _ in range(_ROUNDS):
        moved = False
        for desk, other in ((south, north), (north, south)):
            for raw, sender in await desk.letters():
                letter = message_from_bytes(raw, policy=policy.SMTP)
                spoil(letter, next(numbers))
                letters, moved = letters + 1, True
                clock.advance(minutes=minutes)
                await other.take(letter.as_bytes(), sender)
        if not moved:
            return letters
    raise AssertionError("they answer each other for ever")


def nothing(_letter: EmailMessage, _number: int) -> None:
    """What leaves arrives as it was."""


def without(*names: str) -> Spoil:
    """Take headers off, and make each letter the first of a thread: the worst that programs between two desks do."""

    def spoil(letter: EmailMessage, number: int) -> None:
        for name in (*names, "In-Reply-To", "References", "Subject"):
            del letter[name]
        letter["Subject"] = f"[Case {'x' * number}] We have your letter"
        letter.replace_header("Message-ID", f"<{number}@gateway.example>")

    return spoil


MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop")


async def test_the_first_answer_is_the_last(desks: tuple[HelpDesk, HelpDesk], clock: MovedClock) -> None:
    north, south = desks
    assert await talk(desks, clock, nothing, minutes=90) == 1
    assert await south.said("in") == ["Where is my lamp?"]
    assert await north.said("in") == ["This is south: case 1001."]


@pytest.mark.parametrize("left", MARKS)
async def test_one_mark_is_enough(desks: tuple[HelpDesk, HelpDesk], clock: MovedClock, left: str) -> None:
    north, _ = desks
    assert await talk(desks, clock, without(*(name for name in MARKS if name != left)), minutes=90) == 1
    assert await north.said("in") == ["This is south: case 1001."]


@pytest.mark.parametrize(
    ("minutes", "most"), [pytest.param(1, 2, id="within minutes: once each"), pytest.param(90, 2 * PER_DAY, id="over a day: three times each")]
)
async def test_limits_end_it_where_every_mark_is_lost(desks: tuple[HelpDesk, HelpDesk], clock: MovedClock, minutes: int, most: int) -> None:
    """And both kept every word of it."""
    north, south = desks
    assert await talk(desks, clock, without(*MARKS), minutes) == most
    assert await north.said("in") == await south.said("out")
    assert await south.said("in") == ["Where is my lamp?", *await north.said("out")]
