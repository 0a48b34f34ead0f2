"""SQL of search: FTS5 on SQLite, tsvector on PostgreSQL, the same folded words on both."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SQLITE = """
SELECT d.id, d.customer_id, m.case_id, m.inbox_id, m.text, c.number, m.received_at, m.subject
FROM search_index i JOIN search_documents d ON d.id = i.rowid JOIN messages m ON m.id = d.id JOIN cases c ON c.id = m.case_id
WHERE search_index MATCH :words AND i.rowid < :before {visible} ORDER BY i.rowid DESC LIMIT :most
"""
_POSTGRES = """
SELECT d.id, d.customer_id, m.case_id, m.inbox_id, m.text, c.number, m.received_at, m.subject
FROM search_documents d JOIN messages m ON m.id = d.id JOIN cases c ON c.id = m.case_id
WHERE d.tsv @@ to_tsquery('simple', :words) AND d.id < :before {visible} ORDER BY d.id DESC LIMIT :most
"""
_NEWEST = (1 << 63) - 1

Hit = tuple[int, int, int, int, str, int, int, str | None]


class SearchRepository:
    """Looks messages up by their words."""

    def __init__(self, session: AsyncSession, is_sqlite: bool) -> None:
        self._session = session
        self._is_sqlite = is_sqlite

    async def messages(self, words: Sequence[str], inbox_ids: frozenset[int] | None, before: int | None, most: int) -> list[Hit]:
        """Return (message, leaf, case, inbox, text, case number, received at in microseconds, subject) of messages that have all words or words that begin so, newest first.

        Words hold letters and digits only, so nothing in them is an operator of either language.
        """
        query = " ".join(f'"{word}"*' for word in words) if self._is_sqlite else " & ".join(f"{word}:*" for word in words)
        visible = "" if inbox_ids is None else f"AND d.inbox_id IN ({','.join(str(int(i)) for i in inbox_ids) or 'NULL'})"
        statement = text((_SQLITE if self._is_sqlite else _POSTGRES).format(visible=visible))
        rows = await self._session.execute(statement, {"words": query, "before": before or _NEWEST, "most": most})
        return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]) for row in rows]
