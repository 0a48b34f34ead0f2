"""Time in which somebody is there: what is open, how much open time lies between two moments, when a span of it has passed.

All in the wall-clock time of a zone. A day on which clocks change is as long as it really is: a span over the missing hour
is shorter, one over the doubled hour longer; an edge within the missing hour falls on the change itself, a span that opens
or closes within the doubled hour opens at its first and closes at its second turn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.errors import Invalid

_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)
_FURTHEST = timedelta(days=36_525)
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


class BadHours(Invalid):
    """Business hours that mean nothing, or are never open."""

    code = "business_hours.bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Open from one minute of a weekday (0 is Monday) to another; a span that ends past 1440 goes over midnight."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Open spans of a week in a time zone. On a holiday nothing is open from midnight to midnight, and no span begins.

    Raises:
        BadHours: there is no such zone, a span is none, or all of them together are never open.
    """

    time_zone: str
    spans: tuple[Span, ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not is_time_zone(self.time_zone):
            raise BadHours("There is no such time zone.", time_zone=self.time_zone)
        for span in self.spans:
            if not (0 <= span.weekday <= 6 and 0 <= span.opens < _DAY and span.opens < span.closes <= span.opens + _DAY):
                raise BadHours("A span opens on a weekday from 0 to 6 and closes within a day.", weekday=span.weekday)
        if not self.spans:
            raise BadHours("Business hours need a span in which they are open.")

    @staticmethod
    def read(time_zone: str, spans: Sequence[object], holidays: Sequence[str]) -> "Hours":
        """Return hours from how they are kept: spans `[weekday, "09:00", "17:30"]`, holidays as ISO dates.

        `"24:00"` is the end of the day; an end that is not after the beginning is on the next day.

        Raises:
            BadHours: they mean nothing or are never open.
        """
        try:
            days = frozenset(date.fromisoformat(day) for day in holidays)
        except (ValueError, TypeError) as bad:
            raise BadHours("A holiday is a date like 2026-12-25.") from bad
        return Hours(time_zone=time_zone, spans=tuple(_span(span) for span in spans), holidays=days)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone's rules."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def by_weekday(self) -> tuple[tuple[Span, ...], ...]:
        """The spans that begin on each weekday."""
        return tuple(tuple(span for span in self.spans if span.weekday == weekday) for weekday in range(7))

    @cached_property
    def weekly(self) -> timedelta:
        """How much is open in a week in which no clock changes and nobody celebrates."""
        minutes = {minute % (7 * _DAY) for span in self.spans for minute in range(span.weekday * _DAY + span.opens, span.weekday * _DAY + span.closes)}
        return len(minutes) * _MINUTE


def is_time_zone(name: str) -> bool:
    """Say whether a name like Europe/Berlin names a time zone; listing them all would read a hundred folders."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_open(hours: Hours, at: datetime) -> bool:
    """Say whether a moment lies in an open span; the moment of closing does not."""
    return any(opens <= at < closes for opens, closes in _open_from(hours, at, at + _MINUTE))


def elapsed(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return how much open time lies between two moments; none when the end is not after the start."""
    total, at = timedelta(0), start.astimezone(UTC)
    end = end.astimezone(UTC)
    while at < end:
        until = min(at + _WEEK, end)
        # A plain week holds the same wherever it begins; only the others, and the rest, are walked day by day.
        total += hours.weekly if until - at == _WEEK and _is_plain(hours, at) else _walked(hours, at, until)
        at = until
    return total


def due_at(hours: Hours, start: datetime, span: timedelta) -> datetime:
    """Return the first moment, in UTC, at which so much open time has passed since the start; the start itself for no span.

    Raises:
        BadHours: that would be a hundred years away or more.
    """
    left, at = span, start.astimezone(UTC)
    if left <= timedelta(0):
        return at
    furthest = at + _FURTHEST
    while at < furthest:
        if left > hours.weekly and _is_plain(hours, at):
            left -= hours.weekly
            at += _WEEK
            continue
        for opens, closes in _open_from(hours, at, at + _WEEK):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        at += _WEEK
    raise BadHours("So much open time does not pass within a hundred years.")


def _span(raw: object) -> Span:
    match raw:
        case [int(weekday), str(opening), str(closing)]:
            opens, closes = _minute(opening), _minute(closing)
            return Span(weekday=weekday, opens=opens, closes=closes if closes > opens else closes + _DAY)
    raise BadHours("A span is a weekday from 0 to 6, when it opens and when it closes.")


def _minute(clock: str) -> int:
    found = _CLOCK.fullmatch(clock)
    minute = int(found[1]) * 60 + int(found[2]) if found else _DAY + 1
    if minute > _DAY:
        raise BadHours("A time of day is written like 09:30.", time=clock[:20])
    return minute


def _walked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    return sum((closes - opens for opens, closes in _open_from(hours, start, end)), timedelta(0))


def _is_plain(hours: Hours, at: datetime) -> bool:
    """Say whether the week from here on has neither a change of clocks nor a holiday, nor the night after one."""
    first, last = at.astimezone(hours.zone), (at + _WEEK).astimezone(hours.zone)
    is_steady = first.utcoffset() == last.utcoffset() == (at + _WEEK / 2).astimezone(hours.zone).utcoffset()
    return is_steady and not any(first.date() - _ONE_DAY <= day <= last.date() for day in hours.holidays)


def _open_from(hours: Hours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is open between two moments in UTC, in order, joined where spans meet or overlap."""
    pending: tuple[datetime, datetime] | None = None
    for begins, ends in sorted(_pieces(hours, start.astimezone(hours.zone).date() - _ONE_DAY, end.astimezone(hours.zone).date())):
        opens, closes = max(begins, start), min(ends, end)
        if opens >= closes:
            continue
        if pending is not None and opens <= pending[1]:
            pending = pending[0], max(pending[1], closes)
            continue
        if pending is not None:
            yield pending
        pending = opens, closes
    if pending is not None:
        yield pending


def _pieces(hours: Hours, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans that begin on these days, cut at midnight, without what falls on a holiday."""
    day = first
    while day <= last:
        if day not in hours.holidays:
            for span in hours.by_weekday[day.weekday()]:
                goes_on = span.closes > _DAY
                yield _moment(hours.zone, day, span.opens, fold=0), _moment(hours.zone, day, min(span.closes, _DAY), fold=0 if goes_on else 1)
                if goes_on and day + _ONE_DAY not in hours.holidays:
                    yield _moment(hours.zone, day, _DAY, fold=0), _moment(hours.zone, day, span.closes, fold=1)
        day += _ONE_DAY


def _moment(zone: ZoneInfo, day: date, minute: int, *, fold: int) -> datetime:
    """Return the moment, in UTC, at which the wall clock shows a minute of a day; where it never does, the moment of the change."""
    wall = datetime.combine(day, time(), zone) + minute * _MINUTE
    first, second = (wall.replace(fold=turn) for turn in (0, 1))
    before, after = first.utcoffset() or timedelta(0), second.utcoffset() or timedelta(0)
    if after <= before:
        return wall.replace(fold=fold).astimezone(UTC)
    # Within the missing hour: the change lies between the two readings of it.
    low, high = second.astimezone(UTC), first.astimezone(UTC)
    while high - low > _MINUTE:
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(second=0, microsecond=0)
