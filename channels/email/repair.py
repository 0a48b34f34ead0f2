"""What is mended in a mail's bytes before it is taken apart: the line ends, what stands before the headers, and headers that are broken in two."""

import re

MOST_HEADER_BYTES = 512 * 1024
_MOST_LOOKED_AT = 20_000
_MOST_LINES = 20_000

# One header with its folded lines. The value keeps its line ends; `unfold` takes them out.
HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*(?:\n[ \t].*)*)(?:\n|\Z)")
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_KNOWN_HEADER = re.compile(
    rb"(?i)(?:received|from|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]{2,30}"
    rb"|reply-to|return-path|x-[a-z0-9-]{1,60}|dkim-signature|delivered-to|sender|arc-[a-z-]{4,30}|authentication-results)[ \t]*:"
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def mended(raw: bytes, warnings: list[str]) -> bytes:
    """Return a mail with line ends that hold and nothing before its first line."""
    if raw.startswith(_MARKS):
        raw = _unmarked(raw)
    # Honest carriage returns stand before a line feed; alone, and among the headers, they are the line ends of old Macs.
    head = raw[:_MOST_LOOKED_AT]
    returns = head.count(b"\r")
    if returns and returns - head.count(b"\r\n") - head.count(b"\r\r\n") > head.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        warnings.append("Lines ended with a bare carriage return.")
    raw = raw.lstrip(b"\r\n\t ") if raw[:1].isspace() else raw
    if raw.startswith((b"From ", b">From ")) and not _HEADER_LINE.match(raw):
        # The line by which a mailbox file parts its mails.
        raw = raw.partition(b"\n")[2].lstrip(b"\r\n")
    return raw


def _unmarked(raw: bytes) -> bytes:
    """Take a byte order mark off; a mail that was saved as UTF-16 is made UTF-8."""
    codec = _UTF16.get(raw[:2])
    if codec is None:
        return raw[3:]
    return raw[2:].decode(codec, "replace").encode("utf-8", "replace") if b"\0" in raw[:200] else raw[2:]


def mended_headers(block: bytes, warnings: list[str]) -> tuple[bytes, int]:
    """Return a header block in which every line is a header or folded, and how many bytes of the block were headers: where the text began without a blank line, fewer.

    Lines before the first header are dropped where a header follows that mails have; a line between headers that is none belongs to
    the one above it, which lost its indent when it was folded again.
    """
    lines = block.split(b"\n")
    # Behind what looks like a boundary stand the headers of a part.
    first_mark = next((index for index, line in enumerate(lines) if line.startswith(b"--")), _MOST_LINES)
    known = [index for index, line in enumerate(lines[: min(first_mark, _MOST_LINES)]) if _KNOWN_HEADER.match(line)]
    if not known:
        return _up_to_text(lines, warnings)
    kept: list[bytes] = []
    used = 0
    for index, line in enumerate(lines):
        if _is_header(line):
            if kept or line[:1] not in b" \t":
                kept.append(line)
        elif index > known[-1]:
            warnings.append("No blank line stands between headers and text.")
            return b"\n".join(kept), used
        elif kept:
            warnings.append("A folded header had lost its indent.")
            kept.append(b" " + line)
        else:
            warnings.append("The first line is not a header.")
        used += len(line) + 1
        if len(warnings) > 12:
            del warnings[12:]
    return b"\n".join(kept), len(block)


def _is_header(line: bytes) -> bool:
    return line[:1] in b" \t" or not line.strip(b"\r") or _HEADER_LINE.match(line) is not None


def _up_to_text(lines: list[bytes], warnings: list[str]) -> tuple[bytes, int]:
    """Return the headers above the first line that is none, in a block without any header that mails have."""
    used = 0
    for index, line in enumerate(lines):
        if not _is_header(line) or (index == 0 and line[:1] in b" \t"):
            warnings.append("No blank line stands between headers and text.")
            return b"\n".join(lines[:index]), used
        used += len(line) + 1
    return b"\n".join(lines), used


def headers_in(block: bytes) -> list[tuple[str, str]] | None:
    """Return names (lower case) and values of a whole block, or None where a line is no header and the block has to be mended."""
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(block):
        match = HEADER.match(block, position)
        if match is None:
            return None
        found.append((match[1].decode("latin-1").lower(), match[2].strip().decode("ascii", "surrogateescape")))
        position = match.end()
    return found
