"""Search over messages, limited to what the viewer may see."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from inbox.directory import InboxDirectory
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.search import NEWEST, SearchRepository
from inbox.views import Named, SearchHit
from kernel.db import moment
from kernel.paging import Page, keyset, page_of
from kernel.paging import cursor as made_cursor
from kernel.text import fold
from kernel.uow import UnitOfWork
from staff.values import Viewer

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_AROUND = 60
# How many messages are read first, and how many more at most (none when the first ones were so long).
_SAMPLE, _MOST, _LETTERS = 250, 3_750, 500_000
# A word of so small a part of the messages that were read, or less, is asked of the index; so many it brings at once, and so often it is asked for a page.
_SELDOM = 0.05
_BROUGHT, _ASKED = 1_000, 4
START, END = "\u0002", "\u0003"


def words_of(query: str) -> list[str]:
    """Return the folded words of a query: letters and digits only, each once, at most twelve."""
    return list(dict.fromkeys(word.replace("_", "") for word in _WORD.findall(fold(query[:400])) if word.strip("_")))[:_MOST_WORDS]


async def messages(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, query: str, cursor: str | None, limit: int) -> Page[SearchHit]:
    """Return messages that have all words of the query, newest first; none for a query without words.

    A page may be short, even empty, and still have a cursor: so far was looked, and what is older is looked at from there.
    """
    words = words_of(query)
    if not words:
        return Page([])
    key = keyset(cursor, 1)
    sql = SearchRepository(uow.session, uow.is_sqlite, viewer.inbox_ids)
    found = await Look(sql, words, limit + 1).below(key[0] if key else NEWEST)
    rows = await sql.hits(found.ids)
    customers = await ReadingRepository(uow.session, viewer.inbox_ids).roots(sorted({row[1] for row in rows}))
    inboxes = await directory.names(uow, {row[3] for row in rows})
    hits = [
        SearchHit(
            message_id=row[0], case_id=row[2], case_number=row[5], customer=Named(id=customers[row[1]][0], name=customers[row[1]][1]),
            channel=inboxes[row[3]].channel, at=moment(row[6]), snippet=_shown(row[7], row[4], words),
        )
        for row in rows
    ]  # fmt: skip
    page = page_of(hits, limit, lambda hit: [hit.message_id])
    return Page(page.items, made_cursor([found.looked_down_to])) if page.next is None and found.looked_down_to is not None else page


@dataclass(frozen=True, slots=True)
class Found:
    """Messages, newest first; `looked_down_to` is set when there may be more below it that nobody has looked at."""

    ids: list[int]
    looked_down_to: int | None = None


class Look:
    """Looks for messages that have all words, each at least as the beginning of one; the work is bounded, however many messages there are.

    First the newest messages are read one after the other: a word that is common is soon found often enough, where an index would bring up all that have it.
    What was read also tells which words are seldom. Only these are asked of the index, which is quick then, and what it brings is read for the others.
    """

    def __init__(self, sql: SearchRepository, words: Sequence[str], wanted: int) -> None:
        self._sql = sql
        # As both indexes see words: letters and digits, so that an underscore ends one.
        self._words = {word: re.compile(rf"(?<![^\W_]){re.escape(word)}") for word in words}
        self._wanted = wanted
        self._ids: list[int] = []
        self._seen: Counter[str] = Counter()
        self._n_read = 0
        self._n_letters = 0

    async def below(self, before: int) -> Found:
        """Return the newest that are older than a message."""
        for is_first in (True, False):
            more = _SAMPLE if is_first else self._n_needed()
            if not more:
                break
            read = await self._sql.newest(before, more)
            self._read(read, list(self._words))
            if len(read) < more or len(self._ids) >= self._wanted:
                return Found(self._ids[: self._wanted])
            before = read[-1][0]
        seldom = self._seldom()
        return await self._indexed(seldom, before) if seldom else Found(self._ids, before)

    async def _indexed(self, seldom: list[str], before: int) -> Found:
        others = [word for word in self._words if word not in seldom]
        for _ in range(_ASKED):
            read = await self._sql.indexed(seldom, before, _BROUGHT)
            self._read(read, others)
            if len(read) < _BROUGHT or len(self._ids) >= self._wanted:
                return Found(self._ids[: self._wanted])
            before = read[-1][0]
        return Found(self._ids, before)

    def _read(self, documents: Sequence[tuple[int, str]], words: Sequence[str]) -> None:
        patterns = [(word, f" {word}", self._words[word]) for word in words]
        for message_id, body in documents:
            self._n_read += 1
            self._n_letters += len(body)
            missing = False
            for word, after_space, pattern in patterns:
                # Looked for as it is first: most often it is not there at all, or behind a space, and that is seen ten times faster.
                if after_space in body or (word in body and pattern.search(body)):
                    self._seen[word] += 1
                else:
                    missing = True
            if not missing:
                self._ids.append(message_id)

    def _n_needed(self) -> int:
        """Return how many more are to be read for a full page, by what was found so far; none when the index will find it sooner."""
        if self._n_letters > _LETTERS:
            return 0
        if self._ids and (needed := (self._wanted - len(self._ids)) * self._n_read * 4 // (3 * len(self._ids))) <= _MOST:
            return needed
        return 0 if self._seldom() else _MOST

    def _seldom(self) -> list[str]:
        return [word for word in self._words if self._seen[word] <= self._n_read * _SELDOM]


def _shown(subject: str | None, text: str, words: Sequence[str]) -> str:
    """Return a snippet of the text, or of subject and text when only the subject has the words."""
    found = snippet(text, words)
    return found if START in found or not subject else snippet(f"{subject}: {text}", words)


def snippet(text: str, words: Sequence[str]) -> str:
    """Return the text around the first match, with each match between U+0002 and U+0003; words are compared folded, by their beginning."""
    found = _matches(text, tuple(words))
    if not found:
        return text[: 2 * _AROUND].strip()
    begin = max(0, found[0][0] - _AROUND)
    end = min(len(text), found[0][0] + 3 * _AROUND)
    parts, at = [], begin
    for start, stop in found:
        if stop > end:
            break
        parts += [text[at:start], START, text[start:stop], END]
        at = stop
    return ("…" if begin else "") + "".join([*parts, text[at:end]]).strip() + ("…" if end < len(text) else "")


def _matches(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where the text has words that begin with one of these, as (start, end)."""
    if text.isascii():
        # Folding such text moves nothing, so that it may be done at once.
        return [match.span() for match in _beginning_with(words).finditer(text.lower())] if words else []
    return [match.span() for match in _WORD.finditer(text) if fold(match.group()).startswith(words)]


@lru_cache(maxsize=64)
def _beginning_with(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})\w*")
