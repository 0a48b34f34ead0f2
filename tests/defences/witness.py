"""A plugin of pytest that notes what became of each test, also when the run is ended from outside: one JSON line a report."""

import json
import os
from pathlib import Path

import pytest

NOTE = "KINDRED_WITNESS"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note one phase of a test."""
    _note(report.nodeid, report.when or "call", report.outcome, report.longrepr)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note what could not be collected."""
    if report.outcome == "failed":
        _note(report.nodeid, "collect", report.outcome, report.longrepr)


def _note(test: str, phase: str, outcome: str, shown: object) -> None:
    crash = getattr(shown, "reprcrash", None)
    line = json.dumps({"test": test, "phase": phase, "outcome": outcome, "why": str(crash.message if crash else shown or "")[:500]})
    with Path(os.environ[NOTE]).open("a") as note:
        note.write(line + "\n")
