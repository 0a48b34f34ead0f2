"""How articles are written, and what a search looks for."""

import unicodedata

from kernel.text import clean, fold
from knowledge_base.errors import EmptyArticle

LONGEST_TITLE = 400
_MOST_WORDS = 8


def written(title: str, body: str) -> tuple[str, str]:
    """Return title and body as they are kept: NFC, the title on one line.

    Raises:
        EmptyArticle: one of them is empty.
    """
    line = " ".join(_plain(title).split())[:LONGEST_TITLE]
    text = _plain(body).strip()
    if not line or not text:
        raise EmptyArticle
    return line, text


def folded(title: str, body: str) -> tuple[str, str]:
    """Return the folded title, within what its column holds, and all that is searched."""
    return fold(title)[:LONGEST_TITLE], fold(f"{title} {body}")


def words_of(query: str) -> list[str]:
    """Return the folded words that an article must hold, each once; the first eight say enough."""
    return list(dict.fromkeys(fold(clean(query[:400])).split()))[:_MOST_WORDS]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", clean(text))
