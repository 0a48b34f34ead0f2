"""Waits that double."""

from datetime import timedelta

import pytest

from kernel.backoff import doubling


class TestDoubling:
    @pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (10, 1024), (12, 3600), (1_000_000, 3600)])
    def test_doubles_up_to_the_most(self, attempt: int, seconds: int) -> None:
        assert doubling(attempt, jitter=0) == timedelta(seconds=seconds)

    def test_leaves_a_part_to_chance(self) -> None:
        waits = {doubling(3) for _ in range(200)}
        assert len(waits) > 100
        assert timedelta(seconds=6.4) <= min(waits) <= max(waits) <= timedelta(seconds=9.6)

    def test_never_overflows(self) -> None:
        assert doubling(10**9, first=timedelta(days=1), most=timedelta(days=2), jitter=0) == timedelta(days=2)
