"""The parameters of Content-Type and Content-Disposition (RFC 2045, 2231), read with a forgiving eye and in linear time."""

import re
from urllib.parse import unquote_to_bytes

from channels.email.charsets import decode

# A name and what follows its sign of equality: in quotes (perhaps never closed), or up to the next semicolon.
_PARAMETER = re.compile(rb'[;\s]*([^\s=;"]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)("?)|([^;]*))', re.DOTALL)
_EXTENDED = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*?))?")
_WHOLE = -1  # the place of a value that was not cut into pieces
_MOST = 200


def parameters(value: bytes) -> dict[str, bytes | str]:
    """Return what follows the first semicolon of a header: by lower-case name, bytes as they stand or text where RFC 2231 says the charset.

    A name that stands twice keeps its first value; a quote that is never closed ends at the next semicolon.
    """
    head = re.match(rb"\s*[^\s;=]*(?=[\s;]|$)", value)
    found: dict[str, bytes] = {}
    position = head.end() if head else 0
    for _ in range(_MOST):
        match = _PARAMETER.match(value, position)
        if match is None:
            # Something between two semicolons that is no parameter.
            position = value.find(b";", position + 1)
            if position < 0:
                break
            continue
        given, position = _given(match)
        found.setdefault(match[1].decode("latin-1").lower(), given)
    return _joined(found) if any("*" in name for name in found) else dict(found)


def _given(match: re.Match[bytes]) -> tuple[bytes, int]:
    """Return a parameter's value and where reading goes on."""
    if match[4] is not None:
        return match[4].strip().strip(b'"'), match.end()
    if match[3]:
        # A backslash is undone before a quote or itself only: some programs write whole Windows paths.
        return re.sub(rb'\\(["\\])', rb"\1", match[2]), match.end()
    inner = match[2].partition(b";")[0]
    return inner.strip(), match.start(2) + len(inner)


def _joined(found: dict[str, bytes]) -> dict[str, bytes | str]:
    """Put RFC 2231's pieces together; where a plain value stands beside them, theirs counts."""
    joined: dict[str, bytes | str] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, value in found.items():
        extended = _EXTENDED.fullmatch(name)
        if extended is None:
            joined.setdefault(name, value)
        elif extended[2] is None:
            pieces.setdefault(extended[1], {})[_WHOLE] = (value, True)
        else:
            pieces.setdefault(extended[1], {})[int(extended[2])] = (value, bool(extended[3]))
    for name, parts in pieces.items():
        whole = parts.pop(_WHOLE, None)
        ordered = [whole] if whole else [parts[place] for place in sorted(parts)]
        is_encoded = any(encoded for _, encoded in ordered)
        charset, text = _told(ordered[0][0]) if is_encoded else (None, ordered[0][0])
        data = b"".join(unquote_to_bytes(piece) if encoded else piece for piece, encoded in [(text, ordered[0][1]), *ordered[1:]])
        joined[name] = decode(data, charset) if is_encoded else data
    return joined


def _told(first: bytes) -> tuple[str | None, bytes]:
    """Part `charset'language'text`; programs that leave the quotes out mean UTF-8."""
    charset, mark, rest = first.partition(b"'")
    _, second, text = rest.partition(b"'")
    return (charset.decode("latin-1"), text) if mark and second else (None, first)
