"""What `pip install` brings, by size: `python -m bench.closure` prints the table of docs/OPERATIONS.md, largest first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.markers import Marker

from bench.report import markdown
from bench.serving import ROOT

_LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?:\s*;\s*(.+?))?\s*\\?$")
_SHOWN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One distribution, and the bytes of its files."""

    name: str
    version: str
    size: int


def closure() -> list[Installed]:
    """Return what requirements.lock asks for on this platform and is installed, largest first."""
    found = [Installed(name=name, version=one.version, size=_size(one)) for name in _locked() if (one := _distribution(name)) is not None]
    return sorted(found, key=lambda one: -one.size)


def table(installed: list[Installed]) -> str:
    """Return the largest, the others in one line, and the sum, as Markdown."""
    total, rest = sum(one.size for one in installed), installed[_SHOWN:]
    rows = [("distribution", "version", "MB"), *((one.name, one.version, _mega(one.size)) for one in installed[:_SHOWN])]
    rows.append((f"{len(rest)} others", "", _mega(sum(one.size for one in rest))))
    rows.append((f"all {len(installed)}", "", _mega(total)))
    return markdown(rows)


def _locked() -> Iterator[str]:
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        found = _LINE.match(line)
        if found and (found[3] is None or Marker(found[3]).evaluate()):
            yield found[1]


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _size(one: Distribution) -> int:
    """Return what the distribution's files take, without what Python compiles from them."""
    return sum(file.size or 0 for file in one.files or () if file.suffix != ".pyc")


def _mega(size: int) -> str:
    return f"{size / 1e6:.1f}"


if __name__ == "__main__":
    print(table(closure()))
