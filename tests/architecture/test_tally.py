"""What a run says at its end: nothing is left out without being named in the last line."""

import json
from pathlib import Path
from typing import Literal

import pytest

from tests.support import tally


def report(outcome: Literal["passed", "skipped"], *marks: str, why: str = "") -> pytest.TestReport:
    longrepr = ("test_x.py", 1, f"Skipped: {why}") if why else None
    return pytest.TestReport("test_x.py::test_x", ("test_x.py", 1, "test_x"), dict.fromkeys(marks, 1), outcome, longrepr, "call")


class TestLines:
    def test_count_by_place(self, tmp_path: Path) -> None:
        stats = {"passed": [report("passed", "sqlite"), report("passed", "postgresql"), report("passed", "browser", "sqlite"), report("passed")]}
        assert tally.lines(tmp_path, stats)[2:] == ["passed: 2 on SQLite, 1 on PostgreSQL, 1 on Chromium, 4 in all", "nothing was skipped"]

    def test_end_with_everything_that_was_skipped_and_why(self, tmp_path: Path) -> None:
        stats = {
            "skipped": [report("skipped", why="no Chromium"), report("skipped", why="no PostgreSQL:\n initdb failed"), report("skipped", why="no Chromium")]
        }
        assert tally.lines(tmp_path, stats)[-1] == "SKIPPED: 2 × no Chromium; 1 × no PostgreSQL: initdb failed"

    @pytest.mark.parametrize(
        ("noted", "said"),
        [
            pytest.param(None, "PostgreSQL: no test asked for it", id="not asked for"),
            pytest.param({"url": "…", "source": "15.18, the installed one"}, "PostgreSQL: 15.18, the installed one", id="started"),
            pytest.param({"missing": "none to be had"}, "PostgreSQL: none (none to be had)", id="missing"),
        ],
    )
    def test_say_which_postgresql_it_was(self, tmp_path: Path, noted: dict[str, str] | None, said: str) -> None:
        if noted:
            (tmp_path / "postgres.json").write_text(json.dumps(noted))
        assert tally.lines(tmp_path, {})[1] == said
