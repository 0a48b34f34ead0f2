"""Takes every defence out once and sees its test fail: `python -m tests.defences [subject …]`; `--write` puts the table into docs/SECURITY.md."""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.defences import page, register
from tests.defences.trial import Court, Finding, Outcome
from tests.support import torture


def main() -> int:
    """Return the exit status: 0 when every test failed as it should."""
    parser = argparse.ArgumentParser(prog="python -m tests.defences", description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"of {', '.join(register.subjects())}; all without any")
    parser.add_argument("--about", default="", help="only those whose attack fits this pattern")
    parser.add_argument("--write", action="store_true", help="only write the table into docs/SECURITY.md")
    given = parser.parse_args()
    try:
        if given.write:
            page.write(register.read())
            return 0
        return _try_all([defence for defence in register.read(*given.subjects) if re.search(given.about, defence.attack, re.IGNORECASE)])
    except register.Unusable as unusable:
        click.echo(unusable, err=True)
        return 2


def _try_all(defences: list[register.Defence]) -> int:
    torture.settle_seed()
    # A PostgreSQL that is started for this ends with this process.
    os.environ["KINDRED_TEST_OWNER"] = str(os.getpid())
    began, bad = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="kindred-defences-") as folder:
        court = Court(Path(folder))
        click.echo(f"{len(defences)} defences, SEED={torture.seed()}; first their tests with everything in its place …")
        court.see_untouched(defences)
        for number, defence in enumerate(defences, 1):
            finding = court.take_out(defence)
            bad += finding.outcome is not Outcome.FAILS
            click.echo(_line(number, defence, finding))
    click.echo(f"{len(defences) - bad} of {len(defences)} tests fail without their defence, in {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


def _line(number: int, defence: register.Defence, finding: Finding) -> str:
    first = f"{number:3} {finding.outcome.value:<12} {finding.seconds:5.1f} s  {defence.subject}: {defence.attack}"
    why = " ".join(finding.why.split())[:160]
    return f"{first}\n{'':17}{defence.test}\n{'':17}{why}"


if __name__ == "__main__":
    sys.exit(main())
