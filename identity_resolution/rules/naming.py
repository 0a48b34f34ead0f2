"""What a customer is called: the name that was given, else one that is made from an address or a number."""

import re
import unicodedata

from kernel.claims import IdentityKind
from kernel.text import clean, fold

LONGEST = 200
_SPLIT = re.compile(r"[._\-]+")
_SPACES = re.compile(r"\s+")
_QUOTES = "\"'“”„‘’` "


def given_name(text: str | None) -> str | None:
    """Return a name as it was given, in NFC and on one line, or None when it names nobody (empty, an address, a number)."""
    if text is None:
        return None
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", clean(text))).strip(_QUOTES)[:LONGEST].strip()
    return name if any(c.isalpha() for c in name) and "@" not in name else None


def made_name(kind: IdentityKind, value: str, normalised: str) -> str:
    """Return what to call somebody who gave no name: the address's local part made readable, the number, the handle."""
    shown = _SPACES.sub(" ", clean(value)).strip()[:LONGEST]
    match kind:
        case IdentityKind.EMAIL:
            return _of_address(normalised) or shown or "Unknown sender"
        case IdentityKind.PHONE:
            return normalised if normalised.startswith("+") else shown or "Unknown number"
        case IdentityKind.TELEGRAM:
            return f"Telegram {shown}" if shown.isdigit() else shown or "Unknown sender"
        case IdentityKind.CHAT:
            return f"Visitor {normalised[:6]}"
        case IdentityKind.EXTERNAL:
            return shown or "Unknown sender"


def _of_address(normalised: str) -> str | None:
    """`ada.lovelace+shop@example.com` → Ada Lovelace; a local part of one word stays the whole address, since `info` is no name."""
    local, at, _ = normalised.rpartition("@")
    if not at:
        return None
    words = [word for word in (part.strip("0123456789") for part in _SPLIT.split(local.split("+", 1)[0])) if word]
    if len(words) < 2 or not all(word.isalpha() for word in words):
        return normalised[:LONGEST]
    return " ".join(word.capitalize() for word in words)[:LONGEST]


def folded(name: str) -> str:
    """Return a name as it is searched for, within what the column holds: folding may lengthen it."""
    return fold(name)[:400]
