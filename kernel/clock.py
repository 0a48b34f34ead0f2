"""The clock, handed over: nobody outside the kernel asks the operating system what time it is."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_LEAP = timedelta(minutes=10)


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class LeapWatch:
    """Notices that a clock was put ahead or back, by one that only runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.now(), time.monotonic()

    def has_leapt(self) -> bool:
        """Say whether the clock has moved otherwise than time, by more than ten minutes, since this was last asked."""
        (then, ran), (now, runs) = self._last, (self._clock.now(), time.monotonic())
        self._last = now, runs
        return abs(now - then - timedelta(seconds=runs - ran)) > _LEAP


class MovedClock:
    """A clock that stands where it was put: for tests and for seeding a desk with a past."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("A clock needs an aware moment.")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment it was last put to."""
        return self._at

    def advance(self, span: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a span, or by `timedelta`'s own keywords (`hours=2`); return the new moment."""
        self._at += span if span is not None else timedelta(**parts)
        return self._at

    def put(self, at: datetime) -> None:
        """Put the clock to a moment, earlier or later."""
        self._at = at.astimezone(UTC)
