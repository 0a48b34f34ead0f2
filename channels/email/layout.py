"""HTML laid out as text: a paragraph a line, quoted blocks with `> ` before each line; one pass, whatever the nesting."""

import re
from collections.abc import Mapping

from lxml import etree  # type: ignore[import-untyped]

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "table", "blockquote", "hr", "fieldset"})
_BLOCKS = _PARAGRAPHS | frozenset(
    ("div", "tr", "li", "dt", "dd", "body", "section", "article", "header", "footer", "main", "nav", "aside", "center", "address", "form", "caption")
)
_HIDDEN = frozenset({"script", "style", "title", "template", "head", "noscript", "select", "object", "svg", "math"})
_HIDING = re.compile(r"display\s{0,5}:\s{0,5}none", re.IGNORECASE)
_UNSEEN = "\u200b\u200c\u200d\u034f\ufeff\u00ad \t"
_RULE = "_" * 20  # what Outlook writes in plain text
_DEEPEST_QUOTE = 20


def laid_out(markup: str) -> str:
    """Return the text that a reader of some HTML sees; each tag and text is looked at once, no tree is built."""
    layout = _Layout()
    parser = etree.HTMLParser(target=layout)
    parser.feed(markup)
    return str(parser.close())


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style")
    return (style is not None and "none" in style and _HIDING.search(style) is not None) or "hidden" in attributes


def _is_quote(tag: str, attributes: Mapping[str, str]) -> bool:
    if tag == "blockquote" or attributes.get("id") == "OLK_SRC_BODY_SECTION":
        return True
    marks = attributes.get("class")
    return tag == "div" and marks is not None and not {"yahoo_quoted", "protonmail_quote"}.isdisjoint(marks.split())


class _Layout:
    """Lines in the making, told by the parser tag by tag: what stands on the present one, in what it lies, whether a blank one is owed before the next.

    `_depth` counts open tags; `_skipped` is the depth of the hidden one we are in (0: in none), `_quoted` those of quotes.
    """

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._owed = 0
        self._quoted: list[int] = []
        self._skipped = 0
        self._depth = 0
        self._pre = 0
        self._lists: list[int] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an opening tag."""
        self._depth += 1
        if self._skipped:
            return
        if tag in _HIDDEN or (attributes and _is_hidden(attributes)):
            self._skipped = self._depth
        elif tag == "br":
            self._flush(is_break=True)
        elif tag in _BLOCKS:
            self._begin(tag)
        elif tag in ("td", "th") and self._line:
            self._line.append("  ")
        if tag == "blockquote" or (attributes and _is_quote(tag, attributes)):
            self._part("blockquote")
            self._quoted.append(self._depth)

    def _begin(self, tag: str) -> None:
        self._part(tag)
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._line.append(self._bullet())
        elif tag == "pre":
            self._pre += 1
        elif tag == "hr":
            self._line.append(_RULE)
            self._part(tag)

    def end(self, tag: str) -> None:
        """Take a closing tag."""
        if self._skipped:
            self._skipped = 0 if self._skipped == self._depth else self._skipped
        else:
            if self._quoted and self._quoted[-1] == self._depth:
                self._part("blockquote")
                self._quoted.pop()
            if tag in _BLOCKS:
                self._part(tag)
                if tag == "pre":
                    self._pre = max(0, self._pre - 1)
                elif tag in ("ul", "ol") and self._lists:
                    self._lists.pop()
        self._depth -= 1

    def data(self, text: str) -> None:
        """Take what stands between tags."""
        if self._skipped:
            return
        if not self._pre:
            self._line.append(text)
            return
        first, *others = text.split("\n")
        self._line.append(first)
        for other in others:
            self._flush(is_break=True)
            self._line.append(other)

    def comment(self, text: str) -> None:
        """Pass over a comment."""

    def close(self) -> str:
        """Return what was laid out."""
        return self.text()

    def text(self) -> str:
        """Return all lines; of several blank ones in a row one."""
        self._part("div")
        out: list[str] = []
        for depth, line in self._lines:
            shown = "> " * min(depth, _DEEPEST_QUOTE) + line
            if line or not out or out[-1].strip("> "):
                out.append(shown.rstrip())
        return "\n".join(out).strip("\n")

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "* "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _part(self, tag: str) -> None:
        """End the present line where something stands on it; around a paragraph a blank one is owed."""
        if self._line:
            self._flush(is_break=False)
        if tag in _PARAGRAPHS and not (self._lists and tag in ("ul", "ol", "p")):
            self._owed = 1

    def _flush(self, *, is_break: bool) -> None:
        joined = "".join(self._line)
        self._line.clear()
        line = joined.rstrip() if self._pre else " ".join(joined.split()).strip(_UNSEEN)
        if line:
            if self._owed:
                if self._lines:
                    self._lines.append((min(len(self._quoted), self._lines[-1][0]), ""))
                self._owed = 0
        elif not is_break:
            return
        self._lines.append((len(self._quoted), line))
