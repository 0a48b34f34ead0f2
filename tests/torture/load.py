"""Load: workers that write letters, repeat what was not acknowledged as vendors do, and now and then what was."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.torture.books import CHANNELS, Books, Letter
from tests.torture.process import Server
from tests.torture.vendors import Vendors

_WORKERS = 3  # a channel
_SENDERS = 250  # a channel; the chat has a new visitor every few letters
_GIVES_UP = 0.05  # of the vendors whose letter was not acknowledged
_AGAIN = 0.03  # of the vendors whose letter was
_TRIES = 6  # of a letter that the last server refuses


@dataclass(slots=True)
class Load:
    """Who writes what, and what waits to be written again."""

    vendors: Vendors
    books: Books
    dice: random.Random
    servers: Sequence[Server]
    waiting: dict[str, deque[Letter]] = field(default_factory=lambda: {channel: deque() for channel in CHANNELS})
    _visitors: count = field(default_factory=count)  # type: ignore[type-arg]

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """Keep all channels busy while this lasts; at its end everybody has heard or given up hearing."""
        stop = asyncio.Event()
        workers = [asyncio.create_task(self._work(channel, stop)) for channel in CHANNELS for _ in range(_WORKERS)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*workers)

    async def finish(self) -> None:
        """Send all that waits, to servers that stay alive."""
        letters = [letter for waiting in self.waiting.values() for letter in waiting]
        await asyncio.gather(*(self._last(letter) for letter in letters))

    async def _work(self, channel: str, stop: asyncio.Event) -> None:
        sender, said = next(self._visitors), 0
        while not stop.is_set():
            waiting = self.waiting[channel]
            if waiting and self.dice.random() < 0.6:
                letter = waiting.popleft()
            else:
                if channel != "chat":
                    sender = self.dice.randrange(_SENDERS)
                elif said >= 3:
                    sender, said = next(self._visitors), 0
                letter, said = self.books.new(channel, sender), said + 1
            copies = self.dice.choice((1, 1, 1, 1, 2, 3))
            heard = await asyncio.gather(*(self._once(letter, self.dice.choice(self.servers)) for _ in range(copies)))
            if not any(heard) and not letter.is_heard:
                # A visitor writes nothing more before the first thing went through.
                said = 3
                if self.dice.random() >= _GIVES_UP:
                    waiting.append(letter)
                await asyncio.sleep(0.03)
            elif self.dice.random() < _AGAIN:
                waiting.append(letter)

    async def _last(self, letter: Letter) -> None:
        for _ in range(_TRIES):
            if await self._once(letter, self.dice.choice(self.servers)):
                return
            await asyncio.sleep(0.5)

    async def _once(self, letter: Letter, server: Server) -> bool:
        is_heard = await self.vendors.post(letter, server)
        letter.is_heard = letter.is_heard or is_heard
        return is_heard
