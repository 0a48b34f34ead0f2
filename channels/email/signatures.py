"""Where a signature begins: a delimiter, a line that a telephone or a program adds, a name behind a dash, a list's or a lawyer's footer.

A closing ("Regards, Ada") is the writer's own and stays with the words above it.
"""

import re

from channels.email.lines import LONGEST_LINE, has_words, is_quote, is_rule, plain
from channels.email.signature_phrases import (
    ADVERTS,
    BANNER,
    DEVICES,
    DISCLAIMERS,
    EXCUSES,
    FRAMES,
    LEGAL_WORDS,
    LIST_FOOTERS,
    SENT_FROM,
    SENT_FROM_ANYTHING,
    SENTENCE_WORDS,
)

_MOST_LINES = 25
_MOST_WEAK = 10
_LONGEST_MOBILE = 160
_LONGEST_BANNER = 500
_LONGEST_SIGNED = 100
_NAME_BEHIND_DASH = re.compile(r"[-–—~]\s?(?![-\d])[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}")
_CONTACT = re.compile(r"@|https?://|www\.|\+?\d[\d ()./-]{6,20}\d")
_LINK = re.compile(r"[<(\[]?https?://[^\s<>]{1,500}[>)\]]?")
_CLAUSE = re.compile(r"[,;.:!–—]| - ")
_ROUNDS = 6
_PARTICLES = frozenset({"van", "von", "de", "der", "den", "da", "di", "del", "la", "le", "bin", "al", "dos", "du", "zu", "af", "av", "y", "e", "&", "and"})
_NO_NAMES = frozenset(
    (
        "yes",
        "no",
        "ok",
        "okay",
        "none",
        "thanks",
        "done",
        "same",
        "ja",
        "nein",
        "danke",
        "oui",
        "non",
        "merci",
        "sí",
        "si",
        "gracias",
        "sì",
        "grazie",
        "sim",
        "não",
        "nee",
        "tak",
        "nie",
        "да",
        "нет",
    )
)
_ARMOUR = "-----BEGIN PGP SIGNED MESSAGE-----"
_ARMOURED_FROM, _ARMOURED_TO = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"


def begin_of(lines: list[str]) -> int:
    """Return the line at which the signature begins that ends some lines; their number when there is none."""
    begin = _last_said(lines, len(lines))
    if begin == 0:
        return len(lines)
    found = len(lines)
    for _ in range(_ROUNDS):
        earlier = _step(lines, begin)
        if earlier is None:
            break
        found = earlier
        begin = _last_said(lines, earlier)
        if begin == 0:
            break
    return _with_rule(lines, found)


def is_footer(lines: list[str]) -> bool:
    """Say whether what follows a quote is a signature or a list's footer, not an answer."""
    said = [line for line in lines[:60] if line.strip()]
    if not said:
        return False
    first = said[0].strip()
    if said[0].rstrip() in ("--", "—") or said[0].startswith("-- ") or is_rule(first, least=10):
        return True
    return _is_mobile(plain(said[0])) and len(said) <= 2


def _step(lines: list[str], end: int) -> int | None:
    """Return where the last piece of a signature begins that ends at a line; None when what stands there is the writer's."""
    last = lines[end - 1]
    if is_quote(last):
        return None
    for piece in (_ornament, _armour, _delimiter, _mobile, _advert, _footer, _name):
        found = piece(lines, end)
        if found is not None:
            return found
    return None


def heading_of(lines: list[str]) -> int:
    """Return how many lines at the top are no words of the writer: the head of a PGP signature, whose foot is at the end, or a gateway's banner."""
    first = next((index for index, line in enumerate(lines[:6]) if plain(line)), 0)
    end = next((index for index in range(first, min(len(lines), first + 6)) if not plain(lines[index])), 0)
    if not end:
        return 0
    if lines[first].strip() == _ARMOUR:
        return end
    banner = " ".join(plain(line) for line in lines[first:end]).lower()
    return end if len(banner) <= _LONGEST_BANNER and BANNER.match(banner) and has_words(lines[end:]) else 0


def _ornament(lines: list[str], end: int) -> int | None:
    """A rule or a program's sign below everything, with nothing to part; the foot of a table stands directly below its rows."""
    if end < 2 or has_words([lines[end - 1]]) or plain(lines[end - 2]):
        return None
    return end - 1


def _armour(lines: list[str], end: int) -> int | None:
    if lines[end - 1].strip() != _ARMOURED_TO:
        return None
    return next((index for index in range(end - 1, max(-1, end - 80), -1) if lines[index].strip() == _ARMOURED_FROM), None)


def _last_said(lines: list[str], end: int) -> int:
    while end > 0 and not plain(lines[end - 1]):
        end -= 1
    return end


def _paragraph(lines: list[str], end: int, most: int = 3) -> int:
    """Return where the paragraph begins that ends at a line, or the line itself where it is longer than some lines."""
    begin = end
    while begin > 0 and end - begin <= most and plain(lines[begin - 1]):
        begin -= 1
    return begin


def _delimiter(lines: list[str], end: int) -> int | None:
    said = 0
    found: int | None = None
    for index in range(end - 1, max(-1, end - 80), -1):
        line = lines[index]
        text = plain(line)
        if is_quote(line) or len(line) > LONGEST_LINE:
            break
        if (line in ("-- ", "--") or text in ("--", "—", "–-", "—-", "-—")) and said and _is_short(lines[index + 1 : end], line):
            found = index
        elif text and found is None and said <= _MOST_WEAK and is_rule(text, least=2) and _is_signed(lines[index + 1 : end]):
            return index
        said += bool(text)
        if said > _MOST_LINES:
            break
    return found


def _is_short(lines: list[str], delimiter: str) -> bool:
    """Below two plain dashes stands a signature, not the second half of a letter: a few lines, none of them a paragraph.

    The blank behind RFC 3676's delimiter makes it certain, as far as programs left it there.
    """
    said = [line for line in lines if line.strip()]
    return all(len(line) <= 300 for line in said[:4]) and len(said) <= {"-- ": _MOST_LINES, "--": 14}.get(delimiter, 8)


def _is_signed(lines: list[str]) -> bool:
    """Below any other rule only what begins with a name and holds a way to reach its owner is a signature."""
    said = [plain(line) for line in lines if plain(line)]
    if not 2 <= len(said) <= _MOST_WEAK or any(len(line) > _LONGEST_SIGNED for line in said):
        return False
    words = said[0].split()
    is_name = 1 <= len(words) <= 5 and not any(sign.isdigit() for sign in said[0]) and said[0][-1:] not in ":?!"
    return is_name and words[0][:1].isupper() and any(_CONTACT.search(line) for line in said[1:])


def _mobile(lines: list[str], end: int) -> int | None:
    """The last line, or the last paragraph of two, is what a telephone or a program adds."""
    begin = _paragraph(lines, end, most=2)
    if end - begin == 2 and _is_mobile(" ".join(plain(line) for line in lines[begin:end])):
        return begin
    return end - 1 if _is_mobile(plain(lines[end - 1])) else None


def _is_mobile(text: str) -> bool:
    if len(text) > _LONGEST_MOBILE * 4:
        return False
    folded = _LINK.sub(" ", text).lower().strip(" *_<>()[]~|\"'“”«».•·-–—")
    if not 4 <= len(folded) <= _LONGEST_MOBILE:
        return False
    return folded.startswith(ADVERTS) or _is_sent_from(folded)


def _is_sent_from(folded: str) -> bool:
    if not folded.startswith(SENT_FROM) and FRAMES.match(folded) is None:
        return False
    head, tail = _clauses(folded)
    words = head.split()
    if (tail and not any(excuse in tail for excuse in EXCUSES)) or len(words) > 14 or any(word in SENTENCE_WORDS for word in words[2:]):
        return False
    if not any(device in head for device in DEVICES):
        return head.startswith(SENT_FROM_ANYTHING) and len(words) <= 8 and not tail
    if head.startswith(("from my ", "via my ")):
        return len(words) <= 5
    return head.startswith(SENT_FROM) or FRAMES.fullmatch(head) is not None


def _clauses(folded: str) -> tuple[str, str]:
    """Return what stands before and after the first sign that ends a clause; dots inside names (web.de) end none."""
    for sign in _CLAUSE.finditer(folded):
        if sign[0] not in ".:" or folded[sign.end() : sign.end() + 1] in ("", " "):
            return folded[: sign.start()].strip(), folded[sign.end() :].strip()
    return folded, ""


def _advert(lines: list[str], end: int) -> int | None:
    """A virus scanner's or a list's last paragraph."""
    begin = _paragraph(lines, end, most=8)
    first = plain(lines[begin])[:200].lower().lstrip("*_-<> ") if begin < end else ""
    return begin if begin < end and begin > 0 and first.startswith(LIST_FOOTERS) else None


def _footer(lines: list[str], end: int) -> int | None:
    """The lawyers' paragraphs at the end, or a mailing list's below a long rule."""
    said = 0
    found: int | None = None
    for index in range(end - 1, max(-1, end - 60), -1):
        line = lines[index]
        if is_quote(line):
            break
        if is_rule(line, least=20) and 0 < said <= 8 and _is_list(lines[index + 1 : end]):
            return index
        is_start = index == 0 or not plain(lines[index - 1]) or is_rule(lines[index - 1])
        if is_start and plain(line)[:120].lower().lstrip("*_-<> ").startswith(DISCLAIMERS) and _is_legal(lines[index:end]):
            found = index
        said += bool(line.strip())
    return found if found is not None and has_words(lines[:found]) else None


def _is_list(lines: list[str]) -> bool:
    folded = " ".join(lines).lower()
    return "mailing list" in folded or "unsubscribe" in folded or ("@" in folded and "http" in folded)


def _is_legal(lines: list[str]) -> bool:
    folded = " ".join(line[:2000] for line in lines)[:4000].lower()
    return len(folded) >= 80 and sum(word in folded for word in LEGAL_WORDS) >= 2


def _name(lines: list[str], end: int) -> int | None:
    """A name behind a dash, alone at the end; not the last item of a list."""
    text = plain(lines[end - 1])
    if len(text) > 60 or _NAME_BEHIND_DASH.fullmatch(text) is None or (end > 1 and plain(lines[end - 2])):
        return None
    words = text.lstrip("-–—~ ").split()
    if not all(word[:1].isupper() or word in _PARTICLES or not word.isascii() for word in words) or not has_words(lines[: end - 1]):
        return None
    if len(words) == 1 and words[0].lower().strip(".") in _NO_NAMES:
        return None
    above = _last_said(lines, end - 1)
    if above and plain(lines[above - 1]).endswith((":", "：")):
        return None  # the only item of a list
    others = sum(plain(line).startswith(text[:2]) for line in lines[max(0, end - 12) : end - 1])
    return end - 1 if not others else None


def _with_rule(lines: list[str], begin: int) -> int:
    """Draw the rule above a signature into it."""
    above = _last_said(lines, begin)
    return above - 1 if begin < len(lines) and above > 0 and is_rule(lines[above - 1], least=2) and not is_quote(lines[above - 1]) else begin
