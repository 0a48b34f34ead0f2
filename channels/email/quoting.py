"""The new part of a plain-text answer and the history below it: one pass over the lines, each looked at a bounded number of times.

What is folded away is never deleted: nothing is lost between the two parts but blank lines at the seam. In doubt the text stays whole.
"""

import re
from dataclasses import dataclass

from channels.email.phrases import FORWARDS, HEADER_ROLES, ORIGINALS, STARTERS, VERBS

_LONGEST_LINE = 600
_LONGEST_ATTRIBUTION = 400
_MOST_LINES = 4
_MOST_LOOKED_AT = 20_000
_WORTH_A_LOOK = re.compile(r"[\d:：]|^\s*[-_=—–>]")
_DASHES = "-_—–=* "
_SHARED_LINE = re.compile(r"[ -](?=On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? |(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} \d|\d))")
_DATED = re.compile(
    r"\W{0,3}(?:\d{1,4}[-./年]\s?\d{1,2}(?!\d)|\d{1,2} (?!\d)\S{3,12} \d{4}|(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс)[a-zа-я]{0,8}[,.] )"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """Where history begins: its first line, the first line after its introduction, and what of the first line belongs to the answer.

    `is_bare` says that the block has no other sign than `>`.
    """

    first: int
    after: int
    kept: str = ""
    is_bare: bool = False


def split(text: str) -> tuple[str, str | None]:
    """Return the new part and the quoted part of a text (None when there is none, or when nothing new would be left).

    Answers between the lines of the quoted text, and forwarded mails, stay whole. Text above and below one marked quote is
    joined. Time is linear in the text; lines over 600 characters are never taken for an introduction, nor any after the first
    20,000.
    """
    lines = text.split("\n")
    opening = _first_opening(lines)
    if opening is None:
        return text, None
    above = lines[: opening.first] + ([opening.kept] if opening.kept else [])
    if opening.is_bare or _is_marked(lines, opening.after):
        end = _end_of_marked(lines, opening.after)
        below = lines[end:]
        stop = _next_block(below)
        history = [lines[opening.first][len(opening.kept) :], *lines[opening.first + 1 : end]]
        if any(_is_quote(line) for line in below[:stop]):
            return text, None
        if opening.is_bare and _has_words(above) and _has_words(below[:stop]) and not _is_footer(below[:stop]):
            return text, None
        if _is_footer(below[:stop]):
            stop = 0
        return _parted(text, [*above, *below[:stop]], [*history, *below[stop:]])
    return _parted(text, above, [lines[opening.first][len(opening.kept) :], *lines[opening.first + 1 :]])


def _parted(text: str, new: list[str], history: list[str]) -> tuple[str, str | None]:
    if not _has_words(new):
        return text, None
    return "\n".join(new).rstrip().lstrip("\n"), "\n".join(history).strip("\n")


def _first_opening(lines: list[str]) -> _Opening | None:
    has_words = False
    not_before = 0
    for index, line in enumerate(lines[:_MOST_LOOKED_AT]):
        if len(line) > _LONGEST_LINE or not _WORTH_A_LOOK.search(line):
            has_words = has_words or _has_words([line])
            continue
        if _is_quote(line):
            if index >= not_before:
                end = _end_of_marked(lines, index)
                if not has_words or _is_over(lines, end):
                    return _Opening(first=_with_lead(lines, index), after=index, is_bare=True)
                not_before = end
            continue
        folded = line.strip().lower()
        if _is_forward(folded):
            return None
        if _is_original(folded):
            return _Opening(first=index, after=index + 1)
        if _is_block(lines, index):
            return _Opening(first=_over_rule(lines, index), after=len(lines))
        attribution = _attribution(lines, index)
        if attribution is not None:
            return attribution
        has_words = has_words or _has_words([line])
    return None


def _is_quote(line: str) -> bool:
    return line.lstrip(" \t\u00a0")[:1] == ">"


def _has_words(lines: list[str]) -> bool:
    return any(any(sign.isalnum() for sign in line) or (line.strip() and not line.strip().isascii()) for line in lines)


def _is_marked(lines: list[str], start: int) -> bool:
    """Say whether the next line that says something is quoted by `>`."""
    for line in lines[start : start + 6]:
        if line.strip():
            return _is_quote(line)
    return False


def _is_over(lines: list[str], start: int) -> bool:
    """Say whether nothing but blank lines and a footer comes from here on."""
    for index in range(start, len(lines)):
        if lines[index].strip():
            return _is_footer(lines[index : index + 1])
    return True


def _end_of_marked(lines: list[str], start: int) -> int:
    """Return the line after a block of `>` lines; blank lines, lone links and single lines that lost their mark in wrapping belong to it."""
    end = index = start
    while index < len(lines):
        line = lines[index]
        if _is_quote(line):
            end = index + 1
        elif line.strip() and not (index == end and index > start and index + 1 < len(lines) and _is_quote(lines[index + 1])) and not _is_link(line):
            break
        index += 1
    return end


def _is_link(line: str) -> bool:
    plain = line.strip()
    return plain[:1] in "<(" and "http" in plain[:12]


def _is_footer(lines: list[str]) -> bool:
    """Say whether what follows a quote is a signature or a list's footer, not an answer."""
    for line in lines:
        plain = line.strip()
        if plain:
            return line.rstrip() == "--" or line.startswith("-- ") or (len(plain) >= 10 and not plain.strip("_-="))
    return False


def _with_lead(lines: list[str], index: int) -> int:
    """Draw the line that introduces a bare quote into it, where it ends with a colon and holds an address or a date."""
    above = index - 1
    while above >= 0 and index - above <= 2 and not lines[above].strip():
        above -= 1
    if above < 0:
        return index
    lead = lines[above].strip()
    if len(lead) <= _LONGEST_ATTRIBUTION and (
        (lead.endswith((":", "：")) and ("@" in lead or sum(sign.isdigit() for sign in lead) >= 4)) or (_DATED.match(lead.lower()) and "@" in lead)
    ):
        return above
    return index


def _next_block(lines: list[str]) -> int:
    """Return where, below a marked quote, older history begins in another style; the number of lines when none does."""
    for index, line in enumerate(lines[:_MOST_LOOKED_AT]):
        if _WORTH_A_LOOK.search(line) is None or len(line) > _LONGEST_LINE:
            continue
        if _is_original(line.strip().lower()) or _is_block(lines, index):
            return index
    return len(lines)


def _is_dashed(folded: str) -> bool:
    return folded.startswith(("--", "__", "==", "—", "–")) and folded.endswith(("--", "__", "==", "—", "–"))


def _is_original(folded: str) -> bool:
    if len(folded) > 120 or not _is_dashed(folded):
        return False
    inner = folded.strip(_DASHES)
    return (
        inner.startswith(ORIGINALS) or (len(inner) > 3 and inner.endswith(VERBS[:2])) or (inner.startswith("on ") and any(verb in inner for verb in VERBS[:2]))
    )


def _is_forward(folded: str) -> bool:
    return len(folded) <= 160 and (_is_dashed(folded) or folded.endswith((":", "："))) and folded.strip(_DASHES).startswith(FORWARDS)


def _over_rule(lines: list[str], index: int) -> int:
    """Draw a rule of dashes or underscores above a header block into it."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    rule = lines[above].strip() if above >= 0 else ""
    return above if len(rule) >= 5 and len(set(rule) & set("_-=")) == 1 and not rule.strip("_-= ") else index


def _role(line: str) -> str | None:
    """Return which header a line states, by its word before the colon, bold stars aside."""
    plain = line[:60].strip().lstrip("*> \t").replace("：", ":")
    word, colon, _ = plain.partition(":")
    return HEADER_ROLES.get(word.replace("\u00a0", " ").strip(" *").lower()) if colon and len(word) <= 24 else None


def _is_block(lines: list[str], index: int) -> bool:
    """Say whether Outlook's header block begins here: sender or date first, then two roles at least, and a subject, a moment of sending or an address among them."""
    if _role(lines[index]) not in ("from", "date", "sent", "subject"):
        return False
    roles: set[str] = set()
    has_address = False
    others = 0
    for line in lines[index : index + 14]:
        role = _role(line)
        others = 0 if role else others + bool(line.strip())
        if others > 2:
            break
        if role:
            roles.add(role)
        has_address = has_address or "@" in line
    if "from" in roles:
        return len(roles) >= 2 and (has_address or ("sent" in roles and len(roles) >= 3))
    return has_address and {"date", "to"} <= roles


def _attribution(lines: list[str], start: int) -> _Opening | None:
    """Recognise "On …, Ann wrote:" and its kin, over one to four lines."""
    folded = lines[start].strip().lower().lstrip("*_ ")
    is_start = folded.startswith(STARTERS) or _DATED.match(folded) is not None
    joined = ""
    used = 0
    for index in range(start, min(len(lines), start + _MOST_LINES + 2)):
        piece = lines[index].strip()
        if not piece:
            if "<" in joined[-200:] or (is_start and used == 1 and lines[start].strip()[-1:] not in ".!?:"):
                continue
            return None
        if _is_quote(lines[index]) and ("<" not in joined or ">" in joined):
            # The introduction may lack its colon where the quote itself is marked.
            is_dated = used and _DATED.match(joined.lower()) and joined.endswith(">") and "@" in joined
            return _Opening(first=start, after=index) if is_dated else None
        joined = f"{joined} {piece}" if joined else piece
        used += 1
        if used > _MOST_LINES or len(joined) > _LONGEST_ATTRIBUTION:
            return None
        if joined.rstrip("*_ ").endswith((":", "：")):
            return _judged(lines, start, index + 1, joined, is_start)
        if not is_start:
            return None
    return None


def _judged(lines: list[str], start: int, after: int, joined: str, is_start: bool) -> _Opening | None:
    folded = joined.lower()
    has_verb = any(verb in folded[-160:] for verb in VERBS) and _ends_with_saying(folded)
    has_address = "@" in folded or "<" in folded
    digits = sum(sign.isdigit() for sign in folded)
    is_marked = _is_marked(lines, after)
    shared = _SHARED_LINE.search(joined) if has_verb and is_marked and after == start + 1 else None
    if shared:
        kept = lines[start][: lines[start].find(joined) + shared.start()]
        return _Opening(first=start, after=after, kept=kept.rstrip("- ") or kept)
    if has_verb and ((is_start and digits >= 3) or (has_address and (digits >= 2 or is_marked)) or is_marked):
        return _Opening(first=start, after=after)
    if not has_verb and has_address and "@" in folded and _DATED.match(folded) and digits >= 4:
        return _Opening(first=start, after=after)
    return None


def _ends_with_saying(folded: str) -> bool:
    """Say whether the verb stands where an attribution has it: at the end, or before a name and an address; not somewhere in a sentence."""
    tail = folded.rstrip("*_ :：")
    if tail.endswith(VERBS) or "<" in folded or "@" in folded:
        return True
    return folded.lstrip("*_ ").startswith(STARTERS) and sum(sign.isdigit() for sign in folded) >= 3
