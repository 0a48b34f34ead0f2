"""What an agent types, made fit to keep: tags and titles."""

from collections.abc import Iterable

from cases.errors import BadTag, BadTitle, TooManyTags
from kernel.text import clean

LONGEST_TAG = 60
MOST_TAGS = 30
LONGEST_TITLE = 400


def tag(text: str) -> str:
    """Return a tag as it is kept: lower case, one space between words.

    Raises:
        BadTag: nothing is left, or too much.
    """
    kept = " ".join(clean(text).lower().split())
    if not 1 <= len(kept) <= LONGEST_TAG:
        raise BadTag(LONGEST_TAG)
    return kept


def retagged(before: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Return a case's tags after a change, sorted; what is both added and removed is gone.

    Raises:
        BadTag: one of them is empty or too long.
        TooManyTags: more would be left than a case may have.
    """
    after = sorted(({*before} | {tag(text) for text in add}) - {tag(text) for text in remove})
    if len(after) > MOST_TAGS:
        raise TooManyTags(MOST_TAGS)
    return after


def title(text: str) -> str:
    """Return a title on one line.

    Raises:
        BadTitle: nothing is left, or too much.
    """
    kept = " ".join(clean(text).split())
    if not 1 <= len(kept) <= LONGEST_TITLE:
        raise BadTitle(LONGEST_TITLE)
    return kept
