"""Text made comparable and short: folding for look-ups, previews for lists."""

import re
import unicodedata

_MOST_KNOWN = 20_000


class _Unmarked(dict[int, int | None]):
    """Drops marks; a sign is looked at once in a process's life, unless somebody sends all there are."""

    def __missing__(self, code: int) -> int | None:
        unmarked = None if unicodedata.combining(chr(code)) else code
        if len(self) < _MOST_KNOWN:
            self[code] = unmarked
        return unmarked


_UNMARKED = _Unmarked()
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
# Controls, and halves of pairs that no UTF-8 can hold.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def fold(text: str) -> str:
    """Return text as it is searched: NFKD without marks, case folded (ß → ss), one space between words. SQLite's own lower() is ASCII only."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Folded before and after: some signs hold capitals (№ → No), and some marks fold into letters only while they stand alone.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return " ".join(plain.translate(_UNMARKED).split())


def preview(text: str, length: int = 140) -> str:
    """Return the first words on one line, cut at a word where possible, with an ellipsis when cut."""
    line = " ".join(text[: length * 4].split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > length // 2 else cut) + "…"


def clean(text: str) -> str:
    """Return text without control characters that no database or screen wants (NUL above all; tab and line ends stay)."""
    if text.isprintable():
        return text
    if text.isascii():
        return text.translate(_CONTROLS)
    return text if _UNWANTED.search(text) is None else text.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")
