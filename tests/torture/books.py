"""What senders wrote, what they heard, and what is stored of it: one letter a message, known by a word that is in its text."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import text

from kernel.db import Database

CHANNELS = ("sms", "telegram", "chat", "email")
_MARK = re.compile(r"mark-(\w+)-(\d+)-end")


@dataclass(slots=True, kw_only=True)
class Letter:
    """One message of a customer, as its vendor would send it again: byte for byte the same."""

    channel: str
    number: int
    sender: int
    tries: int = 0
    is_heard: bool = False

    @property
    def mark(self) -> str:
        """The word by which it is found again."""
        return f"mark-{self.channel}-{self.number}-end"


@dataclass(slots=True)
class Books:
    """All letters of a run."""

    letters: list[Letter] = field(default_factory=list)

    def new(self, channel: str, sender: int) -> Letter:
        """Write down a new letter."""
        letter = Letter(channel=channel, number=len(self.letters), sender=sender)
        self.letters.append(letter)
        return letter

    async def balance(self, database_url: str) -> "Balance":
        """Compare with what is stored."""
        database = Database(database_url)
        try:
            async with database.connect() as connection:
                texts = [str(row[0]) for row in await connection.execute(text("SELECT text FROM messages WHERE direction = 'in'"))]
        finally:
            await database.close()
        found = Counter((match[1], int(match[2])) for one in texts if (match := _MARK.search(one)))
        return Balance(self.letters, found, len(texts))


@dataclass(frozen=True, slots=True)
class Balance:
    """The books beside the database."""

    letters: list[Letter]
    found: Counter[tuple[str, int]]
    stored: int

    def count(self, channel: str) -> dict[str, int]:
        """Return the figures of a channel."""
        figures: dict[str, int] = defaultdict(int)
        for letter in self.letters:
            if letter.channel == channel:
                kept = self.found[letter.channel, letter.number]
                figures["written"] += 1
                figures["sent"] += letter.tries
                figures["acknowledged"] += letter.is_heard
                figures["stored"] += kept > 0
                figures["unheard"] += kept > 0 and not letter.is_heard
                figures["doubled"] += kept > 1
                figures["lost"] += letter.is_heard and kept == 0
        return figures

    @property
    def is_even(self) -> bool:
        """Whether all that was acknowledged is there once, nothing is there twice, and nothing that nobody wrote."""
        sums = [self.count(channel) for channel in CHANNELS]
        return all(one["lost"] == one["doubled"] == 0 for one in sums) and sum(one["stored"] for one in sums) == self.stored

    def table(self, title: str) -> str:
        """Return the figures in columns; `sent` counts every try, `unheard` what is stored though its sender never heard so."""
        names = ("written", "sent", "acknowledged", "stored", "unheard", "doubled", "lost")
        lines = [f"\n{title}", "".join(word.rjust(13) for word in ("channel", *names))]
        for channel in CHANNELS:
            figures = self.count(channel)
            lines.append(channel.rjust(13) + "".join(str(figures[name]).rjust(13) for name in names))
        return "\n".join(lines) + "\n"
