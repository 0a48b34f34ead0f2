"""Raw bytes to a tree of parts: the standard library's parser (compat32), with what is broken mended before and with bounds on depth, parts and headers within."""

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import pairwise

MOST_BYTES = 64 * 1024 * 1024
MOST_PARTS = 200
DEEPEST = 20
MOST_HEADER_BYTES = 512 * 1024
_LONGEST_HEADER = 128 * 1024
_LONGEST_CONTENT_HEADER = 4 * 1024

_NOT_A_HEADER_LINE = re.compile(rb"^(?![!-9;-~]{1,200}[ \t]?:|[ \t\r\n]).*$", re.MULTILINE)
_HEADER_END = re.compile(rb"\n\r?\n|\r\r")
_KNOWN_HEADER = re.compile(
    rb"(?im)^(?:received|from|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]{2,30}"
    rb"|reply-to|return-path|x-[a-z0-9-]{1,60}|dkim-signature|delivered-to)[ \t]?:"
)
_CONTENT_TYPE_MULTIPART = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="


class _Lenient(Compat32):
    """compat32 that caps each header (parameters are split in quadratic time) and hands values out as they are, surrogates and all."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value, cut where it is longer than any honest one."""
        name, value = super().header_source_parse(sourcelines)
        return name.strip(), value[: _LONGEST_CONTENT_HEADER if name[:8].lower() == "content-" else _LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return the value as it is."""
        return value


_POLICY = _Lenient()


class Part(Message):
    """A part that knows how deep it lies; messages inside stay whole (kept as .eml), and what lies too deep is not looked into."""

    depth = 0
    dropped = 0
    count = 1
    root: "Part | None" = None
    _payload: object

    def attach(self, payload: "Message[str, str] | str") -> None:
        """Take a child in, unless the whole mail has too many already."""
        top = self.root or self
        if isinstance(payload, Part):
            payload.depth = self.depth + 1
            payload.root = top
        if top.count >= MOST_PARTS:
            top.dropped += 1
            return
        top.count += 1
        super().attach(payload)

    def get_content_type(self) -> str:
        """Return the type by which the parser decides whether to look inside."""
        real = self.media_type
        return "text/plain" if real.startswith("message/") or (self.depth >= DEEPEST and real.startswith("multipart/")) else real

    @property
    def media_type(self) -> str:
        """The type that the part states, in lower case (text/plain where it states none that makes sense)."""
        return super().get_content_type()

    @property
    def children(self) -> list["Part"]:
        """The parts of a multipart; none of a leaf."""
        inside = self._inside()
        return [part for part in inside if isinstance(part, Part)] if isinstance(inside, list) else []

    @property
    def source(self) -> str:
        """The undecoded content of a leaf (surrogates where bytes are not ASCII)."""
        inside = self._inside()
        return inside if isinstance(inside, str) else ""

    def values(self, name: str) -> list[str]:  # type: ignore[override]  # Message.values() lists all; here by name
        """Return all values of a header, in order."""
        return [str(value) for value in self.get_all(name, [])]

    def value(self, name: str) -> str:
        """Return the first value of a header, "" where there is none."""
        return str(self.get(name, ""))

    def _inside(self) -> object:
        # get_payload() would decode 8-bit text by the declared charset, and lose what that does not fit.
        return self._payload


def read_tree(raw: bytes) -> tuple[Part, list[str]]:
    """Return the tree of a mail and what was odd about it, one sentence each."""
    warnings: list[str] = []
    if len(raw) > MOST_BYTES:
        raw = raw[:MOST_BYTES]
        warnings.append("The mail is larger than we read; the end was left off.")
    root = _parse(_mended(raw, warnings))
    if root.media_type.startswith("multipart/") and not root.children and root.source:
        _find_lost_boundary(root, warnings)
    if root.dropped:
        warnings.append(f"The mail has more than {MOST_PARTS} parts; {root.dropped} were left off.")
    return root, warnings


def _parse(data: bytes) -> Part:
    tree = BytesParser(Part, policy=_POLICY).parsebytes(data)
    assert isinstance(tree, Part)  # the factory makes nothing else
    return tree


def _find_lost_boundary(root: Part, warnings: list[str]) -> None:
    """Read a multipart whose boundary is missing or wrong by the first line that looks like one."""
    warnings.append("The boundary between the parts is missing or wrong.")
    lines = root.source.split("\n", 2000)
    for line, following in pairwise(lines):
        boundary = line.rstrip()
        if boundary.startswith("--") and 3 <= len(boundary) <= 200 and '"' not in boundary and following.lower().startswith("content-"):
            again = _parse(_CONTENT_TYPE_MULTIPART + f'"{boundary[2:]}"\n\n{root.source}'.encode("utf-8", "surrogateescape"))
            if again.children:
                root.set_payload([])
                for child in again.children:
                    root.attach(child)
                return


def _mended(raw: bytes, warnings: list[str]) -> bytes:
    """Return the mail with its header block made such that the parser does not stumble over it."""
    if b"\n" not in raw[:20_000] and b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        warnings.append("Lines ended with a bare carriage return.")
    raw = raw.lstrip(b"\r\n\t ") if raw[:1].isspace() else raw
    end = _HEADER_END.search(raw, 0, MOST_HEADER_BYTES)
    stop = end.start() if end else min(len(raw), MOST_HEADER_BYTES)
    if stop >= MOST_HEADER_BYTES:
        warnings.append("The headers are longer than we read; the rest of them was left off.")
        cut = raw.rfind(b"\n", 0, MOST_HEADER_BYTES) + 1
        return _with_lines_mended(raw[:cut], warnings) + b"\n"
    if not _NOT_A_HEADER_LINE.search(raw, 0, stop):
        return raw
    return _with_lines_mended(raw[:stop], warnings) + raw[stop:]


def _with_lines_mended(head: bytes, warnings: list[str]) -> bytes:
    """Drop a first line that is no header (mbox, junk), give continuation lines their lost indent back, and part a body that no blank line parted."""
    lines = head.split(b"\n")
    if lines and _NOT_A_HEADER_LINE.match(lines[0]) and len(lines) > 1:
        if not lines[0].startswith((b"From ", b">From ")):
            warnings.append("The first line is not a header.")
        lines = lines[1:]
    last_known = max((index for index, line in enumerate(lines) if _KNOWN_HEADER.match(line)), default=-1)
    mended: list[bytes] = []
    for index, line in enumerate(lines):
        if line.strip() and _NOT_A_HEADER_LINE.match(line):
            if index > last_known:
                warnings.append("No blank line stands between headers and text.")
                mended += [b"", *lines[index:]]
                break
            warnings.append("A folded header had lost its indent.")
            mended.append(b" " + line)
        else:
            mended.append(line)
    del warnings[12:]
    return b"\n".join(mended)
