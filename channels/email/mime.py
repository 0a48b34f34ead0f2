"""Raw bytes to a tree of parts, whatever the bytes: RFC 2045 and 2046 with bounds on size, depth, parts and headers; what is left out is said.

A reader of our own: the standard library's goes line by line through every attachment, stops at the first header that is broken,
and raises over some mails. Here a part is a stretch of bytes between two delimiter lines, found by searching, so that content stays
exact and a large file costs nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from channels.email.charsets import decode
from channels.email.decoding import decoded
from channels.email.opaque import enclosed
from channels.email.parameters import parameters
from channels.email.repair import MOST_HEADER_BYTES, headers_in, mended, mended_headers

MOST_BYTES = 64 * 1024 * 1024
MOST_PARTS = 200
MOST_HEADERS = 1_000
DEEPEST = 20
OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_LONGEST_HEADER = 128 * 1024
_LONGEST_CONTENT_HEADER = 4 * 1024
# Kept also behind a flood of others, because something is decided by them.
_NEEDED = frozenset({"from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to", "sender", "content-type", "delivered-to"})
_MOST_NEEDED = 2 * MOST_HEADERS

_BLANK_LINE = re.compile(rb"\n\r*(?=\n)")
_TYPE = re.compile(r"\s*\"?([^\s;/,=\"<>]+/[^\s;,\"<>]+)")
_LOST_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]{2,30}[ \t]*:)", re.IGNORECASE)
_LOOKS_LIKE_A_PART = re.compile(rb"content-[a-z-]{2,30}[ \t]*:", re.IGNORECASE)
_END = re.compile(rb"--[^\w-]{0,20}")  # with a stray sign or two behind it
_LOOKED_AT = 256 * 1024
_LONGEST_PREAMBLE = 200


class Part:
    """A part: its headers, its content with the transfer encoding still on, and its parts if it is a multipart. A message inside stays whole, as content."""

    __slots__ = ("_named", "_parameters", "children", "content", "default_type", "headers", "media_type")

    def __init__(self, headers: Sequence[tuple[str, str]] = (), content: bytes = b"", *, default_type: str = "text/plain") -> None:
        self.headers = headers
        self.content = content
        self.children: list[Part] = []
        self.default_type = default_type
        self._named: dict[str, list[str]] = {}
        self._parameters: dict[str, dict[str, bytes | str]] = {}
        for name, value in headers:
            self._named.setdefault(name, []).append(value)
        self.media_type = self._stated_type()

    @property
    def source(self) -> str:
        """The undecoded content as text (surrogates where bytes are not ASCII)."""
        return self.content.decode("ascii", "surrogateescape")

    def values(self, name: str) -> list[str]:
        """Return all values of a header, in order; raw, folded as they came, with surrogates where bytes are not ASCII."""
        return self._named.get(name.lower(), [])

    def value(self, name: str) -> str:
        """Return the first value of a header, "" where there is none."""
        found = self._named.get(name.lower())
        return found[0] if found else ""

    def parameter(self, name: str, header: str = "content-type") -> str:
        """Return a header's parameter as text, "" where there is none that can be read."""
        known = self._parameters.get(header)
        if known is None:
            value = self.value(header)
            known = parameters(value.encode("ascii", "surrogateescape")) if ";" in value or "=" in value else {}
            self._parameters[header] = known
        found = known.get(name, "")
        if isinstance(found, bytes):
            found = known[name] = decode(found)
        return found

    def walk(self) -> "Iterator[Part]":
        """Yield this part and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def _stated_type(self) -> str:
        """Return the type that the part states, in lower case; what its place makes of it where it states none that makes sense."""
        stated = self._named.get("content-type")
        if not stated:
            return self.default_type
        match = _TYPE.match(stated[0])
        return match[1].lower() if match else "text/plain"


def read_tree(raw: bytes) -> tuple[Part, list[str]]:
    """Return the tree of a mail and what was odd about it, one sentence each."""
    warnings: list[str] = []
    if len(raw) > MOST_BYTES:
        warnings.append(f"{len(raw) - MOST_BYTES} bytes left out: the mail is larger than {MOST_BYTES // 1024 // 1024} MB.")
        raw = raw[:MOST_BYTES]
    data = mended(raw, warnings)
    reader = _Reader(data, warnings)
    root = reader.part(0, len(data), 0)
    if reader.parts_dropped:
        warnings.append(f"{_counted(reader.parts_dropped, 'part')} left out: a mail may have {MOST_PARTS}.")
    if reader.too_deep:
        warnings.append(f"{_counted(reader.too_deep, 'part')} left out: nested deeper than {DEEPEST} levels.")
    if reader.headers_dropped:
        warnings.append(f"{_counted(reader.headers_dropped, 'header')} left out: a part may have {MOST_HEADERS}.")
    return root, warnings


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(slots=True)
class _Reader:
    """Takes one mail apart, and counts what it leaves out."""

    data: bytes
    warnings: list[str]
    parts: int = field(default=0, init=False)
    parts_dropped: int = field(default=0, init=False)
    too_deep: int = field(default=0, init=False)
    headers_dropped: int = field(default=0, init=False)

    def part(self, start: int, end: int, depth: int, default_type: str = "text/plain") -> Part:
        """Return the part that lies between two places."""
        self.parts += 1
        headers, start = self._headers(start, end)
        part = Part(headers, default_type=default_type)
        if part.media_type.startswith("multipart/") and depth >= DEEPEST:
            self.too_deep += 1
        elif part.media_type.startswith("multipart/") or (depth == 0 and not part.value("content-type")):
            self._divide(part, start, end, depth)
            if not part.children:
                part.content = self.data[start:end]
        else:
            part.content = self.data[start:end]
            if part.media_type in OPAQUE:
                self._unwrap(part, depth)
        return part

    def _unwrap(self, part: Part, depth: int) -> None:
        """Look into an opaque S/MIME signature: what is signed stands beside it."""
        inside = enclosed(decoded(part.content, part.value("content-transfer-encoding"), []))
        if not inside or depth >= DEEPEST or self.parts >= MOST_PARTS:
            return
        inner = _Reader(inside, self.warnings)
        inner.parts = self.parts
        part.children = [inner.part(0, len(inside), depth + 1), Part(part.headers, part.content)]
        part.content = b""
        part.media_type = "multipart/signed"
        self.parts = inner.parts + 1
        self.parts_dropped += inner.parts_dropped
        self.too_deep += inner.too_deep
        self.headers_dropped += inner.headers_dropped

    def _headers(self, start: int, end: int) -> tuple[list[tuple[str, str]], int]:
        """Return the headers that begin at a place, and where the content does."""
        data = self.data
        if start >= end or data.startswith((b"\n", b"\r\n"), start, end):
            return [], min(end, start + (2 if data.startswith(b"\r", start) else 1))
        blank = _BLANK_LINE.search(data, start, end)
        stop, after = (blank.start(), blank.end() + 1) if blank else (end, end)
        excess = stop - start - MOST_HEADER_BYTES
        if excess > 0:
            stop = data.rfind(b"\n", start, start + MOST_HEADER_BYTES) + 1 or start + MOST_HEADER_BYTES
        block = data[start:stop]
        found = headers_in(block)
        if found is None:
            block, used = mended_headers(block, self.warnings)
            found = headers_in(block) or []
            if start + used < stop:
                return self._bounded(found), start + used
        if excess > 0:
            self.warnings.append(f"{excess} bytes left out: headers may take {MOST_HEADER_BYTES // 1024} kB.")
        return self._bounded(found), after

    def _bounded(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Cut each header where it is longer than any honest one, and leave out those beyond the bound that decide nothing."""
        if len(headers) > MOST_HEADERS:
            kept = headers[:MOST_HEADERS] + [header for header in headers[MOST_HEADERS:] if header[0] in _NEEDED]
            kept = kept[:_MOST_NEEDED]
            self.headers_dropped += len(headers) - len(kept)
            headers = kept
        if any(len(value) > _LONGEST_CONTENT_HEADER for _, value in headers):
            headers = [(name, value[: _LONGEST_CONTENT_HEADER if name.startswith("content-") else _LONGEST_HEADER]) for name, value in headers]
        return headers

    def _divide(self, part: Part, start: int, end: int, depth: int) -> None:
        """Find a part's parts; by the first line that looks like a boundary where the stated one is missing or wrong."""
        is_multipart = part.media_type.startswith("multipart/")
        boundary = part.parameter("boundary").encode("utf-8", "surrogateescape")[:200].rstrip()
        spans = self._spans(boundary, start, end) if boundary and is_multipart else []
        if not spans:
            lost = _LOST_BOUNDARY.search(self.data, start, min(end, start + _LOOKED_AT))
            # A report without a Content-Type tells its news first and returns a mail with boundaries below: that is text, all of it.
            is_first = lost is not None and len(self.data[start : lost.start()].strip()) <= _LONGEST_PREAMBLE
            if lost is not None and (is_multipart or (is_first and self.data.count(b"\n--" + lost[1], start, end) > 1)):
                spans = self._spans(lost[1], start, end)
            if spans or (is_multipart and start < end):
                self.warnings.append("The boundary between the parts is missing or wrong.")
            if spans and not is_multipart:
                part.media_type = "multipart/mixed"
        inner = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        part.children = [self.part(begin, stop, depth + 1, inner) for begin, stop in spans]

    def _spans(self, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """Return where the parts between delimiter lines lie, as far as the mail's bound allows."""
        spans: list[tuple[int, int]] = []
        begun: int | None = None
        for at, after, is_last in _delimiters(self.data, b"--" + boundary, start, end):
            if begun is not None:
                spans.append((begun, max(begun, at)))
            # Behind the last delimiter only what begins as a part is one: some programs write the last too early.
            begun = None if is_last and not _LOOKS_LIKE_A_PART.match(self.data, after, end) else after
            if self.parts + len(spans) >= MOST_PARTS:
                mark = b"\n--" + boundary
                self.parts_dropped += (begun is not None) + self.data.count(mark, after, end) - self.data.count(mark + b"--", after, end)
                return spans
        if begun is not None and not self.data[begun : begun + 4].isspace() and begun < end:
            spans.append((begun, end))
        return spans


def _delimiters(data: bytes, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield for each delimiter line where what lies before it ends, where what follows begins, and whether it is the last (RFC 2046 §5.1.1)."""
    if data.startswith(mark, start, end):
        at, before = start, start
    else:
        before = data.find(b"\n" + mark, start, end)
        at = before + 1
    while before >= 0:
        line_end = data.find(b"\n", at + len(mark), end)
        line_end = end if line_end < 0 else line_end
        rest = data[at + len(mark) : min(line_end, at + len(mark) + 80)].strip()
        if not rest or _END.fullmatch(rest):
            yield before - (before > start and data[before - 1] == 13), min(line_end + 1, end), bool(rest)
        before = data.find(b"\n" + mark, line_end, end)
        at = before + 1
