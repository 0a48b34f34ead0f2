"""Runs the benches and shows what they found: `python -m bench [--full] [--only-sqlite] [names …]`."""

import argparse
import asyncio
import importlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import machine, report
from bench.report import Figure
from bench.size import Size, sized

BENCHES = ("intake", "lists", "live", "startup")


def main() -> None:
    """Measure what is asked for; print tables and write them as JSON."""
    asked = _asked()
    with sized(is_full=asked.full, only_sqlite=asked.only_sqlite, place=asked.place) as size:
        host = machine.described(size.postgres.source if size.postgres else None)
        host["sync_seconds"] = machine.sync_time(size.folder)
        found: dict[str, list[Figure]] = {}
        for name in asked.names or BENCHES:
            began = time.monotonic()
            found[name] = _measured(name, size)
            print(f"\n## {name}\n\n{report.table(found[name])}\n\n({time.monotonic() - began:.0f} s)", flush=True)
        host["load_at_end"] = machine.load()
        print(f"\n## machine\n\n{machine.in_words(host)}")
        if asked.out is not None:
            _write(asked.out, host, size, found)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"Which benches: {', '.join(BENCHES)}; all when none is named.")
    parser.add_argument("--full", action="store_true", help="The sizes that were promised, not those that end within ten minutes.")
    parser.add_argument("--only-sqlite", action="store_true", help="Leave PostgreSQL out.")
    parser.add_argument("--place", type=Path, help="A folder on the disk to be measured.")
    parser.add_argument("--out", type=Path, help="A file for the figures as JSON.")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHES):
        parser.error(f"there is no bench named {', '.join(sorted(unknown))}")
    return asked


def _measured(name: str, size: Size) -> list[Figure]:
    bench = importlib.import_module(f"bench.{name}")
    figures: list[Figure] = asyncio.run(bench.run(size))
    return figures


def _write(path: Path, host: dict[str, object], size: Size, found: Mapping[str, Sequence[Figure]]) -> None:
    benches = {name: [figure.as_json() for figure in figures] for name, figures in found.items()}
    path.write_text(json.dumps({"machine": host, "size": "full" if size.is_full else "small", "benches": benches}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
