"""What a customer is found by: the words of the name, and each address, number and handle as a whole. A search finds by their beginnings."""

import re
from collections.abc import Iterable

from identity_resolution.rules.normalise import normalise
from kernel.claims import IdentityKind
from kernel.text import fold

LONGEST = 64
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_SHORTEST_NUMBER = 4  # letters, the plus among them


def words_of(folded_name: str) -> list[str]:
    """Return the words of a folded name or query, each once: letters and digits only."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(folded_name)))[:_MOST_WORDS]


def terms_of(folded_name: str, identities: Iterable[tuple[str, str]]) -> set[str]:
    """Return what a leaf is found by; `identities` are (kind, normalised). A visitor's id is for programs and not among them."""
    return {*words_of(folded_name), *(normalised[:LONGEST].lower() for kind, normalised in identities if kind != IdentityKind.CHAT.value)}


def ways_of(query: str) -> list[tuple[str, ...]]:
    """Return the ways in which a query may be meant, none for an empty one; a leaf is found one way if each of its terms begins one of the leaf's."""
    number = normalise(IdentityKind.PHONE, query)
    ways = [tuple(words_of(fold(query))), (query.lower()[:LONGEST],), (number,) if number is not None and len(number) >= _SHORTEST_NUMBER else ()]
    return [way for way in dict.fromkeys(ways) if way and all(way)]
