"""What a single line of a mail's text is: quoted, saying something, a rule, a link."""

import re

LONGEST_LINE = 600
MOST_LOOKED_AT = 5_000
_LONGEST_PLAIN = 1_000
DASHES = "-_—–=*~+ "
_RULES = "_-=—–*~ "
# Direction marks and zero-width signs stand inside addresses and dates in Hebrew and Arabic, and before Apple's quotes.
_INVISIBLE: dict[int, str | None] = {
    **dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]),
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
}
_SAYING = re.compile(r"[^\s>|_=\-–—*~#.\u1427\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_OTHER_MARK = re.compile(r"\s{0,4}(?:[A-Za-z]{0,4}>|\|)")


def plain(line: str) -> str:
    """Return a line without spaces around it and without signs that nobody sees; of a long one the beginning."""
    line = line[:_LONGEST_PLAIN]
    # What nobody sees is nothing that could be printed either, and that is asked a hundred times faster.
    return line.strip() if line.isascii() or line.isprintable() else line.translate(_INVISIBLE).strip()


def is_quote(line: str) -> bool:
    """Say whether a line is marked by `>`."""
    return line.lstrip(" \t\u00a0\ufeff")[:1] == ">"


def is_marked_somehow(line: str) -> bool:
    """Say whether a line is marked by `>`, by somebody's initials (`AQ>`), or by a bar: what stands below an introduction only."""
    return _OTHER_MARK.match(line) is not None


def depth(line: str) -> int:
    """Return how many `>` a line begins with, spaces between them or not."""
    lead = line.lstrip("> \t\u00a0\ufeff")
    return line[: len(line) - len(lead)].count(">")


def has_words(lines: list[str]) -> bool:
    """Say whether lines hold anything but blanks, rules and quote marks: a smile and a question mark are words too."""
    return any(_SAYING.search(line) for line in lines)


def next_said(lines: list[str], start: int, most: int = 6) -> int | None:
    """Return the next line that is not blank, if it is near."""
    for index in range(start, min(len(lines), start + most)):
        if plain(lines[index]):
            return index
    return None


def is_marked(lines: list[str], start: int) -> bool:
    """Say whether the next line that says something is quoted by `>`."""
    found = next_said(lines, start)
    return found is not None and is_quote(lines[found])


def is_link(line: str) -> bool:
    """Say whether a line is a link in brackets, as it is left where a program broke a long line."""
    text = line.strip()
    return text[:1] in "<(" and "http" in text[:12]


def is_rule(line: str, least: int = 5) -> bool:
    """Say whether a line is a rule of one sort of dashes."""
    text = line.strip()
    return text[:1] in _RULES and len(text) >= least and not text.strip(_RULES) and len(set(text) - {" "}) == 1


def is_dashed(folded: str) -> bool:
    """Say whether a line has dashes on both sides."""
    return folded.startswith(("--", "__", "==", "—", "–", "**")) and folded.endswith(("--", "__", "==", "—", "–", "**"))


def end_of_marked(lines: list[str], start: int) -> int:
    """Return the line after a block of `>` lines; blank lines, lone links and single lines that lost their mark in wrapping belong to it."""
    end = start
    count = len(lines)
    for index in range(start, count):
        line = lines[index]
        if not line:
            continue
        # Most lines begin with the mark: the quick look keeps half a million of them below a tenth of a second.
        if line[:1] == ">" or is_quote(line):
            end = index + 1
        elif line.strip() and not (index == end and index > start and index + 1 < count and is_quote(lines[index + 1])) and not is_link(line):
            break
    return end
