"""Who else a message is written to: their place in it, how agents type them, and the forms under which an address of ours is known."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """Somebody a message was also written to; `address` is as it was written.

    Of a message of ours, `has_it` says that a server took it for them, and `error` why it did not reach them.
    """

    address: str
    name: str | None = None
    role: Place = Place.TO
    has_it: bool = False
    error: str | None = None


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
    return [_as_row(one) for one in people]


def _as_row(one: Participant) -> dict[str, object]:
    row: dict[str, object] = {"address": clean(one.address), "name": clean(one.name) if one.name else None, "role": one.role.value}
    if one.has_it or one.error:
        row |= {"has_it": one.has_it, "error": one.error}
    return row


def from_rows(rows: Sequence[object] | None) -> tuple[Participant, ...]:
    """Return what was stored; once only addresses were."""
    return tuple(_from_row(row) for row in rows or ())


def _from_row(row: object) -> Participant:
    if not isinstance(row, dict):
        return Participant(address=str(row))
    return Participant(address=str(row["address"]), name=row["name"], role=Place(row["role"]), has_it=row.get("has_it", False), error=row.get("error"))


def taken_for(people: Iterable[Participant], refused: Mapping[str, str]) -> tuple[Participant, ...]:
    """Return the others of a message that a server took, those apart for whom it did not."""
    return tuple(replace(one, has_it=one.address not in refused, error=refused.get(one.address)) for one in people)


def without_it(people: Iterable[Participant]) -> str:
    """Return whom of the others a message did not reach, and why, for agents; nothing when it reached all."""
    return "; ".join(f"Not delivered to {one.address}: {one.error}" for one in people if one.error)
