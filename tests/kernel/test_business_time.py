"""Open time by table: lunch, midnight, holidays and both changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.business_time import BadHours, Hours, due_at, elapsed, is_open

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours.read(
    "Europe/Berlin", [[day, opens, closes] for day in range(5) for opens, closes in (("09:00", "12:00"), ("13:00", "17:30"))], ["2026-12-25", "2026-12-28"]
)
NIGHT = Hours.read("Europe/Berlin", [[day, "22:00", "06:00"] for day in range(7)], ["2026-12-25"])
ALWAYS = Hours.read("Europe/Berlin", [[day, "00:00", "24:00"] for day in range(7)], [])
BRIDGE = Hours.read("Europe/Berlin", [[6, "01:00", "02:30"], [6, "02:15", "02:45"]], [])
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """A moment by Berlin's clocks; where they show it twice, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


class TestIsOpen:
    @pytest.mark.parametrize(
        ("hours", "moment", "expected"),
        [
            pytest.param(OFFICE, "2026-03-11T09:00", True, id="the moment it opens"),
            pytest.param(OFFICE, "2026-03-11T08:59:59", False, id="a second before"),
            pytest.param(OFFICE, "2026-03-11T12:00", False, id="lunch"),
            pytest.param(OFFICE, "2026-03-11T13:00", True, id="after lunch"),
            pytest.param(OFFICE, "2026-03-11T17:30", False, id="the moment it closes"),
            pytest.param(OFFICE, "2026-03-14T10:00", False, id="Saturday"),
            pytest.param(OFFICE, "2026-12-25T10:00", False, id="a holiday"),
            pytest.param(NIGHT, "2026-03-11T23:59", True, id="before midnight"),
            pytest.param(NIGHT, "2026-03-12T00:00", True, id="midnight"),
            pytest.param(NIGHT, "2026-03-12T05:59", True, id="before dawn"),
            pytest.param(NIGHT, "2026-03-12T06:00", False, id="dawn"),
            pytest.param(NIGHT, "2026-12-25T00:00", False, id="the night ends where a holiday begins"),
            pytest.param(NIGHT, "2026-12-25T22:30", False, id="no night begins on a holiday"),
            pytest.param(NIGHT, "2026-12-26T01:00", False, id="so none goes on after it"),
            pytest.param(ALWAYS, "2026-03-29T03:00", True, id="always"),
        ],
    )
    def test_knows_the_clock(self, hours: Hours, moment: str, expected: bool) -> None:
        assert is_open(hours, at(moment)) is expected


class TestElapsed:
    @pytest.mark.parametrize(
        ("hours", "start", "end", "expected"),
        [
            pytest.param(OFFICE, "2026-03-11T10:00", "2026-03-11T11:30", 1.5 * HOUR, id="within a morning"),
            pytest.param(OFFICE, "2026-03-11T11:00", "2026-03-11T14:00", 2 * HOUR, id="over lunch"),
            pytest.param(OFFICE, "2026-03-11T12:10", "2026-03-11T12:50", 0 * HOUR, id="within lunch"),
            pytest.param(OFFICE, "2026-03-13T16:30", "2026-03-16T10:00", 2 * HOUR, id="over a weekend"),
            pytest.param(OFFICE, "2026-03-11T11:00", "2026-03-11T10:00", 0 * HOUR, id="backwards"),
            pytest.param(OFFICE, "2026-03-04T10:00", "2026-03-11T10:00", 37.5 * HOUR, id="a week"),
            pytest.param(OFFICE, "2026-03-25T10:00", "2026-04-01T10:00", 37.5 * HOUR, id="a week in which the clocks change at night"),
            pytest.param(OFFICE, "2026-12-21T00:00", "2027-01-04T00:00", 8 * 7.5 * HOUR, id="two weeks with two holidays"),
            pytest.param(OFFICE, "2025-01-01T00:00", "2026-01-01T00:00", 261 * 7.5 * HOUR, id="a year"),
            pytest.param(NIGHT, "2026-03-11T20:00", "2026-03-12T08:00", 8 * HOUR, id="a night"),
            pytest.param(NIGHT, "2026-03-28T20:00", "2026-03-29T08:00", 7 * HOUR, id="the short night"),
            pytest.param(NIGHT, "2026-10-24T20:00", "2026-10-25T08:00", 9 * HOUR, id="the long night"),
            pytest.param(NIGHT, "2026-12-24T20:00", "2026-12-26T08:00", 2 * HOUR, id="nights around a holiday"),
            pytest.param(ALWAYS, "2026-03-29T00:00", "2026-03-30T00:00", 23 * HOUR, id="the short day"),
            pytest.param(ALWAYS, "2026-10-25T00:00", "2026-10-26T00:00", 25 * HOUR, id="the long day"),
            pytest.param(BRIDGE, "2026-03-29T00:00", "2026-03-29T12:00", 1 * HOUR, id="edges in the missing hour fall on the change"),
            pytest.param(BRIDGE, "2026-03-22T00:00", "2026-03-22T12:00", 1.75 * HOUR, id="spans that overlap count once"),
            pytest.param(BRIDGE, "2026-10-25T00:00", "2026-10-25T12:00", 2.75 * HOUR, id="what closes in the doubled hour closes at its second turn"),
        ],
    )
    def test_counts_open_time(self, hours: Hours, start: str, end: str, expected: timedelta) -> None:
        assert elapsed(hours, at(start), at(end)) == expected


class TestDueAt:
    @pytest.mark.parametrize(
        ("hours", "start", "span", "expected"),
        [
            pytest.param(OFFICE, "2026-03-11T10:00", HOUR, "2026-03-11T11:00", id="within a morning"),
            pytest.param(OFFICE, "2026-03-11T11:30", HOUR, "2026-03-11T13:30", id="over lunch"),
            pytest.param(OFFICE, "2026-03-11T11:00", HOUR, "2026-03-11T12:00", id="at the moment it closes"),
            pytest.param(OFFICE, "2026-03-13T17:00", HOUR, "2026-03-16T09:30", id="over a weekend"),
            pytest.param(OFFICE, "2026-12-24T17:00", HOUR, "2026-12-29T09:30", id="over holidays and a weekend"),
            pytest.param(OFFICE, "2026-03-14T10:00", timedelta(0), "2026-03-14T10:00", id="no span at all"),
            pytest.param(OFFICE, "2026-03-11T10:00", 37.5 * HOUR, "2026-03-18T10:00", id="a week's worth"),
            pytest.param(OFFICE, "2026-03-09T09:00", 37.5 * HOUR, "2026-03-13T17:30", id="a week's worth from Monday ends on Friday"),
            pytest.param(OFFICE, "2025-01-01T00:00", 261 * 7.5 * HOUR, "2025-12-31T17:30", id="a year"),
            pytest.param(NIGHT, "2026-03-29T01:30", HOUR, "2026-03-29T03:30", id="over the missing hour"),
            pytest.param(NIGHT, "2026-10-25T01:30", 2 * HOUR, "2026-10-25T02:30+01:00", id="over the doubled hour"),
        ],
    )
    def test_finds_the_moment(self, hours: Hours, start: str, span: timedelta, expected: str) -> None:
        moment = datetime.fromisoformat(expected)
        assert due_at(hours, at(start), span) == (moment if moment.tzinfo else at(expected))

    def test_refuses_what_never_comes(self) -> None:
        with pytest.raises(BadHours):
            due_at(BRIDGE, at("2026-03-11T10:00"), timedelta(days=500_000))

    @settings(max_examples=50, deadline=None)
    @given(
        st.sampled_from([OFFICE, NIGHT, ALWAYS, BRIDGE]),
        st.timedeltas(timedelta(0), timedelta(days=365)),
        st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
    )
    def test_is_the_other_side_of_elapsed(self, hours: Hours, after: timedelta, span: timedelta) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC) + after
        due = due_at(hours, start, span)
        assert elapsed(hours, start, due) == span
        assert elapsed(hours, start, due - timedelta(microseconds=1)) < span

    @settings(max_examples=50, deadline=None)
    @given(st.sampled_from([OFFICE, NIGHT, BRIDGE]), st.integers(0, 370 * 24), st.integers(0, 40 * 24), st.integers(0, 40 * 24))
    def test_two_stretches_are_as_long_as_both_together(self, hours: Hours, start: int, one: int, other: int) -> None:
        first = datetime(2026, 1, 1, tzinfo=UTC) + start * HOUR
        middle, last = first + one * HOUR, first + (one + other) * HOUR
        assert elapsed(hours, first, middle) + elapsed(hours, middle, last) == elapsed(hours, first, last)


class TestRead:
    @pytest.mark.parametrize(
        ("zone", "spans", "holidays"),
        [
            pytest.param("Mars/Olympus", [[0, "09:00", "17:00"]], [], id="no such zone"),
            pytest.param("UTC", [], [], id="never open"),
            pytest.param("UTC", [[7, "09:00", "17:00"]], [], id="no such day"),
            pytest.param("UTC", [[0, "9", "17:00"]], [], id="no time of day"),
            pytest.param("UTC", [[0, "24:30", "17:00"]], [], id="after the end of the day"),
            pytest.param("UTC", [[0, "24:00", "17:00"]], [], id="opening at the end of the day"),
            pytest.param("UTC", [[0, "09:00"]], [], id="half a span"),
            pytest.param("UTC", ["monday"], [], id="no span at all"),
            pytest.param("UTC", [[0, "09:00", "17:00"]], ["25.12.2026"], id="no date"),
        ],
    )
    def test_refuses_what_means_nothing(self, zone: str, spans: list[object], holidays: list[str]) -> None:
        with pytest.raises(BadHours):
            Hours.read(zone, spans, holidays)

    def test_understands_what_is_kept(self) -> None:
        assert OFFICE.weekly == 37.5 * HOUR
        assert ALWAYS.weekly == timedelta(days=7)
        assert BRIDGE.weekly == 1.75 * HOUR
        assert OFFICE.holidays == {date(2026, 12, 25), date(2026, 12, 28)}
