"""Pictures that the HTML names by where they lay (Content-Location, RFC 2557) instead of by Content-ID: found, and named so that the HTML finds them."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import unquote, urljoin

from channels.email.headers import unfold
from channels.email.mime import Part

_SOURCE = re.compile(r"(\bsrc\s{0,9}=\s{0,9})(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})'|([^\s\"'<>]{1,2000}))", re.IGNORECASE)
_BASE = re.compile(r"<base\s[^<>]{0,200}?\bhref\s{0,9}=\s{0,9}[\"']?([^\s\"'<>]{1,2000})", re.IGNORECASE)
_LONGEST = 2_000
_BEGINNING = 16 * 1024


def location_of(part: Part, base: str = "") -> str:
    """Return where a part says that it lies, resolved against a base; "" where it says nothing."""
    # Folded in the middle where it is long (RFC 2557 §4.4.2).
    stated = "".join(unfold(part.value("content-location")[:_LONGEST]).split())
    return _resolved(base, stated) if stated else ""


def base_of(root: Part, parts: list[Part], source: str = "") -> str:
    """Return what relative addresses in HTML are relative to: its own `<base>`, where it lies, or where what it lies in does."""
    stated = _BASE.search(source[:_BEGINNING])
    if stated:
        return unescape(stated[1])
    around = next((location for part in root.walk() if part.children and (location := location_of(part))), "")
    return next((location for part in parts if (location := location_of(part, around))), around)


def bound(source: str, base: str, ids: Mapping[str, str]) -> str:
    """Return HTML whose pictures are named by Content-ID where their address is that of a part; `ids` go by location."""

    def named(found: re.Match[str]) -> str:
        address = unescape(found[2] or found[3] or found[4])
        content_id = ids.get(unquote(address)) or ids.get(_resolved(base, address))
        return f'{found[1]}"cid:{content_id}"' if content_id else found[0]

    return _SOURCE.sub(named, source)


def _resolved(base: str, address: str) -> str:
    try:
        return unquote(urljoin(base, address))
    except ValueError:
        return unquote(address)
