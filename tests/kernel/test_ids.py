"""Ids: time in the high bits, only rising, told apart between processes."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import MovedClock
from kernel.ids import EPOCH, IdMaker, Node, first_id_at, moment_of


class TestIdMaker:
    def test_only_rises_within_a_millisecond(self, clock: MovedClock) -> None:
        make = IdMaker(clock)
        made = [make() for _ in range(5_000)]
        assert made == sorted(set(made))

    def test_only_rises_when_the_clock_steps_back(self, clock: MovedClock) -> None:
        make = IdMaker(clock)
        before = make()
        clock.advance(hours=-1)
        assert make() > before

    def test_follows_a_clock_that_was_moved_back_on_purpose(self, clock: MovedClock) -> None:
        make = IdMaker(clock)
        make()
        clock.advance(days=-30)
        make.jump_back()
        assert moment_of(make()) == clock.now()

    def test_tells_two_processes_apart_in_the_same_millisecond(self, clock: MovedClock) -> None:
        one, other = IdMaker(clock, Node(1)), IdMaker(clock, Node(2))
        assert not {one() for _ in range(2_000)} & {other() for _ in range(2_000)}

    def test_fits_into_64_signed_bits_until_2090(self) -> None:
        make = IdMaker(MovedClock(datetime(2090, 1, 1, tzinfo=UTC)), Node((1 << 12) - 1))
        assert make() < 1 << 63

    def test_makes_something_also_before_its_epoch(self) -> None:
        assert IdMaker(MovedClock(EPOCH - timedelta(days=1)))() > 0


class TestMoments:
    def test_holds_the_millisecond_it_was_made_in(self, clock: MovedClock) -> None:
        clock.advance(milliseconds=123)
        assert moment_of(IdMaker(clock)()) == clock.now()

    @pytest.mark.parametrize(
        ("moved", "is_earlier"),
        [pytest.param(timedelta(milliseconds=-1), True, id="before"), pytest.param(timedelta(0), False, id="at the moment")],
    )
    def test_the_first_id_at_a_moment_parts_before_from_after(self, clock: MovedClock, moved: timedelta, is_earlier: bool) -> None:
        edge = first_id_at(clock.now())
        clock.advance(moved)
        assert (IdMaker(clock, Node(0))() < edge) is is_earlier
