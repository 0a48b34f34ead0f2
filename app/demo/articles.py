"""The shop's articles, read from articles.txt: each begins with `= Title`, its text follows."""

from pathlib import Path

_FILE = Path(__file__).parent / "articles.txt"


def articles() -> list[tuple[str, str]]:
    """Return title and text of every article."""
    pieces = _FILE.read_text(encoding="utf-8").removeprefix("= ").split("\n= ")
    return [(title.strip(), text.strip()) for title, _, text in (piece.partition("\n") for piece in pieces)]
