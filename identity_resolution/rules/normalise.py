"""How a value as seen becomes a value that can be compared; two spellings of one address must meet, two addresses never."""

import hashlib
import unicodedata
from functools import lru_cache

import idna
import phonenumbers

from kernel.claims import IdentityKind
from kernel.text import clean

LONGEST = 400
_GMAIL = {"gmail.com", "googlemail.com"}
_PLUS_TAGS = {*_GMAIL, "outlook.com", "hotmail.com", "live.com", "fastmail.com", "icloud.com", "me.com", "proton.me", "protonmail.com"}


def normalise(kind: IdentityKind, value: str) -> str | None:
    """Return the value as it is compared, at most 400 characters, or None when it is none of its kind.

    An address is trimmed and lower-cased, its domain in ASCII (IDNA 2008 with the mapping of UTS 46); a number is E.164 where
    it says its country, else its digits as seen; a handle stays as it is.
    """
    plain = unicodedata.normalize("NFC", clean(value)).strip()
    match kind:
        case IdentityKind.EMAIL:
            found = _email(plain)
        case IdentityKind.PHONE:
            found = _phone(plain)
        case _:
            found = plain or None
    return None if found is None else _short(found)


def normalise_sender(kind: IdentityKind, value: str, message_id: int) -> str:
    """Return the normalised value of a sender, which every message must have: what cannot be read keeps its own spelling, and an empty one is nobody else's."""
    return normalise(kind, value) or _short(clean(value).strip().casefold()) or f"nobody:{message_id}"


def canonical_email(normalised: str) -> str:
    """Return the mailbox behind an address where its provider is known to ignore plus tags, or (Gmail) dots: evidence only, never a key."""
    local, _, domain = normalised.rpartition("@")
    if domain in _PLUS_TAGS:
        local = local.split("+", 1)[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def _email(plain: str) -> str | None:
    local, at, domain = plain.strip("<>").strip().rpartition("@")
    local, domain = local.strip().lower(), domain.strip().rstrip(".").lower()
    if not (at and local and domain) or any(c.isspace() for c in local + domain):
        return None
    return f"{local}@{domain if domain.isascii() else _ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return domain


@lru_cache(4096)  # who writes, writes again; reading a number takes 60 µs
def _phone(plain: str) -> str | None:
    international = "+" + plain[2:] if plain.startswith("00") else plain
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        pass
    else:
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Without a country a number is not made up: a national number must not meet a stranger's abroad.
    return "".join(str(unicodedata.digit(c)) for c in plain if c.isdigit()) or None


def _short(value: str) -> str:
    """Cut what no real value reaches so that two different long values stay different."""
    if len(value) <= LONGEST:
        return value
    return value[: LONGEST - 65] + ":" + hashlib.sha256(value.encode()).hexdigest()
