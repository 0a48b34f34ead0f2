"""What must hold of any database, whatever happened to the processes that wrote to it."""

from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cases.models import Case, CaseInterval
from cases.rules.ledger import STATES
from cases.values import CaseStatus, IntervalState, Span
from inbox.models import EventRow
from kernel.blobs import digest_of
from kernel.db import Database
from tests.cases.desk import whole

# Each returns what is wrong.
_QUESTIONS = {
    "a message without its case": "SELECT m.id FROM messages m LEFT JOIN cases c ON c.id = m.case_id WHERE c.id IS NULL",
    "a message without its conversation": "SELECT m.id FROM messages m LEFT JOIN conversations c ON c.id = m.conversation_id WHERE c.id IS NULL",
    "a message without its search document": "SELECT m.id FROM messages m LEFT JOIN search_documents d ON d.id = m.id WHERE d.id IS NULL",
    "a search document of nothing": "SELECT d.id FROM search_documents d LEFT JOIN messages m ON m.id = d.id WHERE m.id IS NULL",
    "a message without what it was made of": (
        "SELECT m.id FROM messages m LEFT JOIN raw_payloads p ON p.message_id = m.id WHERE m.direction = 'in' GROUP BY m.id HAVING count(p.id) <> 1"
    ),
    "a payload of nothing": "SELECT p.id FROM raw_payloads p LEFT JOIN messages m ON m.id = p.message_id WHERE p.state = 'kept' AND m.id IS NULL",
    "a payload without a body": "SELECT id FROM raw_payloads WHERE body IS NULL AND blob IS NULL",
    "a file of nothing": "SELECT id FROM attachments WHERE message_id IS NULL",
    "a conversation that nobody spoke in": "SELECT c.id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id WHERE m.id IS NULL",
    "a conversation without a case": "SELECT id FROM conversations WHERE case_id IS NULL",
    "a case that nobody wrote in": "SELECT c.id FROM cases c LEFT JOIN messages m ON m.case_id = c.id WHERE m.id IS NULL",
    "a case whose list entry is not its last message": (
        "SELECT c.id FROM cases c JOIN messages m ON m.case_id = c.id WHERE m.kind = 'message' GROUP BY c.id, c.last_message_id HAVING max(m.id) <> c.last_message_id"
    ),
    "a case without a history": "SELECT c.id FROM cases c LEFT JOIN activities a ON a.case_id = c.id WHERE a.id IS NULL",
    "a customer who never wrote": "SELECT c.id FROM customers c LEFT JOIN messages m ON m.customer_id = c.id WHERE m.id IS NULL",
    "a dead letter": "SELECT id FROM raw_payloads WHERE state <> 'kept'",
}
_OF_SQLITE = {
    "a page that is not whole": "SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "a row that refers to nothing": "SELECT rowid FROM pragma_foreign_key_check",
}


async def broken(database_url: str, blobs: Path) -> dict[str, list[object]]:
    """Return what does not hold, by what it is; nothing when all is well."""
    database = Database(database_url)
    try:
        async with database.connect() as connection:
            questions = {**_QUESTIONS, **(_OF_SQLITE if database.is_sqlite else {})}
            found: dict[str, list[object]] = {name: [row[0] for row in await connection.execute(text(asked))] for name, asked in questions.items()}
            found["a case that is counted wrongly"] = await _miscounted(connection)
            found["a message that was not told once"] = await _untold(connection)
            found["a ledger with a gap"] = await _torn_ledgers(connection)
            found["a file that is not there"] = await _lost_files(connection, blobs)
    finally:
        await database.close()
    return {name: rows for name, rows in found.items() if rows}


async def _miscounted(connection: AsyncConnection) -> list[object]:
    """Return the families of cases whose kept counts are not what counting says."""
    kept: Counter[tuple[str, int]] = Counter()
    for family, inbox_id, n in await connection.execute(text("SELECT family, inbox_id, n FROM case_counts")):
        kept[str(family), int(inbox_id)] += int(n)
    families = {CaseStatus.RESOLVED: "ended", CaseStatus.CLOSED: "ended", CaseStatus.SNOOZED: "snoozed"}
    cases = await connection.execute(select(Case.status, Case.inbox_id))
    counted = Counter((families.get(CaseStatus(status), "active"), int(inbox_id)) for status, inbox_id in cases)
    return [key for key in kept.keys() | counted.keys() if kept[key] != counted[key]]


async def _untold(connection: AsyncConnection) -> list[object]:
    rows = await connection.execute(select(EventRow.payload).where(EventRow.kind == "message.received"))
    told = Counter(int(str(payload["message_id"])) for (payload,) in rows)
    kept = {int(row[0]) for row in await connection.execute(text("SELECT id FROM messages WHERE direction = 'in'"))}
    return [message_id for message_id in kept | told.keys() if (message_id in kept, told[message_id]) != (True, 1)]


async def _torn_ledgers(connection: AsyncConnection) -> list[object]:
    rows = await connection.execute(select(CaseInterval.__table__).order_by(CaseInterval.case_id, CaseInterval.started_at, CaseInterval.id))
    spans: dict[int, list[Span]] = {}
    for case_id, stretches in groupby(rows, lambda row: int(row.case_id)):
        spans[case_id] = [
            Span(case_id=case_id, state=IntervalState(row.state), started_at=row.started_at, ended_at=row.ended_at, team_id=row.team_id, agent_id=row.agent_id)
            for row in stretches
        ]
    statuses = {int(row[0]): STATES[CaseStatus(row[1])] for row in await connection.execute(select(Case.id, Case.status))}
    return [case_id for case_id, state in statuses.items() if not whole(spans.get(case_id, [])) or spans[case_id][-1].state is not state]


async def _lost_files(connection: AsyncConnection, blobs: Path) -> list[object]:
    named = defaultdict(list)
    for statement in ("SELECT digest, id FROM attachments", "SELECT blob, id FROM raw_payloads WHERE blob IS NOT NULL"):
        for digest, row_id in await connection.execute(text(statement)):
            named[str(digest)].append(row_id)
    paths = {digest: blobs / digest[:2] / digest for digest in named}
    return [named[digest] for digest, path in paths.items() if not path.is_file() or digest_of(path.read_bytes()) != digest]
