"""Transfer encodings undone as far as they hold: base64, quoted-printable, uuencode; linear in what is given, and never a refusal."""

import binascii
import re
from collections.abc import Iterator

_BASE64 = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_NOT_BASE64 = bytes(set(_BASE64) - set(b"=\r\n"))
_PADDED = re.compile(rb"=[=\s]*(?=[A-Za-z0-9+/])")
_SPACES = re.compile(rb"[A-Za-z0-9,.;:!?][ \t]{1,4}(?=[A-Za-z(])")
_BARE_BREAK = re.compile(rb"=\r(?!\n)")
_SPACED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none", "identity"})
_UU_WORDS = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_UU_FILE = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n((?:[ -`]{1,62}[ \t]*\r?\n)+?)(?:`?[ \t]*\r?\n)?end[ \t]*(?=\r?\n|\Z)", re.MULTILINE)


def decoded(data: bytes, encoding: str, warnings: list[str]) -> bytes:
    """Return what some bytes are once their stated transfer encoding is undone; as they stand where it makes no sense."""
    word = encoding.partition(";")[0].partition("(")[0].strip().lower().strip("\"'")
    if word in _PLAIN_ENCODINGS:
        return data
    if "base64" in word:
        return _unpacked(data, warnings)
    if "quoted" in word:
        return from_quoted_printable(data)
    if word in _UU_WORDS:
        return b"".join(_uudecoded(data))
    warnings.append("A part has a transfer encoding that does not exist.")
    return data


def _unpacked(data: bytes, warnings: list[str]) -> bytes:
    sample = data[:4000]
    strange = len(sample) - len(sample.translate(None, _NOT_BASE64))
    # Plain words have a space every few letters and stops besides; junk in honest base64 is rare.
    is_words = len(_SPACES.findall(sample)) * 25 > len(sample) or (strange > 2 and strange * 10 > len(sample))
    unpacked = b"" if is_words and not _has_whole_lines(sample) else from_base64(data)
    if unpacked or not data.strip():
        return unpacked
    warnings.append("A part says base64 and is not.")
    return data


def _has_whole_lines(sample: bytes) -> bool:
    """Say whether some lines are base64 from end to end, whatever lies between them."""
    lines = [line.strip() for line in sample.split(b"\n")]
    return sum(len(line) >= 40 and not line.translate(None, _ALPHABET) for line in lines) * 2 >= len(lines)


_ALPHABET = bytes(set(range(256)) - set(_NOT_BASE64))


def from_base64(data: bytes) -> bytes:
    """Return what base64 says, also where padding is missing, junk lies between, the end was cut off, or several pieces stand one after the other."""
    if b"=" in data[:-4] and _PADDED.search(data.rstrip()):
        return b"".join(_base64_piece(piece) for piece in _pieces(data))
    return _base64_piece(data)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Part base64 where padding stands in the middle: the library stops at the first. What follows counts only if it is all base64 again."""
    position = 0
    for padding in _PADDED.finditer(data):
        rest = data[padding.end() : padding.end() + 200].translate(None, b" \t\r\n=")
        if rest.translate(None, _ALPHABET) or len(rest) < 2:
            break
        yield data[position : padding.end()]
        position = padding.end()
    yield data[position:]


def _base64_piece(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        letters = data.partition(b"=")[0].translate(None, _BASE64)
        letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_quoted_printable(data: bytes) -> bytes:
    """Return what quoted-printable says; a soft line end with spaces behind it is one too (RFC 2045 §6.7, rule 3)."""
    if b"= " in data or b"=\t" in data:
        data = _SPACED_BREAK.sub(b"=", data)
    if b"=\r" in data:
        data = _BARE_BREAK.sub(b"=\n", data)  # the library would drop all up to the next line feed
    return binascii.a2b_qp(data)


def _uudecoded(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines():
        if line.startswith(b"begin ") or line in (b"end", b"`", b""):
            continue
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders count wrongly: the length that the line can hold is read instead (the library's own workaround).
            try:
                yield binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3 + 1])
            except binascii.Error:
                continue


def uuencoded_files(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return a text without the files that stand in it between `begin 644 NAME` and `end`, and those files by name; an unfinished one stays text."""
    if b"begin " not in data or b"\nend" not in data:
        return data, []
    files = [(found[1].strip(), b"".join(_uudecoded(found[2]))) for found in _UU_FILE.finditer(data)]
    return (_UU_FILE.sub(b"", data) if files else data), files
