"""The sentence above a quote, "On …, Ann wrote:", in its languages and forms, over one to four lines."""

import re
from dataclasses import dataclass

from channels.email.lines import has_words, is_marked, is_quote, next_said, plain
from channels.email.phrases import PRONOUNS, QUOTERS, STARTERS, VERBS

_LONGEST = 400
_MOST_LINES = 4
_ENDS = (":", "：")
_ADDRESSES = re.compile(r"<[^<>]{1,200}>?|\S{1,100}@\S{1,200}")
_SHARED_LINE = re.compile(r"[ -](?=On (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? |(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} \d|\d))")
_DATED = re.compile(
    r"\W{0,3}(?:\d{1,4}[-./年년]\s?\d{1,2}(?!\d)|\d{1,2}\.? (?:de )?(?!\d)[^\s\d]{3,12} (?:de )?\d{4}|\d{1,2}:\d{2},? .{0,20}\d{4}"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс)[a-zа-я]{0,8}[,.] )"
)
_SPEAKER = frozenset(("i", "we", "ich", "wir", "je", "j'ai", "nous", "yo", "io", "ik", "wij", "vi", "jag", "jeg", "я", "мы"))
_RUNNING_STARTS = ("On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ", "W dniu ", "Dnia ")
_RUNS_ON = re.compile(r"[>)],? ?(?:wrote|.{0,12}geschrieben|a écrit|escribió|ha scritto|escreveu|.{0,14}geschreven|napisał\(a\)) ?:\s{1,10}\S")
_TIME = re.compile(r"\d[:.]\d\d")
_ALONE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?: \d{1,2}:\d{2})?(?: GMT[+-]\d{2}:\d{2})? [^<>]{0,80}<[^<>\s]{1,100}@[^<>\s]{1,200}>")
_NAMED = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,200}>?")
_MOMENT = re.compile(r"\d{1,2}[:.h時时点시]\s?\d{2}|\d{4}|\d[-./]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where history begins: its first line, the first line after its introduction, and what of the first line belongs to the answer.

    `end` is the line after a block that has no other sign than `>`, and None for any other.
    """

    first: int
    after: int
    kept: str = ""
    end: int | None = None

    @property
    def is_bare(self) -> bool:
        """Whether nothing but marks says that this is history."""
        return self.end is not None


def attribution(lines: list[str], start: int) -> Opening | None:
    """Return the opening that begins at a line, or None. Looks at six lines at most."""
    first = plain(lines[start])
    begins = _begins(_bare(first))
    joined = ""
    used = 0
    for index in range(start, min(len(lines), start + _MOST_LINES + 2)):
        piece = plain(lines[index])
        if not piece and used and (joined.count("<") > joined.count(">") or (begins and ("<" in joined or (used == 1 and first[-1:] not in ".!?:")))):
            continue
        if is_quote(lines[index]) and joined.count("<") <= joined.count(">"):
            return Opening(first=start, after=index) if used and _is_dated(joined) else None
        joined = f"{joined} {piece}" if joined else piece
        used += 1
        if not piece or used > _MOST_LINES or len(joined) > _LONGEST:
            return None
        if joined.rstrip("*_ ").endswith(_ENDS):
            later = _later_start(lines, start, index)
            return _judged(lines, start, index + 1, joined, begins) if later is None else attribution(lines, later)
        if not (begins or "@" in joined):
            return None
    return None


def _is_dated(joined: str) -> bool:
    """Judge an introduction that lacks its colon: where the quote itself is marked, a date and an address or a verb at the end are enough."""
    folded = joined.lower()
    if _DATED.match(folded) and "@" in folded and folded.endswith((">", ")")):
        return True
    return _begins(folded) and _digits(folded) >= 4 and folded.endswith(VERBS)


def _bare(text: str) -> str:
    """Return a line in small letters without what stands before its first word: stars of bold letters, Yahoo's dashes."""
    folded = text.lower().lstrip("*_ ")
    return folded.lstrip("- ") if folded.startswith("--") else folded


def _begins(folded: str) -> bool:
    return folded.startswith(STARTERS) or _DATED.match(folded) is not None


def _later_start(lines: list[str], start: int, end: int) -> int | None:
    """Return a line below the first where the introduction really begins: the answer's last line, "On Monday I can", may look like a beginning too.

    No program breaks a line before the date is told, unless a name and an address come first.
    """
    first = plain(lines[start])
    is_date = _digits(first) >= 4 and _begins(_bare(first))
    if is_date or _NAMED.search(first) or first.lower().startswith(QUOTERS):
        return None
    for index in range(end, start, -1):
        folded = _bare(plain(lines[index]))
        if folded and _begins(folded) and _digits(folded) >= 4:
            return index
    return None


def _digits(text: str) -> int:
    return sum(map(str.isdigit, _ADDRESSES.sub(" ", text) if "@" in text or "<" in text else text))


def _judged(lines: list[str], start: int, after: int, joined: str, begins: bool) -> Opening | None:
    folded = _bare(joined)
    marked = is_marked(lines, after)
    if not _is_introduction(folded, begins, marked):
        return None
    if joined.startswith("<") and start and lines[start - 1].strip() and (start == 1 or not lines[start - 2].strip()) and len(lines[start - 1]) <= 60:
        return Opening(first=start - 1, after=after)  # a name that stands alone on its line
    shared = _SHARED_LINE.search(joined) if marked and after == start + 1 else None
    if shared and has_words([joined[: shared.start()]]):
        kept = lines[start][: lines[start].find(joined) + shared.start()]
        return Opening(first=start, after=after, kept=kept.rstrip("- "))
    return Opening(first=start, after=after)


def _is_introduction(folded: str, begins: bool, marked: bool) -> bool:
    if not marked and _digits(folded) < 2 and not folded.startswith(QUOTERS):
        return False
    if not marked and any(own in folded for own in PRONOUNS):
        return False
    if any(verb in folded[-180:] for verb in VERBS) and (_says(folded, begins, marked) or _says_then_dates(folded)):
        return True
    return _names(folded, begins, marked)


def _says(folded: str, begins: bool, marked: bool) -> bool:
    """Judge a line that holds a verb: it must stand where an attribution has it, at the end or beside a name and an address, not somewhere in a sentence."""
    has_address = "@" in folded or "<" in folded
    digits = _digits(folded)
    if folded.rstrip("*_ :：").endswith(VERBS) or has_address:
        return marked or (begins and digits >= 3) or (has_address and digits >= 2)
    return begins and digits >= (3 if marked else 5)


def _names(folded: str, begins: bool, marked: bool) -> bool:
    """Judge a line without a verb that we know, by its date, its address and where they stand."""
    has_address = "@" in folded
    if folded.startswith(QUOTERS) and (has_address or marked):
        return True
    if marked and begins and _digits(folded) >= 6 and _SPEAKER.isdisjoint(folded.split()):
        return True
    if not has_address:
        return False
    if marked and _digits(folded) >= 4:
        return True
    tail = folded.rstrip("*_ :：")
    closes = tail.endswith((">", ")", "]", "»")) or "@" in tail.rsplit(" ", 1)[-1]
    return begins and _digits(folded) >= 4 and _MOMENT.search(folded) is not None and (closes or marked)


def _says_then_dates(folded: str) -> bool:
    """Say whether a line reads "Ann schrieb am 11.03.2026 um 09:00:"."""
    for verb in VERBS:
        before, found, after = folded.partition(f" {verb} ")
        if found and before and len(before.split()) <= 6 and len(after.split()) <= 8 and sum(sign.isdigit() for sign in after) >= 6:
            return True
    return False


def runs_on(line: str) -> bool:
    """Say whether an introduction and the quote below it stand on one line, as Yahoo's plain text has it."""
    if "@" not in line[:_LONGEST] or not line.lstrip().startswith(_RUNNING_STARTS):
        return False
    text = plain(line[:_LONGEST])
    found = _RUNS_ON.search(text)
    before = text[: found.start() + 1] if found else ""
    return _TIME.search(before) is not None and "@" in before and _digits(before) >= 4 and not any(own in before.lower() for own in PRONOUNS)


def stands_alone(lines: list[str], index: int) -> bool:
    """Say whether a paragraph is a date, a name and an address and nothing else, as Gmail once introduced a quote."""
    if index + 1 < len(lines) and lines[index + 1].strip():
        return False
    return (index == 0 or not lines[index - 1].strip()) and _ALONE.fullmatch(plain(lines[index])) is not None


def lead_of(lines: list[str], index: int) -> int:
    """Draw the line that introduces a bare quote into it, where it ends with a colon and holds an address or a date; else return the quote's own line."""
    above = index - 1
    while above >= 0 and index - above <= 2 and not lines[above].strip():
        above -= 1
    lead = plain(lines[above]) if above >= 0 else ""
    if not lead or len(lead) > _LONGEST:
        return index
    holds = "@" in lead or sum(sign.isdigit() for sign in lead) >= 4
    return above if (lead.rstrip("*_ ").endswith(_ENDS) and holds) or (_DATED.match(lead.lower()) and "@" in lead) else index


def is_cited(lines: list[str], index: int) -> bool:
    """Say whether a short bare quote belongs to the sentence above it ("I get this:"), so that it is no history; one line directly below others does."""
    above = plain(lines[index - 1]) if index else ""
    if not above:
        return False
    end = index
    while end < len(lines) and is_quote(lines[end]) and end - index < 3:
        end += 1
    return end - index < (3 if above.endswith(_ENDS) else 2) and next_said(lines, end, most=len(lines)) is None
