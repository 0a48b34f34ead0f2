"""How often somebody may do something (a sliding window by name, in memory, bounded), and how much of what is still coming may be held."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from kernel.clock import Clock
from kernel.errors import TooMany, Unavailable

# Of a request's first line. aiohttp's own bound, 8 KiB, is met by a search of a thousand Chinese letters, and answered before anybody can say what is wrong.
LONGEST_LINE = 65_536
_MOST_NAMES = 10_000
_FREE_BYTES = 32_768


class TooFast(TooMany):
    """A visitor writes faster than anybody types."""

    code = "chat.too_fast"


class Window:
    """At most `most` in any `span`, for each name."""

    def __init__(self, clock: Clock, most: int, span: timedelta) -> None:
        self._clock = clock
        self._most = most
        self._span = span
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, name: str) -> None:
        """Count one more.

        Raises:
            TooFast: it is one too many; says when there is room again.
        """
        now = self._clock.now()
        moments = self._seen.setdefault(name, deque())
        self._seen.move_to_end(name)
        while len(self._seen) > _MOST_NAMES:
            self._seen.popitem(last=False)
        # What lies ahead was counted before the clock was put back.
        while moments and not timedelta(0) <= now - moments[0] < self._span:
            moments.popleft()
        if len(moments) >= self._most:
            raise TooFast("Too fast. Wait a moment, then go on.", retry_after=moments[0] + self._span - now)
        moments.append(now)


class Overloaded(Unavailable):
    """More is being sent to us at once than we hold in memory."""

    code = "server.overloaded"

    def __init__(self) -> None:
        super().__init__("Too much is coming in at once. Nothing was kept; try again.", retry_after=timedelta(seconds=10))


class Load:
    """What unfinished bodies hold in memory together: at most `most` bytes, beside a small share that is free for each, so that ordinary ones always pass."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def carrying(self) -> Iterator[Callable[[int], None]]:
        """Yield what is told of the size of one body each time it grows; it raises Overloaded when all together are too large."""
        own = 0

        def grown(size: int) -> None:
            nonlocal own
            more = max(0, size - _FREE_BYTES) - own
            if more > 0 and self._held + more > self._most:
                raise Overloaded
            own += more
            self._held += more

        try:
            yield grown
        finally:
            self._held -= own
