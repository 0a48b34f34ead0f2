"""The table of docs/SECURITY.md, made of the register."""

from itertools import groupby
from pathlib import Path

from tests.defences.register import ROOT, Defence

PAGE = ROOT / "docs" / "SECURITY.md"
BEGIN, END = "<!-- the table: python -m tests.defences --write -->", "<!-- the end of the table -->"


def table(defences: list[Defence]) -> str:
    """Return the table in Markdown, a heading for each subject."""
    parts = []
    for subject, of_it in groupby(defences, lambda defence: defence.subject):
        rows = [f"| {_cell(defence.attack)} | {_cell(defence.defence)} | `{defence.test.removeprefix('tests/')}` |" for defence in of_it]
        parts.append("\n".join([f"### {subject.replace('_', ' ').capitalize()}", "", "| attack | defence | test |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts)


def written(text: str, defences: list[Defence]) -> str:
    """Return the page with the table between its two marks.

    Raises:
        ValueError: the marks are not there once each.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"the page needs {BEGIN} and {END}, once each")
    return f"{before}{BEGIN}\n\n{table(defences)}\n\n{END}{after}"


def write(defences: list[Defence], page: Path = PAGE) -> None:
    """Put the table into the page."""
    page.write_text(written(page.read_text(), defences))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
