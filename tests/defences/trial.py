"""The trial: in a copy of the tree a defence is taken out, its test is run, and must fail."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

from tests.defences.register import ROOT, Defence, Unusable
from tests.defences.witness import NOTE
from tests.support import torture
from tests.support.postgres import GIVEN, NoPostgres, shared

# Several times what any of them takes where nothing else runs.
SECONDS = 150
_LEFT_OUT = (".git", ".venv", "node_modules", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
# A test that fails because a name is missing has seen a broken file, not a missing defence.
_BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "UnboundLocalError")


class Outcome(StrEnum):
    """What became of a test without the defence; only the first is as it should be."""

    FAILS = "fails"
    STAYS_GREEN = "STAYS GREEN"
    HANGS = "HANGS"
    BREAKS = "BREAKS"
    SKIPPED = "SKIPPED"
    NOT_GREEN_BEFORE = "NOT GREEN BEFORE"
    UNUSABLE = "UNUSABLE"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, why in pytest's words, and how many seconds it took."""

    outcome: Outcome
    why: str = ""
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class _Run:
    status: int | None
    reports: list[dict[str, str]]
    said: str

    def of(self, test: str) -> list[dict[str, str]]:
        """Return the reports of one test, of all its parameters when none are named."""
        return [report for report in self.reports if report["test"] == test or ("[" not in test and report["test"].startswith(f"{test}["))]


class Court:
    """A copy of the tree in a folder that is thrown away later, in which the tests run with this very Python."""

    def __init__(self, folder: Path) -> None:
        self._tree = folder / "tree"
        self._note = folder / "note.jsonl"
        shutil.copytree(ROOT, self._tree, ignore=_left_out)
        if (ROOT / "ui" / "node_modules").is_dir():
            (self._tree / "ui" / "node_modules").symlink_to(ROOT / "ui" / "node_modules")
        self._environment = {name: value for name, value in os.environ.items() if name != torture.LONG_WORD}
        # Before the place where the project is installed: also programs that tests start find the copy.
        self._environment |= {"PYTHONPATH": str(self._tree), NOTE: str(self._note)}
        try:
            self._environment.setdefault(GIVEN, shared(folder).url)
        except NoPostgres as missing:
            click.echo(f"no PostgreSQL: {missing}", err=True)
        self._moment = 0
        self._green: dict[str, Finding] = {}

    def see_untouched(self, defences: Sequence[Defence]) -> None:
        """Run all tests once with everything in its place: whatever fails now proves nothing later.

        Raises:
            Unusable: the tests do not see the copy.
        """
        self._see_the_copy()
        tests = sorted({defence.test for defence in defences})
        run = self._run(tests, SECONDS * len(tests))
        for test in tests:
            calls = [report for report in run.of(test) if report["phase"] == "call" and report["outcome"] != "skipped"]
            bad = [report for report in run.of(test) if report["outcome"] == "failed"]
            if bad or not run.of(test):
                self._green[test] = Finding(Outcome.NOT_GREEN_BEFORE, bad[0]["why"] if bad else run.said[-300:])
            elif not calls:
                self._green[test] = Finding(Outcome.SKIPPED, run.of(test)[0]["why"])

    def take_out(self, defence: Defence) -> Finding:
        """Take a defence out, run its test, put it back, and say what was seen."""
        if defence.test in self._green:
            return self._green[defence.test]
        began = time.monotonic()
        try:
            touched = self._edit(defence)
        except Unusable as unusable:
            return Finding(Outcome.UNUSABLE, str(unusable))
        try:
            run = self._run([defence.test], SECONDS)
        finally:
            self._restore(touched)
        outcome, why = _judge(run, defence.test)
        return Finding(outcome, why, time.monotonic() - began)

    def _edit(self, defence: Defence) -> list[Path]:
        defence.check(self._tree)
        touched: list[Path] = []
        for place in defence.places:
            file = self._tree / place.file
            file.write_text(place.without(file.read_text()))
            # Each time another moment: bytecode of the text before is never taken for that of this one.
            self._moment += 10
            os.utime(file, (self._moment, self._moment))
            touched.append(file)
        if any(place.file.startswith("ui/") for place in defence.places):
            subprocess.run([sys.executable, str(self._tree / "ui" / "build.py")], check=True, capture_output=True, cwd=self._tree, env=self._environment)
        return touched

    def _restore(self, touched: list[Path]) -> None:
        for file in touched:
            shutil.copy2(ROOT / file.relative_to(self._tree), file)
        if any(file.is_relative_to(self._tree / "ui") for file in touched):
            shutil.rmtree(self._tree / "ui" / "dist")
            shutil.copytree(ROOT / "ui" / "dist", self._tree / "ui" / "dist")
            shutil.copy2(ROOT / "ui" / ".build-stamp", self._tree / "ui" / ".build-stamp")

    def _see_the_copy(self) -> None:
        where = subprocess.run(
            [sys.executable, "-c", "import kernel; print(kernel.__file__)"], cwd=self._tree, env=self._environment, capture_output=True, text=True, check=True
        )
        if not Path(where.stdout.strip()).is_relative_to(self._tree):
            raise Unusable(f"the tests would run {where.stdout.strip()}, not the copy")

    def _run(self, tests: Sequence[str], seconds: float) -> _Run:
        self._note.write_text("")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.defences.witness", "--no-header", "--tb=short", *tests]
        # In a session of its own: what the test has started ends with it.
        process = subprocess.Popen(
            command, cwd=self._tree, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        try:
            said, _ = process.communicate(timeout=seconds)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            said, status = _end(process), None
        return _Run(status, [json.loads(line) for line in self._note.read_text().splitlines()], said)


def _left_out(folder: str, names: list[str]) -> set[str]:
    own = {"build", "dist"} if Path(folder) == ROOT else set()
    return {name for name in names if name in _LEFT_OUT or name in own}


def _end(process: subprocess.Popen[str]) -> str:
    """End a run that hangs: first as somebody at a terminal would, so that it clears up, then for good."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            return process.communicate(timeout=10)[0]
        except subprocess.TimeoutExpired:
            continue
    return ""


def _judge(run: _Run, test: str) -> tuple[Outcome, str]:
    reports = run.of(test)
    failed = [report for report in reports if report["outcome"] == "failed"]
    calls = [report for report in failed if report["phase"] == "call"]
    if run.status is None:
        return Outcome.HANGS, f"not done after {SECONDS} s"
    if run.status == 0:
        return Outcome.STAYS_GREEN, ""
    if run.status != 1 or not calls or calls[0]["why"].startswith(_BROKEN):
        why = failed[0]["why"] if failed else run.said[-300:]
        return Outcome.BREAKS, why
    return Outcome.FAILS, calls[0]["why"]
