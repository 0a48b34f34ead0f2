"""Bytes to text, whatever a mail says about them: declared charset, its aliases, UTF-8, a guess, cp1252 — in that order, and never a refusal."""

import codecs
import re
from functools import lru_cache

import chardet

# What mail programs write and Python does not know, or knows too narrowly: each maps to the superset that the bytes really are in.
_ALIASES = {
    "ansi_x3.4-1968": "",
    "iso-646-us": "",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "x-cp1252": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "gb_2312-80": "gb18030",
    "gb2312-80": "gb18030",
    "csgb2312": "gb18030",
    "chinese": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "x-big5": "cp950",
    "chinesebig5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-ms-cp932": "cp932",
    "x-euc-jp": "euc_jp",
    "x-windows-949": "cp949",
    "ksc5601": "cp949",
    "ks_c_5601-1989": "cp949",
    "koi8": "koi8-r",
    "dos-850": "cp850",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "utf-8-mac": "utf-8",
    "unknown-8bit": "",
    "x-unknown": "",
    "unknown": "",
    "default": "",
    "binary": "",
    "8bit": "",
    "7bit": "",
}
# By Python's name: what is written in these is in truth in the wider ones.
_WIDER = {
    "ascii": "",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
# Spellings that no table can list: "windows 1252", "x-cp-1251", "iso 8859-15 (Western)", "charset=utf-8".
_SPELT = (
    (re.compile(r"(?:windows|win|cp|ms|ibm|dos)[-_ ]?(\d{3,4})"), "cp"),
    (re.compile(r"iso[-_ ]?8859[-_ ]?(\d{1,2})"), "iso8859-"),
    (re.compile(r"utf[-_ ]?(8|16|32)"), "utf-"),
)
# Python calls these codecs, but a mail has no business naming them.
_NOT_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "charmap", "mbcs", "oem"})
_ESCAPES_2022_JP = {b"(B": "ascii", b"(J": "ascii", b"(I": "kana", b"$@": "jis", b"$B": "jis", b"$A": "other", b"$(": "other"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ASCII = bytes(range(128))
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_TOO_SHORT = 300
_GUESS_FROM = 8_000


def decode(data: bytes, declared: str | None = None, hint: str | None = None) -> str:
    """Return the text of some bytes.

    `declared` is what the mail says of them, `hint` what it says elsewhere; either may be missing, unknown or a lie.
    """
    if data.isascii() and b"\x1b" not in data and b"\0" not in data and not _is_utf7(declared):
        return data.decode("ascii")
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if marked:
        return data.decode(marked, "replace")
    name = codec_of(declared)
    if b"\x1b$" in data and data.isascii() and not (name or "").startswith("iso2022"):
        # Whatever the mail says: nothing else has these escapes.
        return (_strictly(data, "iso2022_kr") if b"\x1b$)C" in data else None) or _iso_2022_jp(data)
    said = _as_said(data, name, codec_of(hint))
    if said is not None:
        return said
    if b"\x1b$" in data or b"\x1b(" in data:
        return _iso_2022_jp(data)
    return _strictly(data, _utf16_without_mark(data) or "utf-8") or _guessed(data, name)


def _as_said(data: bytes, name: str | None, hint: str | None) -> str | None:
    """Return the text in the charset that the mail names, or None where it does not fit."""
    if _says_little(name) and b"\x1b" not in data and b"\0" not in data:
        # One byte a letter decodes anything; but what is valid UTF-8 beyond ASCII was never meant otherwise.
        text = _strictly(data, "utf-8")
        if text is not None:
            return text
    for candidate in (name, hint):
        if candidate:
            text = _iso_2022_jp(data) if candidate.startswith("iso2022_jp") else _strictly(data, candidate)
            if text is not None:
                return text
    return None


@lru_cache(maxsize=512)
def codec_of(charset: str | None) -> str | None:
    """Return Python's name for a charset that a mail names, or None where it names nothing that is one, or nothing that says more than ASCII."""
    if not charset:
        return None
    wanted = charset[:80].strip().strip("\"'").lower()[:60]
    if wanted in _ALIASES:
        return _known(_ALIASES[wanted])
    found = _known(wanted)
    if found is None:
        spelt = next((prefix + match[1] for pattern, prefix in _SPELT if (match := pattern.search(wanted))), "")
        found = _known(spelt)
    return found


def says_nothing(charset: str) -> bool:
    """Say whether a charset is one of the names by which programs say that they do not know: no reason to warn."""
    name = charset.strip().strip("\"'").lower()
    return name in ("us-ascii", "ascii") or not _ALIASES.get(name, "?")


def _known(name: str) -> str | None:
    if not name:
        return None
    try:
        info = codecs.lookup(name)
        "".encode(info.name)  # codecs that turn bytes into bytes (base64, zip, rot13) refuse here
    except (LookupError, ValueError, TypeError):
        return None
    return None if info.name in _NOT_CHARSETS else _WIDER.get(info.name, info.name) or None


def _is_utf7(declared: str | None) -> bool:
    return declared is not None and codec_of(declared) == "utf-7"


def _says_little(name: str | None) -> bool:
    return name is None or name.startswith(("cp125", "iso8859", "mac", "koi8", "cp1252"))


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Tell UTF-16 by where its zero bytes lie: mail has no others."""
    head = data[:400]
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 5 and odd == 0 else None


def _guessed(data: bytes, name: str | None) -> str:
    if name and not _says_little(name) and name != "utf-8":
        # The declared one nearly fits: a few broken bytes in a multi-byte text are better replaced than all of it misread.
        nearly = data.decode(name, "replace")
        if nearly.count("\ufffd") * 20 < len(nearly):
            return nearly
    foreign = len(data.translate(None, _ASCII))
    broken = data.decode("utf-8", "replace").count("\ufffd")
    is_western = 3 * foreign <= sum(byte in _LETTERS for byte in data)  # a few accents among plain letters
    if broken * 3 <= foreign - broken or (name == "utf-8" and is_western and broken <= foreign - broken):
        # UTF-8 for the most part: the other bytes were pasted in from the West's own charset, or were cut in two.
        return data.decode("utf-8", "cp1252-bytes")
    if len(data) < _TOO_SHORT and is_western:
        # On so little the guess is worse than the West's own charset.
        return data.decode("cp1252", "replace")
    found = chardet.detect(_beginning(data))["encoding"]
    text = _strictly(data, codec_of(found) or "cp1252")
    return data.decode("cp1252", "replace") if text is None else text


def _beginning(data: bytes) -> bytes:
    """Return as much as is guessed from, cut behind a line or word and not within a letter of several bytes."""
    if len(data) <= _GUESS_FROM:
        return data
    cut = max(data.rfind(sign, _GUESS_FROM // 2, _GUESS_FROM) for sign in (b"\n", b" "))
    return data[: cut + 1 or _GUESS_FROM]


def _as_cp1252(trouble: UnicodeError) -> tuple[str, int]:
    assert isinstance(trouble, UnicodeDecodeError)  # nothing is encoded with it
    return trouble.object[trouble.start : trouble.end].decode("cp1252", "replace"), trouble.end


codecs.register_error("cp1252-bytes", _as_cp1252)


def _iso_2022_jp(data: bytes) -> str:
    """Read ISO-2022-JP with the vendors' rows (①, ㈱, half-width kana) that the standard library refuses: two-byte runs are read as cp932 (JIS X 0208 shifted)."""
    first, *pieces = data.split(b"\x1b")
    known: dict[bytes, str] = {}  # a mail made to hurt has the same escape a hundred thousand times
    for piece in pieces:
        if piece not in known:
            known[piece] = _escaped(piece)
    return first.decode("utf-8", "replace") + "".join([known[piece] for piece in pieces])


def _escaped(piece: bytes) -> str:
    """Return what follows one escape."""
    mode = _ESCAPES_2022_JP.get(piece[:2])
    if mode == "kana":
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in piece[2:]).decode("cp932", "replace")
    if mode in ("jis", "other"):
        return _shifted(piece[3 if piece.startswith(b"$(") else 2 :])
    return (piece[2:] if mode else piece).decode("utf-8", "replace")


def _shifted(chunk: bytes) -> str:
    """Return a run of JIS pairs as text, by the arithmetic from JIS to Shift_JIS (JIS X 0208:1997, annex 1); line ends inside a run stay."""
    out = bytearray()
    position = 0
    while position < len(chunk):
        first = chunk[position]
        second = chunk[position + 1] if position + 1 < len(chunk) else 0
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out.append(first if first < 0x80 else 0x3F)
            position += 1
            continue
        row = (first - 0x21) // 2
        out.append(row + (0x81 if row < 0x1F else 0xC1))
        if first % 2:
            out.append(second + (0x1F if second < 0x60 else 0x20))
        else:
            out.append(second + 0x7E)
        position += 2
    return out.decode("cp932", "replace")
