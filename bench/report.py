"""What a bench found: a figure beside its floor and its target, and how figures are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HEADINGS = ("figure", "database", "value", "target", "", "floor", "to floor", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What the machine itself takes for the same, in the figure's unit, measured in the same run; `name` says what was done."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number. At most one of `at_most` and `at_least` is its target, in its own unit."""

    name: str
    value: float
    unit: str
    database: str = ""
    at_most: float | None = None
    at_least: float | None = None
    floor: Floor | None = None
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    @property
    def ratio(self) -> float | None:
        """How many times its floor the figure is; None without one."""
        return self.value / self.floor.value if self.floor is not None and self.floor.value else None

    def as_json(self) -> dict[str, object]:
        """Return the figure as data."""
        return {
            "name": self.name,
            "database": self.database,
            "value": self.value,
            "unit": self.unit,
            "at_most": self.at_most,
            "at_least": self.at_least,
            "is_reached": self.is_reached,
            "floor": None if self.floor is None else {"name": self.floor.name, "value": self.floor.value},
            "ratio": self.ratio,
            "note": self.note,
        }


def table(figures: Sequence[Figure]) -> str:
    """Return figures as a Markdown table; a column that nobody fills is left out."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    filled = [at for at, _ in enumerate(_HEADINGS) if any(row[at] for row in rows[1:])]
    return markdown([[row[at] for at in filled] for row in rows])


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as an aligned Markdown table; the first one is the heading."""
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(rows[0], widths), _line(["-" * width for width in widths], widths), *(_line(row, widths) for row in rows[1:])]
    return "\n".join(lines)


def percentile(values: Iterable[float], part: float) -> float:
    """Return the value below which `part` (0 to 1) of all lie; the largest for 1.

    Raises:
        ValueError: there are none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def number(value: float) -> str:
    """Return a number with three digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    for least, digits in ((10, 1), (1, 2), (0.1, 3)):
        if abs(value) >= least:
            return f"{value:.{digits}f}"
    return f"{value:.2g}"


def _row(figure: Figure) -> tuple[str, ...]:
    if figure.at_most is not None:
        target = f"≤ {number(figure.at_most)}"
    else:
        target = "" if figure.at_least is None else f"≥ {number(figure.at_least)}"
    verdict = {True: "reached", False: "**falls short**", None: ""}[figure.is_reached]
    floor = "" if figure.floor is None else f"{number(figure.floor.value)} ({figure.floor.name})"
    ratio = "" if figure.ratio is None else f"× {number(figure.ratio)}"
    return (figure.name, figure.database, f"{number(figure.value)} {figure.unit}".strip(), target, verdict, floor, ratio, figure.note)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
