"""The new part of a plain-text answer, the signature below it and the history: one pass over the lines, each looked at a bounded number of times.

What is folded away is never deleted: nothing is lost between the parts but blank lines at the seams. In doubt the text stays whole.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from channels.email import signatures
from channels.email.attributions import Opening, attribution, is_cited, lead_of, runs_on, stands_alone
from channels.email.header_blocks import is_forward, is_marker, is_one_line_block, is_original, over_rule, read_block
from channels.email.lines import LONGEST_LINE, MOST_LOOKED_AT, depth, end_of_marked, has_words, is_marked_somehow, is_quote, next_said, plain
from channels.email.phrases import FORWARDING_SUBJECTS, INSIDE

_WORTH_A_LOOK = re.compile(r"[\d:：@<]|^\s*(?:[-_=—–>*~#|]|Original )")
_LONGEST_POINTER = 1_000
_GROUPWISE = re.compile(r">>> [^<>]{1,120}(?:<[^<>]{1,200}> )?[^<>]{0,20}\d{1,4}[-./]\d{1,2}[^<>]{1,40}>>>\s*")
_FORWARD = Opening(first=-1, after=-1)  # what is forwarded begins here: no history


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A text in three parts; `signature` and `quoted` are None where there is none. The reply is empty only where somebody sent nothing but a signature."""

    reply: str
    signature: str | None = None
    quoted: str | None = None

    @property
    def shown(self) -> str:
        """What is shown at once: the reply; the signature where there is nothing else."""
        return self.reply or self.signature or ""

    @property
    def folded(self) -> str | None:
        """What is shown when asked for: the signature and the history, in this order."""
        return "\n\n".join(part for part in (self.signature if self.reply else None, self.quoted) if part) or None


def split(text: str, subject: str | None = None) -> Split:
    """Return a text's new part, its signature and the quoted history.

    Answers between the lines of the quoted text, and forwarded mails (by their own words, or by the subject's FW: above a header
    block), stay whole. Text above and below one marked quote is joined. Time is linear in the text; lines over 600 characters are
    never taken for an introduction, nor any after the first 5,000.
    """
    lines = text.split("\n")
    opening = first_opening(lines, forwards=is_forwarding(subject))
    if opening is _FORWARD:
        return Split(reply=text)
    if opening is None:
        return _parted(text, lines, [], [])
    first = opening.first if opening.kept or opening.is_bare else over_rule(lines, opening.first)
    above = lines[:first] + ([opening.kept] if opening.kept else [])
    rest = [lines[first][len(opening.kept) :], *lines[first + 1 :]]
    mark = is_quote if opening.is_bare else _mark_after(lines, opening.after)
    if mark is None:
        return _parted(text, lines, [], []) if answers_inside(above) else _parted(text, above, [], rest)
    end = (opening.end or _end_of(lines, opening.after, mark)) - first
    history, below = rest[:end], rest[end:]
    stop = _next_block(below)
    answer, footer = below[:stop], []
    if signatures.is_footer(answer):
        answer, footer = [], answer
    is_between = any(mark(line) for line in below[:stop]) and has_words(answer)
    if is_between or (opening.is_bare and has_words(above) and has_words(answer)):
        return _parted(text, lines, [], [])
    return _parted(text, [*above, *answer], footer, [*history, *below[stop:]])


def answers_inside(above: list[str]) -> bool:
    """Say whether the writer points to answers inside a history that bears no marks: then nothing of it is folded away."""
    return INSIDE.search(" ".join(above[-12:])[-_LONGEST_POINTER:].lower()) is not None


def is_forwarding(subject: str | None) -> bool:
    """Say whether a subject announces a forwarded mail, by its first prefix in the languages that we know."""
    prefix, colon, _ = (subject or "")[:40].replace("：", ":").partition(":")
    return bool(colon) and prefix.strip().lower() in FORWARDING_SUBJECTS


def _parted(text: str, new: list[str], footer: list[str], history: list[str]) -> Split:
    """Part the new lines from the signature that ends them; a text that would have nothing new stays whole."""
    if not has_words(new):
        return Split(reply=text)
    head = signatures.heading_of(new)
    begin = max(head, signatures.begin_of(new))
    if begin == len(new) and not head and not footer and not history:
        return Split(reply=text)
    parts = [part for part in (_joined(new[:head]), _joined(new[begin:]), _joined(footer)) if part]
    return Split(reply="\n".join(new[head:begin]).rstrip().lstrip("\n"), signature="\n\n".join(parts) or None, quoted=_joined(history) or None)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


def is_forwarding_text(lines: list[str]) -> bool:
    """Say whether lines announce a forwarded message before anything that opens a history."""
    return first_opening(lines) is _FORWARD


def first_opening(lines: list[str], *, forwards: bool = False) -> Opening | None:
    """Return where history begins, or None; one with a negative place where a forwarded message begins, which is no history."""
    said = False
    not_before = own_block = 0
    for index, line in enumerate(lines[:MOST_LOOKED_AT]):
        if runs_on(line):
            return Opening(first=index, after=len(lines))
        if len(line) > LONGEST_LINE or _WORTH_A_LOOK.search(line) is None:
            said = said or has_words([line])
            continue
        if is_quote(line):
            if _GROUPWISE.fullmatch(line):
                return Opening(first=index, after=len(lines))
            if index >= not_before:
                not_before = end_of_marked(lines, index)
                if _is_bare_history(lines, index, not_before, said=said):
                    return Opening(first=lead_of(lines, index), after=index, end=not_before)
            continue
        found = _introduced(lines, index, said=said, forwards=forwards)
        if found is not None:
            return found
        if not said and index >= own_block:
            block = read_block(lines, index)
            own_block = block.after if block else own_block
        said = said or (index >= own_block and has_words([line]))
    return None


def _introduced(lines: list[str], index: int, *, said: bool, forwards: bool) -> Opening | None:
    """Return the history (or the forwarded message) that a line introduces."""
    line = lines[index]
    if is_forward(line):
        return _FORWARD
    if is_original(lines, index):
        return _FORWARD if forwards else Opening(first=index, after=index + 1)
    if said and (is_marker(line) or stands_alone(lines, index)):
        return Opening(first=index, after=len(lines))
    if read_block(lines, index) is not None or is_one_line_block(line):
        if forwards:
            return _FORWARD
        # A block with nothing above it is no history of this mail: some gateways put the mail's own headers there.
        # Below "I got this:" it is what the writer shows us.
        return Opening(first=index, after=len(lines)) if said and not _is_shown(lines, index) else None
    return attribution(lines, index)


def _is_shown(lines: list[str], index: int) -> bool:
    above = next((plain(line) for line in reversed(lines[max(0, index - 3) : index]) if plain(line)), "")
    return above.endswith((":", "：")) and len(above.split()) >= 3 and read_block([above], 0) is None


def _is_bare_history(lines: list[str], start: int, end: int, *, said: bool) -> bool:
    """Say whether a quote without an introduction is history: it stands above the answer, or ends the mail, and is neither code nor a citation."""
    if not said:
        return True
    below = next_said(lines, end, most=len(lines))
    if below is not None and not signatures.is_footer(lines[below : below + 1]):
        return False
    return min(depth(line) for line in lines[start : min(end, start + 50)] if is_quote(line)) < 3 and not is_cited(lines, start)


def _mark_after(lines: list[str], start: int) -> Callable[[str], bool] | None:
    """Return how the history below an introduction is marked; None where it is not."""
    first = next_said(lines, start)
    if first is None:
        return None
    if is_quote(lines[first]):
        return is_quote
    second = next_said(lines, first + 1)
    return is_marked_somehow if is_marked_somehow(lines[first]) and second is not None and is_marked_somehow(lines[second]) else None


def _end_of(lines: list[str], start: int, mark: Callable[[str], bool]) -> int:
    if mark is is_quote:
        return end_of_marked(lines, start)
    end = start
    for index in range(start, len(lines)):
        if mark(lines[index]):
            end = index + 1
        elif lines[index].strip():
            break
    return end


def _next_block(lines: list[str]) -> int:
    """Return where, below a marked quote, older history begins in another style; the number of lines when none does."""
    for index, line in enumerate(lines[:MOST_LOOKED_AT]):
        if _WORTH_A_LOOK.search(line) is None or len(line) > LONGEST_LINE or is_quote(line):
            continue
        if is_original(lines, index) or is_marker(line) or read_block(lines, index) is not None:
            return index
        found = attribution(lines, index)
        if found is not None and not _marked_below(lines, found.after):
            return index
    return len(lines)


def _marked_below(lines: list[str], start: int) -> bool:
    first = next_said(lines, start)
    return first is not None and is_quote(lines[first])
