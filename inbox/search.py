"""Search over messages, limited to what the viewer may see."""

import re
from collections.abc import Sequence

from inbox.directory import InboxDirectory
from inbox.repositories.reading import ReadingRepository
from inbox.repositories.search import SearchRepository
from inbox.views import Named, SearchHit
from kernel.db import moment
from kernel.paging import Page, keyset, page_of
from kernel.text import fold
from kernel.uow import UnitOfWork
from staff.values import Viewer

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_AROUND = 60
START, END = "\u0002", "\u0003"


def words_of(query: str) -> list[str]:
    """Return the folded words of a query: letters and digits only, each once, at most twelve."""
    return list(dict.fromkeys(word.replace("_", "") for word in _WORD.findall(fold(query[:400])) if word.strip("_")))[:_MOST_WORDS]


async def messages(uow: UnitOfWork, viewer: Viewer, directory: InboxDirectory, query: str, cursor: str | None, limit: int) -> Page[SearchHit]:
    """Return messages that have all words of the query, newest first; none for a query without words."""
    words = words_of(query)
    if not words:
        return Page([])
    key = keyset(cursor, 1)
    rows = await SearchRepository(uow.session, uow.is_sqlite).messages(words, viewer.inbox_ids, key[0] if key else None, limit + 1)
    customers = await ReadingRepository(uow.session, viewer.inbox_ids).roots(sorted({row[1] for row in rows}))
    inboxes = await directory.names(uow, {row[3] for row in rows})
    hits = [
        SearchHit(
            message_id=row[0], case_id=row[2], case_number=row[5], customer=Named(id=customers[row[1]][0], name=customers[row[1]][1]),
            channel=inboxes[row[3]].channel, at=moment(row[6]), snippet=_shown(row[7], row[4], words),
        )
        for row in rows
    ]  # fmt: skip
    return page_of(hits, limit, lambda hit: [hit.message_id])


def _shown(subject: str | None, text: str, words: Sequence[str]) -> str:
    """Return a snippet of the text, or of subject and text when only the subject has the words."""
    found = snippet(text, words)
    return found if START in found or not subject else snippet(f"{subject}: {text}", words)


def snippet(text: str, words: Sequence[str]) -> str:
    """Return the text around the first match, with each match between U+0002 and U+0003; words are compared folded, by their beginning."""
    found = [(m.start(), m.end()) for m in _WORD.finditer(text) if any(fold(m.group()).startswith(word) for word in words)]
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
