"""The mail inside an opaque S/MIME signature (RFC 8551 §3.5.2): enough of CMS's encoding to take it out; the signature is not checked."""

from collections.abc import Iterator

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_SEQUENCE, _CONTEXT_0, _OCTETS, _CONSTRUCTED_OCTETS = 0x30, 0xA0, 0x04, 0x24
_MOST_PIECES = 200_000
_DEEPEST = 10


class _Broken(ValueError):
    """The bytes are no CMS, or end before what they promise."""


def enclosed(data: bytes) -> bytes | None:
    """Return the content that is signed, or None where the bytes hold something else (an encrypted mail, a certificate, rubbish)."""
    try:
        start, end = _inside(data, 0, len(data), _SEQUENCE)
        if not data.startswith(_SIGNED_DATA, start):
            return None
        start, end = _inside(data, start + len(_SIGNED_DATA), end, _CONTEXT_0)
        start, end = _inside(data, start, end, _SEQUENCE)
        # A version and the digests' names stand before what is signed.
        start, end = next(((begin, stop) for tag, begin, stop in _children(data, start, end, 0) if tag == _SEQUENCE), (0, 0))
        wrapped = next(((begin, stop) for tag, begin, stop in _children(data, start, end, 0) if tag == _CONTEXT_0), None)
        if wrapped is None:
            return None
        return b"".join(_octets(data, *wrapped, 0))
    except (_Broken, IndexError):
        return None


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int | None]:
    """Return tag, where the content begins and where it ends (None: where an end mark says so)."""
    if at + 2 > end:
        raise _Broken
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        return tag, at, None
    if length > 0x80:
        size = length & 0x7F
        if size > 5 or at + size > end:
            raise _Broken
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    return tag, at, min(at + length, end)


def _inside(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    tag, start, stop = _header(data, at, end)
    if tag != wanted:
        raise _Broken
    return start, end if stop is None else stop


def _children(data: bytes, at: int, end: int, depth: int) -> Iterator[tuple[int, int, int]]:
    for _ in range(_MOST_PIECES):
        if at >= end or data.startswith(b"\0\0", at):
            return
        tag, start, stop = _header(data, at, end)
        yield tag, start, end if stop is None else stop
        at = stop if stop is not None else _after(data, start, end, depth + 1)


def _after(data: bytes, at: int, end: int, depth: int) -> int:
    """Return where a value of unstated length ends, behind its end mark."""
    if depth > _DEEPEST:
        raise _Broken
    for _ in range(_MOST_PIECES):
        if data.startswith(b"\0\0", at) or at >= end:
            return at + 2
        _, start, stop = _header(data, at, end)
        at = stop if stop is not None else _after(data, start, end, depth + 1)
    raise _Broken


def _octets(data: bytes, at: int, end: int, depth: int) -> Iterator[bytes]:
    if depth > _DEEPEST:
        raise _Broken
    for tag, start, stop in _children(data, at, end, depth):
        if tag == _OCTETS:
            yield data[start:stop]
        elif tag == _CONSTRUCTED_OCTETS:
            yield from _octets(data, start, stop, depth + 1)
