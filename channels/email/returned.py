"""What a report returns of the mail it is about: where the copy begins, which Message-ID it had, to whom it went."""

import re
from collections.abc import Iterator, Sequence

from channels.email.bodies import content_of
from channels.email.bounce_phrases import COPIES
from channels.email.charsets import decode
from channels.email.headers import mailboxes, message_ids
from channels.email.mime import Part

PROSE = 16 * 1024
MOST_READ = 64 * 1024
MOST_PARTS = 12
_LONGEST_VALUE = 4_000
_FAR = 40

RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/partial",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822",
        "message/rfc822-header",
    }
)
_MESSAGE_ID = re.compile(r"^[ \t>|]{0,20}message-id[ \t]{0,20}:[ \t]{0,20}(?:\r?\n[ \t>]{1,20})?(\S[^\n]{0,1000})", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(r"^[ \t>|]{0,20}to[ \t]{0,20}:([^\n]{0,1000})", re.IGNORECASE | re.MULTILINE)
_HEADER_LINE = re.compile(
    r"^[ \t>|]{0,20}(?:received|return-path|x-received|dkim-signature|delivered-to|x-originating-ip|arc-seal)[ \t]?:", re.IGNORECASE | re.MULTILINE
)


def before_copy(text: str) -> str:
    """Return what stands before the returned mail, or everything where none is returned."""
    return text[: _copy_at(text)]


def _copy_at(text: str) -> int:
    head = text[:PROSE]
    lowered = head.lower()
    if len(lowered) != len(head):
        lowered = head  # a few letters change their length: places would no longer fit
    # Far into a line such words are part of a sentence: "A summary and a copy of your message are attached."
    places = [place for phrase in COPIES if (place := lowered.find(phrase)) > 0 and place - lowered.rfind("\n", 0, place) <= _FAR]
    line = _HEADER_LINE.search(head)
    if line:
        places.append(line.start())
    return min(places, default=len(text))


def has_copy(root: Part, text: str) -> bool:
    """Say whether a mail or its headers are returned inside."""
    return any(part.media_type in RETURNED_TYPES for part in root.walk()) or _HEADER_LINE.search(text[:PROSE]) is not None


def original_id(root: Part, text: str, groups: Sequence[dict[str, str]]) -> str | None:
    """Return the Message-ID of the mail that a report is about: of the returned mail, of the report's fields, of the copy in its prose, of what it answers."""
    for part in _returned(root):
        found = _id_in(head_of(part))
        if found:
            return found
    for group in groups:
        for name in ("original-message-id", "x-original-message-id"):
            ids = message_ids(group.get(name, "")[:_LONGEST_VALUE])
            if ids:
                return ids[0]
    found = _id_in(text[_copy_at(text) :][:MOST_READ]) or _id_in(text[:MOST_READ])
    if found:
        return found
    answered = [one for name in ("x-original-message-id", "in-reply-to", "references") for one in message_ids(root.value(name)[-_LONGEST_VALUE:])]
    return answered[-1] if answered else None


def _returned(root: Part) -> Iterator[Part]:
    """Yield the parts that a returned mail may stand in: those typed so, then files with headers in them."""
    leaves = [part for part in root.walk() if not part.children][:MOST_PARTS]
    yield from (part for part in leaves if part.media_type in RETURNED_TYPES)
    yield from (part for part in leaves[1:] if part.media_type not in RETURNED_TYPES and b"essage-" in part.content[:MOST_READ])


def _id_in(text: str) -> str | None:
    found = _MESSAGE_ID.search(text)
    ids = message_ids(found[1]) if found else []
    return ids[0] if ids else None


def head_of(part: Part) -> str:
    """Return the beginning of a leaf as text, with its transfer encoding undone."""
    cut = Part(part.headers, part.content[:MOST_READ])
    return decode(content_of(cut, []), part.parameter("charset") or None).replace("\r\n", "\n").replace("\r", "\n")


def returned_recipient(root: Part, text: str) -> str | None:
    """Return to whom the returned mail went, None where that was nobody or several."""
    sources = [*(head_of(part) for part in _returned(root)), text[_copy_at(text) :][:MOST_READ]]
    for source in sources:
        found = _TO.search(source)
        boxes = [box for box in mailboxes([found[1]]) if box.is_usable] if found else []
        if len(boxes) == 1:
            return boxes[0].address
    return None
