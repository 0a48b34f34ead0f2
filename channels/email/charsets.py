"""Bytes to text, whatever a mail says about them: declared charset, its aliases, UTF-8, a guess, cp1252 — in that order, and never a refusal."""

import codecs

import chardet

# What mail programs write and Python does not know, or knows too narrowly: each maps to the superset that the bytes really are in.
_ALIASES = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "x-cp1252": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "tis-620": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "utf8": "utf-8",
    "utf-8-mac": "utf-8",
    "unknown-8bit": "",
    "x-unknown": "",
    "unknown": "",
    "default": "",
    "binary": "",
    "8bit": "",
    "7bit": "",
}
# Python calls these codecs, but a mail has no business naming them.
_NOT_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "charmap", "mbcs", "oem"})
_ESCAPES_2022_JP = {b"(B": "ascii", b"(J": "ascii", b"(I": "kana", b"$@": "jis", b"$B": "jis", b"$A": "other", b"$(": "other"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ASCII = bytes(range(128))
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_TOO_SHORT = 300
_GUESS_FROM = 20_000


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


def codec_of(charset: str | None) -> str | None:
    """Return Python's name for a charset that a mail names, or None where it names nothing that is one."""
    if not charset:
        return None
    wanted = charset.strip().strip("\"'").lower()[:60]
    wanted = _ALIASES.get(wanted, wanted)
    try:
        info = codecs.lookup(wanted)
        "".encode(info.name)  # codecs that turn bytes into bytes (base64, zip, rot13) refuse here
    except (LookupError, ValueError, TypeError):
        return None
    return None if info.name in _NOT_CHARSETS else info.name


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
    if name and not _says_little(name):
        # The declared one nearly fits: a few broken bytes in a multi-byte text are better replaced than all of it misread.
        nearly = data.decode(name, "replace")
        if nearly.count("\ufffd") * 20 < len(nearly):
            return nearly
    if len(data) < _TOO_SHORT and 3 * len(data.translate(None, _ASCII)) <= sum(byte in _LETTERS for byte in data):
        # A few accents among plain letters: on so little the guess is worse than the West's own charset.
        return data.decode("cp1252", "replace")
    found = chardet.detect(data[:_GUESS_FROM])["encoding"]
    text = _strictly(data, codec_of(found) or "cp1252")
    if text is not None:
        return text
    nearly = data.decode("utf-8", "replace")
    if nearly.count("\ufffd") * 20 < len(nearly):
        return nearly
    return data.decode("cp1252", "replace")


def _iso_2022_jp(data: bytes) -> str:
    """Read ISO-2022-JP with the vendors' rows (①, ㈱, half-width kana) that the standard library refuses: two-byte runs are read as cp932 (JIS X 0208 shifted)."""
    out: list[str] = []
    mode = "ascii"
    for index, piece in enumerate(data.split(b"\x1b")):
        chunk = piece
        if index:
            mode = _ESCAPES_2022_JP.get(piece[:2], "ascii")
            chunk = piece[2:] if piece[:2] in _ESCAPES_2022_JP else piece
            if mode == "other":
                mode, chunk = "jis", chunk[1:] if piece[:2] == b"$(" else chunk
        if mode == "jis":
            out.append(_shifted(chunk))
        elif mode == "kana":
            out.append(bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in chunk).decode("cp932", "replace"))
        else:
            out.append(chunk.decode("utf-8", "replace"))
    return "".join(out)


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
