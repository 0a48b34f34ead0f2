"""How often somebody may do something: a sliding window by name, in memory, bounded."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from kernel.clock import Clock
from kernel.errors import TooMany

_MOST_NAMES = 10_000


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
