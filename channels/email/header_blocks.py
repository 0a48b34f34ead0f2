"""How Outlook and its kin open a history or a forward: a line between dashes, a block of headers, or both."""

from dataclasses import dataclass, field

from channels.email.lines import DASHES, LONGEST_LINE, is_dashed, is_rule, plain
from channels.email.phrases import FORWARDS, HEADER_ROLES, MARKER_LINES, ORIGINALS, STARTERS, VERBS

_LONGEST_WORD = 24
_MOST_LINES = 16
_MOST_FOREIGN = 2
_FORWARD_ENDS = ("--", "__", "==", "—", "–", "*", ":", "：")


@dataclass(slots=True)
class Block:
    """A header block: what each role says, and the line after it."""

    after: int
    values: dict[str, str] = field(default_factory=dict)


def role(line: str) -> tuple[str, str] | None:
    """Return which header a line states, by its word before the colon, and what it says; stars of bold letters aside."""
    if ":" not in line[:80] and "：" not in line[:80]:
        return None
    text = plain(line[:LONGEST_LINE]).lstrip("*>| \t").replace("：", ":", 1)
    word, _, value = text.partition(":")
    if len(word) > _LONGEST_WORD:
        return None
    found = HEADER_ROLES.get(word.replace("|", " ").strip(" *_\t").lower())
    return (found, value.strip(" *\t|")) if found else None


def read_block(lines: list[str], index: int, *, announced: bool = False) -> Block | None:
    """Return the header block that begins at a line, or None: a sender or a date, and with it a subject or a moment of sending, and an address or enough roles.

    A journey ("From: London, To: Paris") and an appointment are none. Where a line above has announced a block, a sender is enough.
    """
    first = role(lines[index])
    if first is None or first[0] == "cc":
        return None
    block = Block(after=index)
    foreign = 0
    last = ""
    for number in range(index, min(len(lines), index + _MOST_LINES)):
        line = lines[number]
        found = role(line) if len(line) <= LONGEST_LINE else None
        if found and found[0] not in block.values:
            last = found[0]
            block.values[last] = found[1]
            block.after, foreign = number + 1, 0
        elif found and found[0] == "from":
            break
        elif line.strip():
            foreign += 1
            if foreign > _MOST_FOREIGN or not lines[number - 1].strip():
                break
            if number == block.after and last and len(line) <= LONGEST_LINE:
                block.values[last] += " " + plain(line)
                block.after = number + 1
        elif "subject" in block.values:
            break
    return block if (announced and "from" in block.values) or _is_whole(block.values) else None


def _is_whole(values: dict[str, str]) -> bool:
    has_address = any("@" in value for value in values.values())
    moment = values.get("sent") or values.get("date") or ""
    digits = sum(sign.isdigit() for sign in moment)
    if "from" not in values:
        return has_address and {"date", "to"} <= values.keys()
    told = len(values.keys() & {"sent", "date", "subject"})
    if has_address:
        return told >= 1
    if "sent" in values:
        return len(values) >= 3
    return "subject" in values and digits >= 6 and len(values) >= 3


def is_one_line_block(line: str) -> bool:
    """Say whether a whole header block stands on one line, as it does where line ends were lost."""
    if line.count(":") + line.count("：") < 2:
        return False
    first = role(line)
    if first is None or first[0] != "from":
        return False
    pieces = plain(line).replace("：", ":").lower().replace("*", "").split(":")[1:-1]
    roles = {HEADER_ROLES.get(" ".join(piece.split()[-count:])) for piece in pieces for count in (1, 2)} & {"sent", "date", "to", "subject"}
    return len(roles) >= 2 or (bool(roles & {"sent", "date"}) and "@" in line and sum(sign.isdigit() for sign in line) >= 6)


def is_original(lines: list[str], index: int) -> bool:
    """Say whether a line announces the original message: its words between dashes, or an introduction between dashes."""
    folded = plain(lines[index]).lower()
    if folded.startswith("original message processed by"):
        return True
    if len(folded) > 300 or not folded.startswith(("-", "_", "=", "—", "–", "*")):
        return False
    inner = folded.strip(DASHES)
    if is_dashed(folded) and (inner == "original" or inner.replace("&nbsp;", " ").strip().startswith(ORIGINALS)):
        return len(inner) <= 80
    if not folded.startswith("--") or not inner:
        return False
    # "---- On Wed, 11 Mar 2026 09:00:00 +0100 Desk <desk@example.com> wrote ----", on one line or wrapped.
    joined = folded
    for number in range(index, min(len(lines), index + 3)):
        joined = joined if number == index else f"{joined} {plain(lines[number]).lower()}"
        if joined.endswith(("--", "—")) and number - index <= 2:
            inner = joined.strip(DASHES)
            says = inner.endswith(VERBS) or ("@" in inner and any(verb in inner for verb in VERBS))
            return says and (number == index or inner.startswith(STARTERS))
    return False


def is_forward(line: str) -> bool:
    """Say whether a line announces a forwarded message."""
    text = plain(line)
    if len(line) > 300 or not text.endswith(_FORWARD_ENDS):
        return False
    folded = text.lower().lstrip("*")
    return (is_dashed(folded) or folded.rstrip("*").endswith((":", "："))) and folded.strip(DASHES).startswith(FORWARDS)


def is_marker(line: str) -> bool:
    """Say whether a line is a help desk's wish to be answered above it."""
    if not 12 <= len(line) <= 120:
        return False
    folded = plain(line).lower()
    return any(phrase in folded for phrase in MARKER_LINES) and (not folded[:1].isalnum() or len(folded) <= 90)


def over_rule(lines: list[str], index: int) -> int:
    """Draw what stands above a header block into it: a rule, or the announcement of an original message without its dashes."""
    above = index - 1
    while above >= 0 and index - above <= 4 and not lines[above].strip():
        above -= 1
    if above < 0 or not lines[above].strip():
        return index
    announces = len(lines[above]) <= 80 and plain(lines[above]).lower().strip(DASHES + ":") in ORIGINALS
    return above if is_rule(lines[above], least=3) or announces else index
