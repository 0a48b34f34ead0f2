"""What stands behind a door or a source in tests: it keeps what it is handed, or fails when told to."""

import asyncio
from collections.abc import Mapping

from channels.contract import RawPayload


class RememberingIntake:
    """Keeps payloads in order; `fail` makes the next ones raise, before anything is kept."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, RawPayload]] = []
        self.asked = 0
        self._faults: dict[int | None, list[Exception]] = {}
        self._grew = asyncio.Condition()

    @property
    def bodies(self) -> list[bytes]:
        """What was kept, as it came over the wire."""
        return [payload.body for _, payload in self.kept]

    async def receive(self, inbox_id: int, payload: RawPayload) -> None:
        """Keep a payload, or fail as told."""
        self.asked += 1
        waiting = self._faults.get(inbox_id) or self._faults.get(None)
        if waiting:
            raise waiting.pop(0)
        async with self._grew:
            self.kept.append((inbox_id, payload))
            self._grew.notify_all()

    def fail(self, *faults: Exception, inbox_id: int | None = None) -> None:
        """Raise these, one a call, for one inbox or for any."""
        self._faults.setdefault(inbox_id, []).extend(faults)

    async def until_kept(self, count: int) -> None:
        """Wait until so many payloads are kept."""
        async with self._grew:
            await asyncio.wait_for(self._grew.wait_for(lambda: len(self.kept) >= count), 20)


class RememberedMarks:
    """Watermarks in memory; `history` is every move of one, but not the moments since when mailboxes are read."""

    def __init__(self) -> None:
        self.now: dict[tuple[int, str], str] = {}
        self.history: list[str] = []
        self._moved = asyncio.Condition()

    async def get(self, inbox_id: int, name: str) -> str | None:
        """Return a mark."""
        return self.now.get((inbox_id, name))

    async def put(self, inbox_id: int, name: str, value: str) -> None:
        """Move a mark."""
        async with self._moved:
            self.now[inbox_id, name] = value
            if not name.startswith("since:"):
                self.history.append(value)
            self._moved.notify_all()

    async def until_moved(self, times: int = 1) -> None:
        """Wait until marks have been moved so often in all."""
        async with self._moved:
            await asyncio.wait_for(self._moved.wait_for(lambda: len(self.history) >= times), 20)


class RememberedHealth:
    """What sources said of themselves."""

    def __init__(self) -> None:
        self.said: list[str | None] = []
        self.renewed: list[dict[str, str]] = []
        self._spoke = asyncio.Condition()

    @property
    def words(self) -> str:
        """The last word, "" where all is well."""
        return (self.said[-1] if self.said else None) or ""

    async def report(self, inbox_id: int, error: str | None) -> None:
        """Note it."""
        async with self._spoke:
            self.said.append(error)
            self._spoke.notify_all()

    async def renew(self, inbox_id: int, settings: Mapping[str, str]) -> None:
        """Remember what was renewed."""
        self.renewed.append(dict(settings))

    async def until_well(self) -> None:
        """Wait until the last word is that all is well."""
        async with self._spoke:
            await asyncio.wait_for(self._spoke.wait_for(lambda: bool(self.said) and not self.words), 20)

    async def until_red(self, words: str = "") -> str:
        """Wait until a trouble with these words stands there; return what is said of it."""
        async with self._spoke:
            await asyncio.wait_for(self._spoke.wait_for(lambda: bool(self.words) and words in self.words), 20)
            return self.words
