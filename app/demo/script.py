"""The stories of the demo desk as they are written down: a small screenplay format, read from stories/*.txt.

A story begins with `= PERSON CHANNEL START | Subject`; START is `5@09:30` (five working days back, by the shop's clock),
`sat1@15:40` (the last Saturday) or `-50m` (ago). Each line after it that begins with a sign and a span is a turn, so much
later than the one before: `> +5m` the customer says, `< +12m resolved` an agent answers (and the case is then so),
`# +3m` an agent notes, `: +1m tag refund` an agent does. What the lines below a turn say is its text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

_FOLDER = Path(__file__).parent / "stories"
_HEAD = re.compile(r"= (?P<person>\w+) (?P<channel>\w+) (?P<start>\S+)(?: \| (?P<subject>.+))?")
_TURN = re.compile(r"(?P<sign>[><#:]) \+(?P<after>\d+[mhd])(?P<words>(?: \S+)*)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Kind(StrEnum):
    """Who acts in a turn, and how."""

    SAYS = ">"
    ANSWERS = "<"
    NOTES = "#"
    DOES = ":"


class BadScript(ValueError):
    """A story cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that somebody says or does, so much later than the turn before."""

    kind: Kind
    after: timedelta
    words: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One matter of one customer, from its first message on."""

    person: str
    channel: str
    start: str
    subject: str
    turns: tuple[Turn, ...]


def stories() -> list[Story]:
    """Return all stories of the demo desk."""
    return [story for file in sorted(_FOLDER.glob("*.txt")) for story in read(file.read_text(encoding="utf-8"))]


def read(script: str) -> Iterator[Story]:
    """Yield the stories of a script.

    Raises:
        BadScript: it does not begin with a story, or a story with its customer.
    """
    for piece in re.split(r"^(?== )", script, flags=re.MULTILINE):
        if not piece.strip():
            continue
        head, _, rest = piece.partition("\n")
        found = _HEAD.fullmatch(head.strip())
        turns = tuple(_turns(rest))
        if not found or not turns or turns[0].kind is not Kind.SAYS:
            raise BadScript(f"No story: {head[:80]}")
        yield Story(person=found["person"], channel=found["channel"], start=found["start"], subject=found["subject"] or "", turns=turns)


def span(words: str) -> timedelta:
    """Return a span like `90m`, `2h` or `3d`."""
    return timedelta(**{_UNITS[words[-1]]: int(words[:-1])})


def _turns(lines: str) -> Iterator[Turn]:
    found: re.Match[str] | None = None
    text: list[str] = []
    for line in [*lines.split("\n"), None]:
        begins = None if line is None else _TURN.fullmatch(line)
        if (begins or line is None) and found:
            yield _turn(found, "\n".join(text).strip())
        if begins:
            found, text = begins, []
        elif line is not None:
            text.append(line)


def _turn(found: re.Match[str], text: str) -> Turn:
    words = found["words"].split()
    return Turn(
        kind=Kind(found["sign"]),
        after=span(found["after"]),
        words=tuple(word for word in words if "=" not in word),
        options=dict(word.split("=", 1) for word in words if "=" in word),
        text=text,
    )
