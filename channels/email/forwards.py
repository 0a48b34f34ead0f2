"""Who wrote what somebody forwarded to us, when, about what, and the words inside."""

import re
from dataclasses import dataclass

from channels.email.header_blocks import is_forward, is_original, read_block
from channels.email.lines import LONGEST_LINE, MOST_LOOKED_AT, end_of_marked, is_dashed, is_quote, next_said, plain
from channels.email.phrases import listed
from channels.email.quoting import is_forwarding

_ADDRESS = re.compile(r"[^\s<>\[\]()\"',;:]{1,64}@[^\s<>\[\]()\"',;:]{1,255}")
_AROUND_NAME = " \t\"'“”„«»‚‘’*<>[]()|,;:"
_LONGEST_NAME = 200
_ENDS = listed(
    """
    end of forwarded|end forwarded|ende der weitergeleiteten|fin du message|fin del mensaje|fine messaggio|fim da mensagem|einde doorgestuurd
    конец пересылаемого|завершение пересылаемого|кінець пере
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A message inside another: its first sender and the date as written there, and its text. `comment` is what the one who forwarded it wrote above."""

    name: str | None
    address: str | None
    date: str | None
    subject: str | None
    text: str
    comment: str


def forwarded(text: str, subject: str | None = None) -> Forwarded | None:
    """Return the message that a text forwards, or None. A bare header block counts only below a subject that says so (FW:, WG:, TR: …).

    Of several forwards inside each other the outermost is returned: its text holds the others.
    """
    lines = text.split("\n")
    announced = next((index for index, line in enumerate(lines[:MOST_LOOKED_AT]) if is_forward(line)), None)
    if announced is not None:
        return _read(lines, announced, announced + 1)
    if not is_forwarding(subject):
        return None
    for index, line in enumerate(lines[:MOST_LOOKED_AT]):
        if len(line) > LONGEST_LINE or is_quote(line):
            continue
        if is_original(lines, index):
            return _read(lines, index, index + 1)
        if read_block(lines, index) is not None:
            return _read(lines, index, index)
    return None


def _read(lines: list[str], first: int, start: int) -> Forwarded | None:
    """Read the header block near a line and what stands below it; a text that only announces one forwards nothing."""
    inner = _unmarked(lines, start)
    comment = "\n".join(lines[:first]).strip()
    head = next_said(inner, 0)
    block = read_block(inner, head, announced=True) if head is not None else None
    # A block may be known by its date and recipient alone: then nobody is named whose words these are.
    if block is None or "from" not in block.values:
        return None
    values = block.values
    name, address = sender_in(values["from"])
    return Forwarded(
        name=name,
        address=address,
        date=values.get("sent") or values.get("date") or None,
        subject=values.get("subject") or None,
        text="\n".join(_without_end(inner[block.after :])).strip("\n").rstrip(),
        comment=comment.rstrip("_-= \n"),
    )


def _unmarked(lines: list[str], start: int) -> list[str]:
    """Return the lines from one on; where the forwarded message is marked by `>`, without these marks and up to their end."""
    first = next_said(lines, start)
    if first is None or not is_quote(lines[first]):
        return lines[start:]
    return [re.sub(r"^\s{0,8}> ?", "", line, count=1) for line in lines[first : end_of_marked(lines, first)]]


def _without_end(lines: list[str]) -> list[str]:
    for index in range(len(lines) - 1, max(-1, len(lines) - 6), -1):
        folded = plain(lines[index]).lower()
        if folded and is_dashed(folded) and folded.strip("-_= ").startswith(_ENDS):
            return lines[:index]
    return lines


def sender_in(value: str) -> tuple[str | None, str | None]:
    """Return the name and the address in what a From line says, in any of the forms that programs write: brackets of all kinds, `mailto:`, on behalf of."""
    text = value[:LONGEST_LINE].replace("mailto:", " ").replace("MAILTO:", " ")
    found = _ADDRESS.search(text)
    if found is None:
        return text.strip(_AROUND_NAME)[:_LONGEST_NAME] or None, None
    name = text[: found.start()].strip(_AROUND_NAME)
    if not name and "(" in text[found.end() :]:
        name = text[found.end() :].partition("(")[2].partition(")")[0].strip(_AROUND_NAME)
    return (name[:_LONGEST_NAME] if name and "@" not in name else None), found[0].rstrip(".")
