"""How spans are summed up."""

from datetime import timedelta

import pytest

from cases.rules.metrics import figures
from cases.values import Figures


def hours(*numbers: float) -> list[timedelta]:
    return [timedelta(hours=number) for number in numbers]


class TestFigures:
    @pytest.mark.parametrize(
        ("spans", "median", "p90"),
        [
            pytest.param(hours(3), 3, 3, id="one"),
            pytest.param(hours(4, 1), 2.5, 4, id="two: the middle between them"),
            pytest.param(hours(9, 1, 2), 2, 9, id="three, in no order"),
            pytest.param(hours(*range(1, 11)), 5.5, 9, id="ten: nine do not exceed the ninth"),
            pytest.param(hours(*range(1, 12)), 6, 10, id="eleven"),
            pytest.param(hours(*range(1, 101)), 50.5, 90, id="a hundred"),
        ],
    )
    def test_sums_up(self, spans: list[timedelta], median: float, p90: float) -> None:
        assert figures(spans) == Figures(median=timedelta(hours=median), p90=timedelta(hours=p90), n=len(spans))

    def test_has_nothing_to_say_about_nothing(self) -> None:
        assert figures([]) == Figures(median=None, p90=None, n=0)
