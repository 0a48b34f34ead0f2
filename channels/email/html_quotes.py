"""The new part of an HTML answer and the history in it, told apart by the marks that mail programs leave in their markup.

The source is cut, not rewritten: the two parts hold every letter of it. Marks are found by plain search, the end of a quote by
counting tags of its own name; where no mark stands, the laid-out lines are read as text is.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.header_blocks import over_rule
from channels.email.lines import end_of_marked, has_words, is_marked, plain
from channels.email.markup import html_to_text
from channels.email.quoting import Split, answers_inside, first_opening, is_forwarding, is_forwarding_text, split

_MOST_MARKUP = 2_000_000
_MOST_LAID_OUT = 400_000
_MOST_LINES = 4_000
_MOST_HITS = 40
_LONGEST_TAG = 1_500


def _table(marks: str) -> tuple[str, ...]:
    return tuple(mark for line in marks.split() for mark in line.split("|"))


# These hold the history: it ends where they end.
_HOLDERS = _table(
    """
    gmail_quote|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|blockquote_zmail|nylas-quote|missive_quote|tmail-quote|front-blockquote|sh-quoted-content|mimestream_quote
    freshdesk_quote|bloop_original_html|messagereplysection|iwcquote|__quoted_text__|cm_quote|canaryblockquote|edo-original|ik_mail_quote|aliyun_previous|lark-mail-quote|history-quote-wrapper
    olk_src_body_section|isreplycontent|mail-app-auto-quote|name="quote"|name='quote'|<includetail|type=cite|type="cite"|type='cite'
    """,
)
# From these on, all is history.
_BORDERS = _table(
    """
    divrplyfwdmsg|appendonsend|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|stopspelling|zwchr|outlookmessageheader
    _mailoriginal|quoted_header|reply-intro|moz-cite-prefix
    """,
)
_INTRODUCES = ("moz-cite-prefix", "reply-intro")  # a line above a blockquote, which ends the history
_RULE = "_" * 20
_TAG_NAME = re.compile(r"<([a-z]{1,12})\b")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_BREAKS = re.compile(r"<(/?)(br|p|div|tr|li|h[1-6]|table|hr|blockquote|ul|ol|pre|center|section)\b[^<>]{0,2000}>", re.IGNORECASE)
_HIDDEN = (("<style", "</style"), ("<script", "</script"), ("<title", "</title"), ("<!--", "-->"))
_CLOSING = re.compile(r"</(?:body|html)\s{0,9}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSplit:
    """An HTML body in two parts; `quoted` is None where no history was found. Tags that the cut left open are for the cleaner to close."""

    new: str
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Lines of text, and where in the source each begins; those inside a blockquote are marked by `> `."""

    lines: list[str]
    places: list[int]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A start tag that says history: where it stands, its name, and whether all below it is history too."""

    place: int
    name: str
    is_border: bool


def split_html(markup: str, subject: str | None = None) -> HtmlSplit:
    """Return the new part and the history of an HTML body.

    A forwarded mail, answers between the quoted blocks, and a body that would have nothing new stay whole.
    """
    whole = HtmlSplit(new=markup)
    if len(markup) > _MOST_MARKUP or is_forwarding(subject):
        return whole
    # Letters that change their length in lower case would move every place behind them.
    lowered = markup.lower() if markup.isascii() else re.sub("[A-Z]+", lambda found: found[0].lower(), markup)
    masked = _masked(markup, lowered)
    found = _history(masked, lowered)
    if found is None:
        return whole
    start, end = found
    if not (_says(masked[:start]) or _says(masked[end:])):
        return whole
    if answers_inside(_TAGS.sub(" ", masked[max(0, start - 4_000) : start]).split("\n")):
        return whole
    if _says(masked[end:]) and any(place >= end and _says(masked[end:place]) for place, _ in _marked(lowered, _HOLDERS)):
        return whole
    return HtmlSplit(new=markup[:start] + markup[end:], quoted=markup[start:end])


def split_body(text: str, markup: str | None, subject: str | None = None) -> Split:
    """Return a mail's text in its parts. The marks in the HTML that it was made from say more than its words, where there are any."""
    parts = split_html(markup, subject) if markup and _bears_marks(markup) else None
    if parts is None or parts.quoted is None:
        return split(text, subject)
    new = split(html_to_text(parts.new), subject)
    history = [new.quoted, html_to_text(parts.quoted)]
    return Split(reply=new.reply, signature=new.signature, quoted="\n\n".join(part for part in history if part) or None)


def _bears_marks(markup: str) -> bool:
    lowered = markup.lower()
    return any(mark in lowered for mark in (*_HOLDERS, *_BORDERS))


def _history(markup: str, lowered: str) -> tuple[int, int] | None:
    """Return where history begins and ends in the source; None where there is none, or what stands there was forwarded."""
    holders = [_Mark(place, name, False) for place, name in _marked(lowered, _HOLDERS)]
    borders = [_Mark(place, name, True) for place, name in _marked(lowered, _BORDERS)]
    mark = min([*holders, *borders], key=lambda found: found.place, default=None)
    layout = _laid_out(markup)
    shown = bisect_right(layout.places, mark.place) if mark else len(layout.lines)
    if is_forwarding_text(layout.lines[: shown + 6]):
        return None
    by_text = _by_text(layout, lowered, mark)
    return by_text or (_by_mark(lowered, mark) if mark else None)


def _by_text(layout: _Layout, lowered: str, mark: _Mark | None) -> tuple[int, int] | None:
    """Return the history that an introduction or a header block opens above any mark."""
    opening = first_opening(layout.lines)
    if opening is None or opening.first < 0:
        return None
    first = over_rule(layout.lines, opening.first)
    start = layout.places[first]
    if mark and start >= mark.place:
        return None
    if mark and not mark.is_border and opening.after >= bisect_right(layout.places, mark.place) - 1:
        return start, _end_of(lowered, mark.place, mark.name)
    if not is_marked(layout.lines, opening.after):
        return start, _end_of_body(lowered)
    end = end_of_marked(layout.lines, opening.after)
    return start, layout.places[end] if end < len(layout.places) else _end_of_body(lowered)


def _by_mark(lowered: str, mark: _Mark) -> tuple[int, int]:
    if not mark.is_border:
        return mark.place, _end_of(lowered, mark.place, mark.name)
    start = _over_rule(lowered, mark.place)
    tag = lowered[mark.place : mark.place + _LONGEST_TAG].partition(">")[0]
    quote = lowered.find("<blockquote", mark.place, mark.place + 4_000) if any(introduces in tag for introduces in _INTRODUCES) else -1
    return start, _end_of(lowered, quote, "blockquote") if quote >= 0 else _end_of_body(lowered)


def _over_rule(lowered: str, place: int) -> int:
    """Draw the rule above a header block into it."""
    begin = max(0, place - 400)
    above = lowered[begin:place].rstrip()
    rule = above.rfind("<hr")
    return begin + rule if rule >= 0 and above.find(">", rule) == len(above) - 1 else place


def _marked(lowered: str, marks: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the start tags that carry a mark, by place and name; a few of each mark."""
    found: dict[int, str] = {}
    for mark in marks:
        at = lowered.find(mark)
        for _ in range(_MOST_HITS):
            if at < 0:
                break
            opens = lowered.rfind("<", max(0, at - _LONGEST_TAG), at + 1)
            name = _TAG_NAME.match(lowered, opens) if opens >= 0 and ">" not in lowered[opens:at] else None
            # Gmail's own quote is a division; its blockquote alone is a citation.
            is_citation = name is not None and name[1] == "blockquote" and mark == "gmail_quote"
            if name and not is_citation and name[1] not in ("style", "script", "meta", "img"):
                found[opens] = name[1]
            at = lowered.find(mark, at + len(mark))
    return sorted(found.items())


def _end_of(lowered: str, start: int, name: str) -> int:
    """Return the end of an element by counting tags of its own name; the end of the body where it is never closed."""
    depth = 0
    for found in re.compile(rf"<(/?){name}\b[^<>]{{0,2000}}>?").finditer(lowered, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.end()
    return _end_of_body(lowered)


def _end_of_body(lowered: str) -> int:
    return min((found.start() for found in _CLOSING.finditer(lowered, max(0, len(lowered) - 200))), default=len(lowered))


def _masked(markup: str, lowered: str) -> str:
    """Return the source with what nobody sees (styles, scripts, comments) blanked out, every place where it was."""
    for opens, closes in _HIDDEN:
        at = lowered.find(opens)
        if at < 0:
            continue
        pieces, done = [], 0
        while at >= 0:
            end = lowered.find(closes, at)
            end = len(markup) if end < 0 else end
            pieces += [markup[done:at], " " * (end - at)]
            done, at = end, lowered.find(opens, end)
        markup = "".join([*pieces, markup[done:]])
    return markup


def _laid_out(markup: str) -> _Layout:
    layout = _Layout([], [])
    depth = done = 0
    window = markup[:_MOST_LAID_OUT]
    for found in _pieces(window):
        begins, ends, tag, closes = found
        text = plain(html.unescape(_TAGS.sub(" ", window[done:begins]))).replace("\n", " ")
        layout.lines.append("> " * depth + " ".join(text.split()) if text or depth else "")
        layout.places.append(done)
        done = begins if tag and not closes else ends
        if tag == "hr":
            layout.lines.append(_RULE)
            layout.places.append(begins)
        if tag == "blockquote":
            depth = max(0, depth + (-1 if closes else 1))
        if len(layout.lines) >= _MOST_LINES:
            break
    return layout


def _pieces(window: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the tags that end a line, with where they begin and end; at last the end of the source."""
    for found in _BREAKS.finditer(window):
        yield found.start(), found.end(), found[2].lower() if found[2].lower() != "br" else "", bool(found[1])
    yield len(window), len(window), "", True


def _says(markup: str) -> bool:
    """Say whether a reader sees any words in a piece of markup."""
    return any(has_words([html.unescape(_TAGS.sub(" ", markup[at : at + 20_000]))]) for at in range(0, len(markup), 20_000))
