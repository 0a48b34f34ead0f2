"""How much speaks for two customers being one, in bits, field by field: the first form of Fellegi and Sunter's method (JASA 1969).

A field that agrees weighs log2(m/u): how often it agrees in one person, against how often in two. A value that only its two
holders share nets log2(.97/s) over the prior, `s` being how often such a value is shared after all; each further holder takes
away, so that shared values disarm themselves. The weights are start values; later ones are learned, under another version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from rapidfuzz.distance import OSA

from identity_resolution.rules.normalise import canonical_email
from identity_resolution.values import Evidence
from kernel.claims import IdentityKind, Trust
from kernel.text import fold

MODEL_VERSION = "first-1"
_AGREES = 0.97
_MOST, _LEAST = 12.0, -8.0
_SHARED = {
    (IdentityKind.EMAIL, True): 0.012,
    (IdentityKind.EMAIL, False): 0.03,
    (IdentityKind.PHONE, True): 0.03,
    (IdentityKind.PHONE, False): 0.04,
    (IdentityKind.TELEGRAM, True): 1e-4,
    (IdentityKind.EXTERNAL, True): 1e-4,
}
_OTHERWISE_SHARED = 0.05
_SIGNED_PHONE = 0.25
# log2(.6/u) with u of one in a thousand, until names are counted.
_FULL_NAME = 9.2
_FIRST_NAME = 3.0
_SAME_MAILBOX = 9.0
_ONE_SLIP = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One value of a profile, normalised, and how far it is to be believed."""

    kind: IdentityKind
    normalised: str
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is compared: a name, when one was given, and values."""

    name: str | None
    values: tuple[Known, ...]


def weigh(left: Profile, right: Profile, others: Mapping[tuple[str, str], int]) -> tuple[Evidence, ...]:
    """Return what speaks for and against two profiles being one person; `others` counts the further customers who hold a value, by (kind, normalised)."""
    found = [*_same_values(left, right, others)]
    if not any(item.field == IdentityKind.EMAIL for item in found):
        found += _near_addresses(left, right)
    if left.name is not None and right.name is not None:
        found.append(_names(left.name, right.name))
    return tuple(found)


def total(evidence: Iterable[Evidence]) -> float:
    """Return the sum in bits, to a tenth."""
    return round(sum(item.bits for item in evidence), 1)


def _same_values(left: Profile, right: Profile, others: Mapping[tuple[str, str], int]) -> Iterable[Evidence]:
    theirs = {(value.kind, value.normalised): value for value in right.values}
    for value in left.values:
        other = theirs.get((value.kind, value.normalised))
        if other is None:
            continue
        holders = others.get((value.kind.value, value.normalised), 0)
        weight = _clamp(log2(_AGREES / (_share(value, other) + holders)))
        crowd = f", which {holders} more hold" if holders else ""
        yield Evidence(
            field=value.kind, left=value.normalised, right=other.normalised, bits=weight, words=f"same {_WORDS[value.kind]}{crowd}, {_how(value, other)}"
        )


_WORDS = {
    IdentityKind.EMAIL: "e-mail address",
    IdentityKind.PHONE: "phone number",
    IdentityKind.TELEGRAM: "Telegram account",
    IdentityKind.CHAT: "chat visitor",
    IdentityKind.EXTERNAL: "account",
}


def _share(value: Known, other: Known) -> float:
    if value.kind is IdentityKind.PHONE and Trust.SIGNED in (value.trust, other.trust):
        return _SIGNED_PHONE
    return _SHARED.get((value.kind, value.trust is other.trust is Trust.VERIFIED), _OTHERWISE_SHARED)


def _how(value: Known, other: Known) -> str:
    trusts = {value.trust, other.trust}
    if trusts == {Trust.VERIFIED}:
        return "proven on both sides"
    return "from a signature" if Trust.SIGNED in trusts else "claimed"


def _near_addresses(left: Profile, right: Profile) -> Sequence[Evidence]:
    """Return the strongest likeness of two addresses that are not the same: the same mailbox written differently, or one slip of the keys apart."""
    found = []
    for one in (value.normalised for value in left.values if value.kind is IdentityKind.EMAIL):
        for other in (value.normalised for value in right.values if value.kind is IdentityKind.EMAIL):
            if canonical_email(one) == canonical_email(other):
                found.append(Evidence(field="email", left=one, right=other, bits=_SAME_MAILBOX, words="the same mailbox, written differently"))
            elif OSA.distance(one, other, score_cutoff=1) == 1:
                digits = _without_digits(one) == _without_digits(other)
                words = "addresses that differ in a digit" if digits else "addresses one slip of the keys apart"
                found.append(Evidence(field="email", left=one, right=other, bits=2.0 if digits else _ONE_SLIP, words=words))
    return [max(found, key=lambda item: item.bits)] if found else []


def _names(left: str, right: str) -> Evidence:
    bits, words = _name_bits(fold(left).replace(".", "").replace(",", " ").split(), fold(right).replace(".", "").replace(",", " ").split())
    return Evidence(field="name", left=left, right=right, bits=_clamp(bits), words=words)


def _name_bits(left: Sequence[str], right: Sequence[str]) -> tuple[float, str]:
    """Compare two folded names, word by word and in either order; a conflict is the main guard against a wrong merge."""
    if not left or not right:
        return 0.0, "names that cannot be compared"
    if sorted(left) == sorted(right):
        return (_FULL_NAME, "same name") if len(left) > 1 else (_FIRST_NAME, "same first name")
    if 1 in (len(left), len(right)):
        return (_FIRST_NAME, "one name is part of the other") if {*left} & {*right} else (-5.0, "different names")
    return _full_name_bits(left, right)


def _full_name_bits(left: Sequence[str], right: Sequence[str]) -> tuple[float, str]:
    first, last = _alike(left[0], right[0]), _alike(left[-1], right[-1])
    if last and left[0][0] == right[0][0] and 1 in (len(left[0]), len(right[0])):
        return _FULL_NAME - 3.0, "same surname and initial"
    if first and last:
        return _FULL_NAME - 4.0, "names spelt alike"
    if last:
        return -4.5, "same surname, different first name"
    return (-1.5, "same first name, different surname") if first else (_LEAST, "different names")


def _alike(left: str, right: str) -> bool:
    """Same word, or one slip apart when it is long enough for a slip to be likelier than another name."""
    return left == right or (min(len(left), len(right)) >= 4 and OSA.distance(left, right, score_cutoff=1) == 1)


def _without_digits(text: str) -> str:
    return "".join(c for c in text if not c.isdigit())


def _clamp(bits: float) -> float:
    return round(min(_MOST, max(_LEAST, bits)), 1)
