"""HTML made safe to show, and HTML made into text with its quotes marked by `> `."""

import html
import re

import nh3
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

_MOST_MARKUP = 2_000_000
_MOST_FOR_LAYOUT = 600_000
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
_NESTING = re.compile(
    r"<(/?)(?:div|span|blockquote|table|font|section|article|center|ul|ol|dl|pre|b|i|u|s|a|em|strong|small|big|sub|sup|code|tt|h[1-6])\b", re.IGNORECASE
)
_HIDDEN = frozenset({"script", "style", "title", "template"})
_BREAKING = frozenset({"br", "br/", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6", "/blockquote", "/table"})
_SPACES = re.compile(r"[ \t\u00a0]{2,}")
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*){2,}")
_RULE = "_" * 20  # what Outlook writes in plain text; the library draws no rules
_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"
_QUOTES = etree.XPath(
    "//blockquote[@type='cite' or @class='gmail_quote' or @cite or not(ancestor::blockquote)] | //*[@id='OLK_SRC_BODY_SECTION']"
    f" | //div[{_CLASS.format('yahoo_quoted')}] | //div[{_CLASS.format('protonmail_quote')}]"
)
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_images=False, display_links=False)


def clean_html(markup: str) -> str:
    """Return HTML with nothing active left in it: tags, attributes, schemes and styles by a list of what is allowed; `cid:` images stay."""
    return nh3.clean(
        markup[:_MOST_MARKUP],
        tags=nh3.ALLOWED_TAGS | {"font", "section", "article", "header", "footer", "main"},
        clean_content_tags={"script", "style", "title", "head", "template", "noscript"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
    )


def html_to_text(markup: str) -> str:
    """Return what a reader of some HTML sees, a paragraph a line; quoted blocks stand with `> ` before each line."""
    if len(markup) > _MOST_FOR_LAYOUT or is_too_deep(markup):
        return strip_tags(markup)
    try:
        tree = _tree(markup)
        if tree is None:
            return ""
        marked: set[object] = set()
        for quote in _QUOTES(tree):
            if marked.isdisjoint(quote.iterancestors()):
                _mark(quote)
                marked.add(quote)
        for rule in tree.iter("hr"):
            rule.tag, rule.text = "p", _RULE
        return _tidy(_rendered(tree))
    except (etree.LxmlError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return strip_tags(markup)


def _tree(markup: str) -> "lxml_html.HtmlElement | None":
    stripped = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", markup)
    if not stripped.strip():
        return None
    return lxml_html.document_fromstring(f"<body>{stripped}</body>" if "<body" not in stripped[:100_000].lower() else stripped)


def _rendered(tree: object) -> str:
    return str(Inscriptis(tree, _CONFIG).get_text())


def _mark(quote: "lxml_html.HtmlElement") -> None:
    """Put a quoted block's text, marked line by line, in its own place."""
    parent = quote.getparent()
    if parent is None:
        return
    alone = lxml_html.Element("body")
    tail, quote.tail = quote.tail, None
    parent.replace(quote, marked := lxml_html.Element("pre"))
    marked.tail = tail
    alone.append(quote)
    marked.text = "\n" + "\n".join(f"> {line}".rstrip() for line in _tidy(_rendered(alone)).split("\n")) + "\n"


def is_too_deep(markup: str) -> bool:
    """Say whether tags are nested deeper than any honest mail does it; cleaning such HTML takes time by the square of its depth."""
    depth = 0
    for tag in _NESTING.finditer(markup, 0, _MOST_MARKUP):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            return True
        depth = max(depth, 0)
    return False


def strip_tags(markup: str) -> str:
    """Return the text without any layout but line ends: for what is too large, too deep or too odd to lay out; linear in any case."""
    out: list[str] = []
    hidden = ""
    for index, piece in enumerate(markup[:_MOST_MARKUP].split("<")):
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
