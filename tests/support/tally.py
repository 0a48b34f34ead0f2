"""What a run says at its end: its seed, which PostgreSQL it used, how much ran where, and what did not run."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support import torture

PLACES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "browser": "Chromium"}


def lines(run_folder: Path, stats: Mapping[str, Sequence[object]]) -> list[str]:
    """Return the lines; the last one says what was skipped."""
    passed = Counter(place for report in _reports(stats, "passed") for place in PLACES if place in report.keywords)
    counts = ", ".join(f"{passed[place]} on {name}" for place, name in PLACES.items())
    return [f"seed: {torture.seed()}", f"PostgreSQL: {_server(run_folder)}", f"passed: {counts}, {len(_reports(stats, 'passed'))} in all", _skipped(stats)]


def _reports(stats: Mapping[str, Sequence[object]], outcome: str) -> list[pytest.TestReport | pytest.CollectReport]:
    return [report for report in stats.get(outcome, ()) if isinstance(report, pytest.TestReport | pytest.CollectReport)]


def _server(run_folder: Path) -> str:
    note = run_folder / "postgres.json"
    if not note.exists():
        return "no test asked for it"
    noted = json.loads(note.read_text())
    return f"none ({noted['missing']})" if "missing" in noted else str(noted["source"])


def _skipped(stats: Mapping[str, Sequence[object]]) -> str:
    """Return one line, by reason, the most frequent first."""
    reasons = Counter(_reason(report) for outcome in ("skipped", "xfailed") for report in _reports(stats, outcome))
    if not reasons:
        return "nothing was skipped"
    return "SKIPPED: " + "; ".join(f"{count} × {reason}" for reason, count in reasons.most_common())


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "") or "expected to fail"
    return " ".join(str(words).removeprefix("Skipped: ").split())
