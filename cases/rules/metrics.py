"""How spans are summed up."""

import math
from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from cases.values import Figures


def figures(spans: Iterable[timedelta]) -> Figures:
    """Return the median (of an even number: the middle of the two in the middle) and the 90th percentile by nearest rank (the smallest span that nine in ten do not exceed)."""
    ordered = sorted(spans)
    if not ordered:
        return Figures(median=None, p90=None, n=0)
    # In microseconds, because a median of two spans divides: integers stay exact where floats of seconds would not.
    middle = median(span // timedelta(microseconds=1) for span in ordered)
    return Figures(median=timedelta(microseconds=middle), p90=ordered[math.ceil(0.9 * len(ordered)) - 1], n=len(ordered))
