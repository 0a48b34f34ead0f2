"""Header values read with a forgiving eye: encoded words, addresses, message ids; linear in what is given, and never a refusal."""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from channels.email.charsets import decode
from channels.email.decoding import from_base64
from kernel.text import clean

# A question mark inside is wrong and common; one encoded word never holds the beginning of another, which keeps the search linear.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?((?:[^?=]|=(?!\?[^=])|\?(?!=))*)\?=")
_SPACED = re.compile(r"[ \t]*([.@])[ \t]*")
_COMMENT = re.compile(r"\([^()]*\)")
# What nearly every mail has: one address in brackets, and a name without a sign that could mean anything else.
_ONE_PLAIN = re.compile(r"([^\\\"(),:;<>@]*)<([^\\\"()<>\s]+)>\s*")
_MOST_ADDRESSES = 500
_SHORT = 500
MOST_IDS = 100
_LONGEST_ID = 900
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address with the name that stands beside it ("" for none)."""

    name: str
    address: str

    @property
    def is_usable(self) -> bool:
        """Whether somebody could be written to there."""
        local, _, domain = self.address.rpartition("@")
        return (
            bool(local)
            and bool(domain)
            and len(self.address) <= 320
            and domain[0] != "."
            and domain[-1] not in ".-"
            and self.address.isprintable()
            and not set(self.address) & set(' <>,;"\\')
        )


def as_bytes(value: str) -> bytes:
    """Return the bytes that the standard library's parser hid in a header (surrogate escapes), or UTF-8 where the text is real."""
    try:
        return value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")


def unfold(value: str) -> str:
    """Return a header's value on one line."""
    if "\n" not in value and "\r" not in value:
        return value.strip()
    return " ".join(part for line in value.replace("\r", "\n").split("\n") if (part := line.strip(" \t")))


def decode_words(value: str, hint: str | None = None) -> str:
    """Return a header's value as text on one line, without control characters.

    Raw 8-bit is read by the charset chain (`hint` is the body's charset), encoded words (RFC 2047) also where they are broken.
    """
    raw = as_bytes(value)
    text = decode(raw, None, hint) if not raw.isascii() or b"\x1b" in raw else value
    text = unfold(text)
    if "=?" in text:
        text = "".join(_decoded_pieces(text))
    return unfold(clean(text)).replace("\t", " ")


def _decoded_pieces(text: str) -> Iterator[str]:
    position = 0
    pending: list[tuple[str, str]] = []
    pending_charset = ""
    for word in _ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        charset = word[1].partition("*")[0].lower()
        if pending and (between.strip() or charset != pending_charset):
            yield decode(_joined(pending), pending_charset)
            pending = []
        if between.strip() or position == 0:
            yield between
        # Neighbours in one charset are joined before decoding: some programs cut a letter in two.
        pending.append((word[2].lower(), word[3]))
        pending_charset = charset
        position = word.end()
    if pending:
        yield decode(_joined(pending), pending_charset)
    yield text[position:]


def _joined(words: list[tuple[str, str]]) -> bytes:
    if len(words) > 1 and all(encoding == "b" for encoding, _ in words) and any(len(payload) % 4 for _, payload in words[:-1]):
        return from_base64("".join(payload for _, payload in words).encode("utf-8", "replace"))  # cut without regard to groups of four
    return b"".join(_word_bytes(encoding, payload) for encoding, payload in words)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    return from_base64(data) if encoding == "b" else binascii.a2b_qp(data.replace(b"_", b" "), header=True)


def mailboxes(values: Iterable[str], hint: str | None = None) -> list[Mailbox]:
    """Return the addresses of some header values, in order, usable or not: quoted names, comments, groups, unquoted commas and missing brackets are borne with."""
    found: list[Mailbox] = []
    for value in values:
        found += _known_boxes(value, hint) if len(value) <= _SHORT else _boxes(value, hint)
        if len(found) >= _MOST_ADDRESSES:
            break
    return found[:_MOST_ADDRESSES]


def _boxes(value: str, hint: str | None) -> tuple[Mailbox, ...]:
    folded = unfold(value)[:100_000]
    simple = _ONE_PLAIN.fullmatch(folded)
    boxes = [_mailbox(entry, hint) for entry in ([(simple[1], simple[2])] if simple else _AddressList().read(folded))]
    if not any(box.is_usable for box in boxes) and "=?" in folded:
        # Some programs encode the address along with the name.
        boxes = [_mailbox(entry, hint) for entry in _AddressList().read(decode_words(folded, hint))]
    return tuple(box for box in boxes if box.address or box.name)


# While one mail is read its headers are asked for by those who look for the sender, for machines, for tokens.
_known_boxes = lru_cache(maxsize=64)(_boxes)


class _AddressList:
    """Cuts an address list into (name, what stood in brackets) pairs, in one pass; a comment is the name where there is no other (RFC 822's way)."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []
        self._name: list[str] = []
        self._address: list[str] = []
        self._comment: list[str] = []
        self._is_quoted = self._in_brackets = self._is_escaped = False
        self._comments = 0

    def read(self, value: str) -> list[tuple[str, str]]:
        """Return the pairs of a header's value."""
        passed = 0
        words = {word.start(): word.end() for word in _ENCODED_WORD.finditer(value)} if "=?" in value else {}
        for position, sign in enumerate(value):
            if position < passed:
                continue
            if position in words and not (self._in_brackets or self._comments or self._is_escaped):
                # Whatever signs an encoded word is written with, they are not the list's.
                passed = words[position]
                self._name.append(value[position:passed])
            else:
                self._take(sign, value, position)
        if self._is_quoted and not self._address:
            # A quote that was never closed hid the rest: take what looks like an address.
            self._name, self._address = [], [_last_address("".join(self._name))]
        elif self._comments and not self._address:
            self._address, self._comment = [_last_address("".join(self._comment))], []  # nor a comment
        self._end()
        return self.entries

    def _take(self, sign: str, value: str, position: int) -> None:
        if self._is_escaped:
            self._is_escaped = False
            self._put(sign)
        elif sign == "\\" and (self._is_quoted or self._comments):
            self._is_escaped = True
        elif sign == '"' and not self._comments:
            self._quote(value, position)
        elif self._is_quoted:
            self._put(sign)
        elif self._comments or (sign == "(" and not self._in_brackets):
            self._comments += (sign == "(") - (sign == ")")
            self._put(sign)
        else:
            self._plain(sign)

    def _put(self, sign: str) -> None:
        is_comment = self._comments or sign == ")"
        (self._comment if is_comment and not self._is_quoted else self._address if self._in_brackets else self._name).append(sign)

    def _quote(self, value: str, position: int) -> None:
        """Open or close a quote; around a local part ("a b"@c) the quotes belong to the address."""
        self._is_quoted = not self._is_quoted
        closes_local = not self._is_quoted and value[position + 1 : position + 2] == "@"
        opens_local = self._is_quoted and '"@' in value[position + 1 : position + 70] and not "".join(self._name).strip()
        if self._in_brackets or closes_local or opens_local:
            (self._address if self._in_brackets else self._name).append('"')

    def _plain(self, sign: str) -> None:
        if sign == "<":
            self._in_brackets, self._address = True, []
        elif sign == ">":
            self._in_brackets = False
        elif sign in ",;" and not self._in_brackets and (sign == ";" or self._address or self._has_address or not "".join(self._name).strip()):
            self._end()
        elif sign == ":" and not self._in_brackets and not self._address:
            self._name = []  # a group's name
        else:
            (self._address if self._in_brackets else self._name).append(sign)  # also the comma of "Doe, John <j@d>" without quotes

    @property
    def _has_address(self) -> bool:
        return "@" in self._name

    def _end(self) -> None:
        if self._name or self._address:
            name = "".join(self._name)
            if self._comment and not (name.strip() if self._address else name.strip().partition(" ")[2]):
                name = f"{name} {''.join(self._comment)[1:-1]}"
            self.entries.append((name, "".join(self._address)))
        self._name, self._address, self._comment = [], [], []


def _last_address(text: str) -> str:
    for word in reversed(text.replace("<", " ").replace(">", " ").split()):
        if "@" in word:
            return word.strip(".,;:\"'()[]")
    return ""


def _mailbox(entry: tuple[str, str], hint: str | None) -> Mailbox:
    name, address = entry
    address = clean(decode(as_bytes(address), None, hint)).replace("\n", "").replace("\r", "").strip().strip("'")
    if "@" not in address:
        # No brackets, or a name in them: the address is the word that looks like one.
        found = _last_address(name)
        name = f"{name.replace(found, ' ', 1) if found else name} {address if found else ''}"
        address = found or address
    if address.lower().startswith("mailto:"):
        address = address[7:]
    if "(" in address:
        address = _COMMENT.sub("", address)
    if len(address) > 2 and address[0] == address[-1] == '"':
        address = address[1:-1]
    if " " in address.strip():
        address = _last_address(_SPACED.sub(r"\1", address)) or address
    shown = decode_words(name, hint)
    if len(shown) > 1 and shown[0] == shown[-1] and shown[0] in "'\"":
        shown = shown[1:-1].strip()
    return Mailbox(name="" if shown.lower() == address.lower() else shown[:_LONGEST_NAME], address=address.replace(" ", ""))


def message_ids(value: str) -> list[str]:
    """Return the ids of a Message-ID, In-Reply-To or References value in order, each as `<…>`; what is none between them is passed over."""
    if "=?" in value:
        value = decode_words(value)  # cpython#79986: long values were sent as encoded words
    text = clean(as_bytes(value).decode("utf-8", "replace"))
    found = []
    for piece in text.split("<")[1:]:
        inner, bracket, _ = piece.partition(">")
        if bracket:
            found.append("".join(inner.split()))
    if not found:
        words = text.split()
        # Without brackets only what can be nothing else is taken: prose often holds the sender's address.
        found = [word.strip(",;\"'") for word in words] if all("@" in word for word in words) else []
    return [f"<{inner}>" for inner in found if inner and len(inner) <= _LONGEST_ID]
