"""Who else a message is written to: their place in it, how agents type them, and the forms under which an address of ours is known."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kernel.text import clean

MOST_OTHERS = 20  # of one message of ours
_LONGEST_NAME = 200
_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64  # RFC 5321 §4.5.3.1
# Less than RFC 5322 allows, on purpose: nothing that could mean anything else in a header or in an SMTP command. Domains may be in any script.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?(\.[^\W_]([\w-]{0,61}[^\W_])?)+")
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")


class Place(StrEnum):
    """Where a message names somebody; of those in `bcc` nobody outside knows."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody a message was also written to; `address` is as it was written."""

    address: str
    name: str | None = None
    role: Place = Place.TO


def typed(text: str, role: Place) -> Participant | None:
    """Return whom an agent means by `name@domain` or `Name <name@domain>`, or None where that is no address that a mail can be sent to."""
    line = text.strip()
    named = _NAMED.fullmatch(line)
    name, address = (named[1].strip().strip('"').strip(), named[2].strip()) if named else ("", line)
    if not _is_address(address):
        return None
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in clean(name)).split())[:_LONGEST_NAME]
    return Participant(address=address, name=shown or None, role=role)


def _is_address(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    if not (len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)) or "=?" in address:
        return False
    try:
        return len(local) + 1 + len(domain.encode("idna")) <= _LONGEST_ADDRESS
    except UnicodeError:
        return False


def forms_of(recipient: str) -> list[str]:
    """Return the addresses under which a recipient may be known, in lower case: as it is, then without its plus-parts, one by one."""
    local, at, domain = recipient.strip().lower().rpartition("@")
    found = [f"{local}{at}{domain}"]
    while "+" in local[1:]:
        local = local[: local.rindex("+")]
        found.append(f"{local}{at}{domain}")
    return found


def besides(people: Iterable[Participant], ours: Iterable[str], *theirs: str) -> tuple[Participant, ...]:
    """Return the people, each once and as first named, without us under any of our plus-addresses and without some others."""
    own, apart = {address.lower() for address in ours}, {address.lower() for address in theirs}
    found: dict[str, Participant] = {}
    for one in people:
        if own.isdisjoint(forms_of(one.address)) and one.address.lower() not in apart:
            found.setdefault(one.address.lower(), one)
    return tuple(found.values())


def as_rows(people: Iterable[Participant]) -> list[object]:
    """Return them as they are stored."""
    return [{"address": clean(one.address), "name": clean(one.name) if one.name else None, "role": one.role.value} for one in people]


def from_rows(rows: Sequence[object] | None) -> tuple[Participant, ...]:
    """Return what was stored; once only addresses were."""
    return tuple(_from_row(row) for row in rows or ())


def _from_row(row: object) -> Participant:
    if not isinstance(row, dict):
        return Participant(address=str(row))
    return Participant(address=str(row["address"]), name=row["name"], role=Place(row["role"]))
