"""Puts measured tables into docs/BENCHMARKS.md: `python -m bench.paper FIGURES.json …` (what `python -m bench --out` wrote)."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.report import Figure, Floor, table

PAPER = Path(__file__).parent.parent / "docs" / "BENCHMARKS.md"
_PLACE = "<!-- figures: {name} -->"


def main(paths: Sequence[str]) -> None:
    """Put the tables of all files in their places; a bench that has no place there is named."""
    text = PAPER.read_text()
    for path in paths:
        for name, figures in json.loads(Path(path).read_text())["benches"].items():
            text = placed(text, name, table([_figure(figure) for figure in figures]))
    PAPER.write_text(text)


def placed(text: str, name: str, figures: str) -> str:
    """Return the paper with this bench's table in place of the one that stands there, or of none.

    Raises:
        SystemExit: the paper has no place for it.
    """
    place = _PLACE.format(name=name)
    if text.count(place) != 1:
        raise SystemExit(f"{PAPER.name} must hold the line {place} once, above the table of {name}.")
    return re.sub(rf"({re.escape(place)}\n)\n*(?:\|[^\n]*\n)*\n*", lambda found: f"{found[1]}\n{figures}\n\n", text)


def _figure(kept: Mapping[str, Any]) -> Figure:
    floor = None if kept["floor"] is None else Floor(name=kept["floor"]["name"], value=kept["floor"]["value"])
    return Figure(**{key: kept[key] for key in ("name", "value", "unit", "database", "at_most", "at_least", "note")}, floor=floor)


if __name__ == "__main__":
    main(sys.argv[1:])
