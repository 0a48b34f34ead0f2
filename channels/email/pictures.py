"""Pictures that stand in the text of a reply: where its author put a marker, `![name](attachment:ID)`."""

import re
from collections.abc import Callable, Sequence

from channels.contract import OutboundFile

# What every mail program shows; anything else that is pointed to is a file like others.
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MARKER = re.compile(r"!\[([^\[\]\n]{0,400})\]\(attachment:(\d{1,19})\)")


def is_shown(file: OutboundFile) -> bool:
    """Say whether mail programs show such a file in its place."""
    return file.media_type.partition(";")[0].strip().lower() in _SHOWN


def placed_in(text: str, files: Sequence[OutboundFile]) -> tuple[OutboundFile, ...]:
    """Return the pictures that a text points to, each once, in the order of the files."""
    wanted = {int(marker[2]) for marker in _MARKER.finditer(text)}
    return tuple(file for file in files if file.id in wanted and is_shown(file))


def with_markers(text: str, files: Sequence[OutboundFile], words: Callable[[str], str], shown: Callable[[OutboundFile], str]) -> str:
    """Return a text put together from its words and from what stands for each file that it points to; a marker that means no file of this mail is words."""
    known = {file.id: file for file in files}
    out: list[str] = []
    position = 0
    for marker in _MARKER.finditer(text):
        file = known.get(int(marker[2]))
        if file is not None:
            out += (words(text[position : marker.start()]), shown(file))
            position = marker.end()
    out.append(words(text[position:]))
    return "".join(out)
