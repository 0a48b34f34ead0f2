"""HTML made safe to show, and HTML made into text with its quotes marked by `> `."""

import html
import re
from functools import lru_cache

import nh3
from lxml import etree  # type: ignore[import-untyped]

from channels.email.layout import laid_out

MOST_MARKUP = 500_000
_MOST_TAGS = 30_000
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_ATTRIBUTES = {**{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}, "*": {"dir", "lang", "title", "style", "align"}}
_ATTRIBUTES["blockquote"] = {"cite", "type"}
_ATTRIBUTES["img"] = {"src", "alt", "width", "height"}
_ATTRIBUTES["td"] = _ATTRIBUTES["th"] = {"colspan", "rowspan", "align", "valign", "width", "bgcolor"}
_ATTRIBUTES["table"] = {"border", "cellpadding", "cellspacing", "width", "bgcolor", "align"}
_STYLES = {
    *("background-color", "border", "border-left", "color", "direction", "font-family", "font-size", "font-style", "font-weight"),
    *("line-height", "list-style-type", "margin", "margin-left", "padding", "padding-left", "text-align", "text-decoration", "vertical-align", "white-space"),
}
_DEEPEST = 400
_SIGNS = re.compile("<{2,}")
_SIGNS_WITHOUT_END = re.compile("<{50,}")
_NESTING = re.compile(
    r"<(/?)(?:div|span|blockquote|table|font|section|article|center|ul|ol|dl|pre|b|i|u|s|a|em|strong|small|big|sub|sup|code|tt|h[1-6])\b", re.IGNORECASE
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_HIDDEN = frozenset({"script", "style", "title", "template"})
_BREAKING = frozenset({"br", "br/", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6", "/blockquote", "/table"})
_SPACES = re.compile(r"[ \t\u00a0]{2,}")
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*){2,}")


_CLEANER = nh3.Cleaner(
    tags=nh3.ALLOWED_TAGS | {"font", "section", "article", "header", "footer", "main"},
    clean_content_tags={"script", "style", "title", "head", "template", "noscript"},
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    filter_style_properties=_STYLES,
    link_rel="noopener noreferrer nofollow",
)
# Within one text the library takes time by the square of what it has to escape; a comment, which it drops, ends a text.
_LONG_TEXT = re.compile(r"(?:\A|(?<=[<>]))[^<>]{8000,}")
_MUCH_TO_ESCAPE = re.compile(r"(?:[&\u00a0][^&\u00a0]*){100}")


def clean_html(markup: str) -> str:
    """Return HTML with nothing active left in it: tags, attributes, schemes and styles by a list of what is allowed; `cid:` images stay."""
    parted = _LONG_TEXT.sub(lambda text: _MUCH_TO_ESCAPE.sub(r"\g<0><!---->", text[0]), markup[:MOST_MARKUP])
    return _CLEANER.clean(_SIGNS_WITHOUT_END.sub("<", parted))


def html_to_text(markup: str) -> str:
    """Return what a reader of some HTML sees, a paragraph a line; quoted blocks stand with `> ` before each line."""
    markup = markup[:MOST_MARKUP]
    if markup.count("<") > _MOST_TAGS or is_too_deep(markup):
        return strip_tags(markup)
    try:
        return laid_out(_DECLARATION.sub("", markup))
    except (etree.LxmlError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return strip_tags(markup)


@lru_cache(maxsize=2)  # asked for the text and again for the page
def is_too_deep(markup: str) -> bool:
    """Say whether tags are nested deeper than any honest mail does it; cleaning such HTML takes time by the square of its depth."""
    depth = 0
    for tag in _NESTING.finditer(_SIGNS_WITHOUT_END.sub("<", markup[:MOST_MARKUP])):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            return True
        depth = max(depth, 0)
    return False


def strip_tags(markup: str) -> str:
    """Return the text without any layout but line ends: for what is too deep or too odd to lay out; linear in any case."""
    out: list[str] = []
    hidden = ""
    for index, piece in enumerate(_SIGNS.sub("<", markup[:MOST_MARKUP]).split("<")):
        tag, _, text = piece.partition(">") if index else ("", "", piece)
        name = tag[:12].lower().split(" ")[0]
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in _HIDDEN:
            hidden = name
        if not hidden:
            out.append("\n" + text if name in _BREAKING else text)
    return _tidy(html.unescape("".join(out)))


def _tidy(text: str) -> str:
    lines = "\n".join(_SPACES.sub(" ", line).strip(" \t\u00a0\u200b") if not line.startswith(">") else line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
