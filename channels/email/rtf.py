"""The text in Outlook's RTF bodies: compressed by [MS-OXRTFCP], read as a program does that knows nothing of the HTML hidden in it."""

import re
import struct

from channels.email.charsets import decode

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    b"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST_RTF = 500_000
_DEEPEST = 200
_TOKEN = re.compile(r"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL)
_SPOKEN = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•"}
_SPOKEN |= {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}
_SILENT = frozenset(("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "generator", "themedata", "datastore"))


def decompressed(data: bytes) -> bytes:
    """Return RTF out of its compression; as much of it as there is."""
    if len(data) < 16:
        return b""
    _, size, kind = struct.unpack_from("<I I 4s", data)
    if kind != b"LZFu":
        return data[16 : 16 + min(size, _MOST_RTF)] if kind == b"MELA" else b""
    window = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write = len(_DICTIONARY)
    out = bytearray()
    position = 16
    while position < len(data) and len(out) < min(size, _MOST_RTF):
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if control >> bit & 1:
                if position + 1 >= len(data):
                    return bytes(out)
                pair = data[position] << 8 | data[position + 1]
                position += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write % 4096:
                    return bytes(out)
                for step in range(length):
                    sign = window[(offset + step) % 4096]
                    out.append(sign)
                    window[write % 4096] = sign
                    write += 1
            else:
                out.append(data[position])
                window[write % 4096] = data[position]
                write += 1
                position += 1
    return bytes(out)


def rtf_to_text(data: bytes) -> str:
    """Return what a reader of some RTF sees."""
    source = data[:_MOST_RTF].decode("latin-1")
    found = re.search(r"\\ansicpg(\d{3,5})", source[:2000])
    reader = _Reader(f"cp{found[1]}" if found else "cp1252")
    for token in _TOKEN.finditer(source):
        reader.take(*token.groups())
    return reader.text()


class _Reader:
    """Takes RTF sign by sign, and keeps what is said outside of tables of fonts, pictures and the like."""

    def __init__(self, codepage: str) -> None:
        self._codepage = codepage
        self._out: list[str] = []
        self._letters = bytearray()  # letters of several bytes come one by one
        self._silent = [False]
        self._skipped = 0  # how many signs stand for those that do not know Unicode

    def take(self, code: str | None, word: str | None, number: str | None, sign: str | None, brace: str | None, text: str | None) -> None:
        """Take one token: exactly one of the six is there, but for a word's number."""
        if code is not None:
            if self._skipped:
                self._skipped -= 1
            elif not self._silent[-1]:
                self._letters.append(int(code, 16))
            return
        self._end_letters()
        if brace:
            self._nest(brace)
        elif sign == "*" or word in _SILENT:
            self._silent[-1] = True
        elif not self._silent[-1]:
            self._say(word, number, sign, text)

    def text(self) -> str:
        """Return what was said so far."""
        self._end_letters()
        return "".join(self._out).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()

    def _end_letters(self) -> None:
        if self._letters:
            self._out.append(decode(bytes(self._letters), self._codepage))
            self._letters.clear()

    def _nest(self, brace: str) -> None:
        if brace == "{" and len(self._silent) < _DEEPEST:
            self._silent.append(self._silent[-1])
        elif brace == "}" and len(self._silent) > 1:
            self._silent.pop()

    def _say(self, word: str | None, number: str | None, sign: str | None, text: str | None) -> None:
        if word == "u" and number:
            self._out.append(chr(int(number) % 65536))
            self._skipped = 1
        elif word:
            self._out.append(_SPOKEN.get(word, ""))
        elif sign:
            self._out.append({"~": "\u00a0", "_": "-", "-": ""}.get(sign, sign))
        elif text:
            self._out.append(text[self._skipped :])
            self._skipped = 0
