"""What a customer is found by: the words of the name, and each address, number and handle as a whole. A search finds by their beginnings."""

import re
from collections.abc import Iterable

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from identity_resolution.rules.normalise import normalise
from kernel.claims import IdentityKind
from kernel.text import fold

LONGEST = 64
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_NUMBER = re.compile(r"[\d\s+()./-]+")
_SHORTEST_NUMBER = 4  # signs, the plus among them


def words_of(folded_name: str) -> list[str]:
    """Return the words of a folded name or query, each once: letters and digits only."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(folded_name)))[:_MOST_WORDS]


def terms_of(folded_name: str, identities: Iterable[tuple[str, str]]) -> set[str]:
    """Return what a leaf is found by; `identities` are (kind, normalised). A number is found with its country and without; a visitor's id is for programs."""
    terms = set(words_of(folded_name))
    for kind, normalised in identities:
        if kind != IdentityKind.CHAT.value:
            terms.add(normalised[:LONGEST].lower())
        if kind == IdentityKind.PHONE.value and (national := _national(normalised)):
            terms.add(national[:LONGEST])
    return terms


def _national(number: str) -> str:
    """Return a number in E.164 without its country's code; nothing of any other."""
    codes = (number[1:end] for end in (2, 3, 4)) if number.startswith("+") else ()
    return next((number[1 + len(code) :] for code in codes if int(code) in COUNTRY_CODE_TO_REGION_CODE), "") if number[1:].isdecimal() else ""


def ways_of(query: str) -> list[tuple[str, ...]]:
    """Return the ways in which a query may be meant, none for an empty one; a leaf is found one way if each of its terms begins one of the leaf's."""
    ways = [tuple(words_of(fold(query))), (query.lower()[:LONGEST],), *((number,) for number in _numbers_of(query))]
    return [way for way in dict.fromkeys(ways) if way and all(way)]


def _numbers_of(query: str) -> list[str]:
    """Return what a query may mean as a number: with its country, with a plus that was left out, or as it is dialled at home."""
    number = normalise(IdentityKind.PHONE, query) if _NUMBER.fullmatch(query) else None
    if number is None or len(number) < _SHORTEST_NUMBER:
        return []
    return [number] if number.startswith("+") else [number, f"+{number}", number.lstrip("0")]
