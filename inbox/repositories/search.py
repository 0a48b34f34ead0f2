"""SQL of search: a walk over the newest documents, and the full-text index (FTS5 on SQLite, tsvector on PostgreSQL) for words that are seldom."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from inbox.models import SearchDocument

_HIT = """
SELECT d.id, d.customer_id, m.case_id, m.inbox_id, m.text, c.number, m.received_at, m.subject
FROM search_documents d JOIN messages m ON m.id = d.id JOIN cases c ON c.id = m.case_id WHERE d.id IN ({ids})
"""
_SQLITE = """
SELECT i.rowid, d.body FROM search_index i JOIN search_documents d ON d.id = i.rowid
WHERE search_index MATCH :words AND i.rowid < :before {visible} ORDER BY i.rowid DESC LIMIT :most
"""
# In two steps, or PostgreSQL, which takes any beginning of a word for a common one, walks over all documents looking for a seldom one.
_POSTGRES = """
WITH hits AS MATERIALIZED (SELECT id, inbox_id FROM search_documents WHERE tsv @@ to_tsquery('simple', :words))
SELECT d.id, d.body FROM (SELECT id FROM hits d WHERE id < :before {visible} ORDER BY id DESC LIMIT :most) h
JOIN search_documents d ON d.id = h.id ORDER BY d.id DESC
"""
NEWEST = (1 << 63) - 1

# Merged from the newest of each inbox, sorted where they lie: these are many. Who sees very many inboxes passes over little on the way through all.
_MERGED = 200
_OF_INBOX = "SELECT id FROM (SELECT id FROM search_documents WHERE inbox_id = :inbox{at} AND id < :before ORDER BY id DESC LIMIT :most) AS r{at}"
_OF_INBOXES = """
SELECT id, body FROM search_documents WHERE id IN (SELECT id FROM ({ranges}) AS newest ORDER BY id DESC LIMIT :most) ORDER BY id DESC
"""
_AMONG = "SELECT id, body FROM search_documents WHERE +inbox_id IN ({inboxes}) AND id < :before ORDER BY id DESC LIMIT :most"
_NEWEST = select(SearchDocument.id, SearchDocument.body).order_by(SearchDocument.id.desc())

Document = tuple[int, str]
Hit = tuple[int, int, int, int, str, int, int, str | None]


class SearchRepository:
    """Looks messages up by their words; `inbox_ids` (None: all) limits what is seen."""

    def __init__(self, session: AsyncSession, is_sqlite: bool, inbox_ids: frozenset[int] | None) -> None:
        self._session = session
        self._is_sqlite = is_sqlite
        self._inbox_ids = inbox_ids

    async def newest(self, before: int, most: int) -> Sequence[Document]:
        """Return (message, folded text) of the newest messages, newest first."""
        if self._inbox_ids is None:
            return cast("Sequence[Document]", (await self._session.execute(_NEWEST.where(SearchDocument.id < before).limit(most))).all())
        given = {f"inbox{at}": inbox_id for at, inbox_id in enumerate(sorted(self._inbox_ids))}
        if not given:
            return []
        if len(given) <= _MERGED:
            parts = [_OF_INBOX.format(at=at) for at in range(len(given))]
            statement = _OF_INBOXES.format(ranges=" UNION ALL ".join(parts))
        else:
            statement = _AMONG.format(inboxes=", ".join(f":{name}" for name in given))
        rows = await self._session.execute(text(statement), {**given, "before": before, "most": most})
        return cast("Sequence[Document]", rows.all())

    async def indexed(self, words: Sequence[str], before: int, most: int) -> Sequence[Document]:
        """Return (message, folded text) of messages that have all words or words that begin so, newest first.

        Words hold letters and digits only, so nothing in them is an operator of either language.
        """
        query = " ".join(f'"{word}"*' for word in words) if self._is_sqlite else " & ".join(f"{word}:*" for word in words)
        visible = "" if self._inbox_ids is None else f"AND d.inbox_id IN ({','.join(str(int(i)) for i in self._inbox_ids) or 'NULL'})"
        statement = text((_SQLITE if self._is_sqlite else _POSTGRES).format(visible=visible))
        rows = await self._session.execute(statement, {"words": query, "before": before, "most": most})
        return cast("Sequence[Document]", rows.all())

    async def hits(self, message_ids: Sequence[int]) -> list[Hit]:
        """Return (message, leaf, case, inbox, text, case number, received at in microseconds, subject) of some messages, newest first."""
        if not message_ids:
            return []
        rows = await self._session.execute(text(_HIT.format(ids=",".join(str(int(one)) for one in message_ids))))
        return sorted(((row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]) for row in rows), reverse=True)
