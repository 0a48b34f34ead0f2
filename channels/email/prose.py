"""What a mail server says in prose: whom it could not reach, and its words about each."""

import re
from collections.abc import Iterable, Sequence

from channels.email.reports import ADDRESS, MOST_REPORTS, Report, bounded, made, status_in
from channels.email.returned import PROSE, before_copy

_MOST_LINES = 1_000
_LONGEST_LINE = 1_000
# What may stand before the address on a line that is about it.
_LEADING = re.compile(
    r"[\s>*|•·<\"'(-]{0,40}(?:(?:to|recipient|rcpt to|(?:failed|original|final|intended) recipient|recipient address|address|e-?mail|user|unknown user|addressee|for|mailto"
    r"|destinatario|empfänger|宛先|收件人)s?[\s:=<\"'*]{1,12}(?:mailto:)?[<\"']{0,2})?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?:\w[\w ()'-]{0,60}:\s{0,9}[<\"']{0,2})?[^\s<>()\[\],;:\"'|=]{1,80}@[a-z0-9.-]{3,250}", re.IGNORECASE)
# Lines of the returned mail's own that a report repeats.
_NO_RECIPIENT = re.compile(r"[\s>|]{0,20}(?:message-id|subject|from|sender|references|in-reply-to|return-path)\s{0,9}:", re.IGNORECASE)
_VERP = re.compile(r"[+=-]([^+@\s]{1,64})=([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9})@", re.IGNORECASE)
_ORNAMENTS = " \t>*|•·<\"'(-"
_ASIDES = ("contact", "assistance", "questions", "support", "help", "abuse@", "unblock@", "please write", "e-mail us", "email us", "wenden sie sich")


def prose_reports(text: str, named: Sequence[str], ours: frozenset[str]) -> tuple[Report, ...]:
    """Return what a server says in prose, one report for each recipient: those named in a header, then those that begin a line.

    `ours` are addresses that are none: to whom the report was sent, and by whom.
    """
    prose = before_copy(text)[:PROSE]
    # Who writes to himself is both: then his address is the one.
    places = _recipient_places(prose, ours) or [place for place in _recipient_places(prose, frozenset()) if not named]
    known = {name.lower() for name in named}
    places = [place for place in places if place[1].lower() in known] or places
    whole, words = status_in(prose), bounded(prose)
    found: dict[str, Report] = {}
    ends = [at for at, _ in places[1:]] + [len(prose)]
    for (at, address), end in zip(places, ends, strict=False):
        known_report = found.get(address.lower())
        if known_report is None or known_report.status is None:
            told = bounded(prose[at:end])
            found[address.lower()] = made(address, status_in(prose[at:end].replace(address, " ")) or whole, told)
    rest = [name for name in named if name.lower() not in found]
    if len(found) == 1 and len(rest) == 1:
        # The header names whom we wrote to, the prose where that was forwarded to.
        [only] = found.values()
        return (made(rest[0], only.status, only.words),)
    reports = [*found.values(), *(made(name, whole, words) for name in rest)][:MOST_REPORTS]
    return tuple(reports) or (made(None, whole, words),)


def lists_recipients(prose: str) -> bool:
    """Say whether a line begins with an address, or with a label and one, as those do in which servers name whom they could not reach."""
    return any("@" in line and _LISTED.match(line.lstrip(_ORNAMENTS)) for line in prose.split("\n")[:_MOST_LINES])


def _recipient_places(prose: str, ours: frozenset[str]) -> list[tuple[int, str]]:
    """Return addresses that begin a line, with their places; where none does, the first that stands anywhere."""
    leading: list[tuple[int, str]] = []
    first: list[tuple[int, str]] = []
    at = 0
    for line in prose.split("\n")[:_MOST_LINES]:
        if _NO_RECIPIENT.match(line):
            at += len(line) + 1
            continue
        for match in list(ADDRESS.finditer(line[:_LONGEST_LINE]))[:3] if "@" in line else ():
            address = match[0].strip(".-*")
            if address.lower() in ours or address.lower().startswith(("mailer-daemon@", "postmaster@")):
                continue
            if _LEADING.fullmatch(line[: match.start()]):
                leading.append((at, address))
                break
            if not first and not any(word in line.lower() for word in _ASIDES):
                first = [(at, address)]
        at += len(line) + 1
    return leading[:MOST_REPORTS] or first


def recipient_by_verp(addresses: Iterable[str]) -> str | None:
    """Return the recipient that a return address of the VERP kind holds (bounces+ada=example.com@ours)."""
    for address in addresses:
        found = _VERP.search(address)
        if found:
            return f"{found[1]}@{found[2]}"
    return None
