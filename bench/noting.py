"""The server as it is, but for a note of the moment after each commit: `main` is `kindred` with that."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from app import compose, start
from inbox.push import Push
from inbox.values import FeedEvent

VARIABLE = "BENCH_NOTES"
NOTES = "notes"
COMMAND = "from bench.noting import main; main()"


class NotingPush(Push):
    """Notes for each event when it was handed over, which is the first thing after the commit (CLOCK_MONOTONIC)."""

    def __init__(self) -> None:
        super().__init__()
        self._notes = Path(os.environ[VARIABLE]).open("a", buffering=1)  # noqa: SIM115, it stays open as long as the process lives

    def publish(self, events: Sequence[FeedEvent]) -> None:
        """Note the moment, then push."""
        at = time.monotonic()
        super().publish(events)
        self._notes.write("".join(f"{event.id} {at}\n" for event in events))


def main() -> None:
    """Run the command line with a push that notes."""
    vars(compose)["Push"] = NotingPush
    start.main()


def noted(path: Path) -> dict[str, float]:
    """Return the moment of each event by its id, as it was first noted."""
    moments: dict[str, float] = {}
    for line in path.read_text().splitlines():
        event_id, _, at = line.partition(" ")
        moments.setdefault(event_id, float(at))
    return moments
