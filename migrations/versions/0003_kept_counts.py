"""Counts are kept, not counted, by triggers; every list of cases is a merge of short ranges, one for each inbox; a customer's messages are found without reading them."""

import sqlalchemy as sa
from alembic import op

from migrations.types import ID

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACTIVE = "status IN ('new', 'open', 'pending', 'on_hold')"
_ENDED = "status IN ('resolved', 'closed')"
_SNOOZED = "status = 'snoozed'"
_BEFORE = (
    ("ix_cases_active_all", ("last_message_id", "inbox_id"), _ACTIVE),
    ("ix_cases_active_assignee", ("assignee_id", "last_message_id", "inbox_id", "team_id"), _ACTIVE),
    ("ix_cases_active_team", ("team_id", "last_message_id", "inbox_id", "assignee_id", "status"), _ACTIVE),
    ("ix_cases_active_waiting", ("waiting_since", "id"), _ACTIVE),
    ("ix_cases_ended", ("last_message_id", "inbox_id", "status"), _ENDED),
    ("ix_cases_snoozed", ("last_message_id", "inbox_id", "status"), _SNOOZED),
)
_AFTER = (
    ("ix_cases_standing", ("inbox_id", "status", "last_message_id"), None),
    ("ix_cases_active_assignee", ("inbox_id", "assignee_id", "last_message_id"), _ACTIVE),
    ("ix_cases_active_team", ("inbox_id", "team_id", "last_message_id"), _ACTIVE),
    ("ix_cases_waiting", ("inbox_id", "waiting_since", "id", "assignee_id", "team_id", "status"), "waiting_since IS NOT NULL"),
)
_KEY = "family, day, inbox_id, team_id, assignee_id, slot"
# What a case counts as. A day is one of UTC since ids began; who has it and which team only matters while it is active.
_COUNTED = """
    CASE WHEN {c}status IN ('resolved', 'closed') THEN 'ended' WHEN {c}status = 'snoozed' THEN 'snoozed' ELSE 'active' END,
    CASE WHEN {c}status IN ('resolved', 'closed') THEN ({c}last_message_id >> 22) / 86400000 ELSE 0 END,
    {c}inbox_id,
    CASE WHEN {c}status IN ('resolved', 'closed', 'snoozed') THEN 0 ELSE coalesce({c}team_id, 0) END,
    CASE WHEN {c}status IN ('resolved', 'closed', 'snoozed') THEN 0 ELSE coalesce({c}assignee_id, 0) END"""
_COUNTING = "status, inbox_id, team_id, assignee_id, last_message_id"

_SQLITE_ADD = "INSERT INTO case_counts ({key}, n) VALUES ({counted}, 0, {by}) ON CONFLICT DO UPDATE SET n = n + {by};"
_SQLITE = (
    "CREATE TRIGGER cases_counted_new AFTER INSERT ON cases BEGIN {new} END",
    "CREATE TRIGGER cases_counted_gone AFTER DELETE ON cases BEGIN {old} END",
    """CREATE TRIGGER cases_counted_moved AFTER UPDATE OF {counting} ON cases
        WHEN old.status IS NOT new.status OR old.inbox_id IS NOT new.inbox_id OR old.team_id IS NOT new.team_id OR old.assignee_id IS NOT new.assignee_id
            OR (new.status IN ('resolved', 'closed') AND old.last_message_id IS NOT new.last_message_id)
        BEGIN {old} {new} END""",
)
# On PostgreSQL many write at once. Each transaction has a slot of its own, so that nobody waits for anybody's row; slots are folded into slot 0 by and by.
_POSTGRESQL = (
    """CREATE FUNCTION count_case(c cases, moved bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO case_counts ({key}, n) VALUES ({counted}, txid_current(), moved)
        ON CONFLICT ({key}) DO UPDATE SET n = case_counts.n + excluded.n; END $$""",
    """CREATE FUNCTION count_cases() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM count_case(OLD, -1); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM count_case(NEW, 1); END IF;
        RETURN NULL; END $$""",
    "CREATE TRIGGER cases_counted_new AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION count_cases()",
    """CREATE TRIGGER cases_counted_moved AFTER UPDATE OF {counting} ON cases FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.inbox_id IS DISTINCT FROM NEW.inbox_id OR OLD.team_id IS DISTINCT FROM NEW.team_id
            OR OLD.assignee_id IS DISTINCT FROM NEW.assignee_id
            OR (NEW.status IN ('resolved', 'closed') AND OLD.last_message_id IS DISTINCT FROM NEW.last_message_id))
        EXECUTE FUNCTION count_cases()""",
)


def upgrade() -> None:
    """Keep counts from what there is on, and build the indexes that lists are merged from."""
    op.create_table(
        "case_counts",
        sa.Column("family", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("assignee_id", ID, nullable=False),
        sa.Column("slot", ID, nullable=False),
        sa.Column("n", ID, nullable=False),
        sa.PrimaryKeyConstraint("family", "day", "inbox_id", "team_id", "assignee_id", "slot", name="pk_case_counts"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO case_counts ({_KEY}, n) SELECT {_COUNTED.format(c='')}, 0, count(*) FROM cases GROUP BY 1, 2, 3, 4, 5")  # noqa: S608
    for statement in _triggers():
        op.execute(statement)
    _replace(_BEFORE, _AFTER)
    _index_messages("customer_id", "id", "inbox_id")
    op.create_index("ix_search_documents_inbox", "search_documents", ["inbox_id", "id"])


def downgrade() -> None:
    """Count again whenever somebody asks."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("new", "gone", "moved"):
            op.execute(f"DROP TRIGGER cases_counted_{name}")
    else:
        for name in ("new", "moved"):
            op.execute(f"DROP TRIGGER cases_counted_{name} ON cases")
        op.execute("DROP FUNCTION count_cases()")
        op.execute("DROP FUNCTION count_case(cases, bigint)")
    op.drop_table("case_counts")
    _replace(_AFTER, _BEFORE)
    _index_messages("customer_id", "id")
    op.drop_index("ix_search_documents_inbox", table_name="search_documents")


def _triggers() -> list[str]:
    if op.get_bind().dialect.name != "sqlite":
        return [statement.format(key=_KEY, counted=_COUNTED.format(c="c."), counting=_COUNTING) for statement in _POSTGRESQL]
    old = _SQLITE_ADD.format(key=_KEY, counted=_COUNTED.format(c="old."), by="-1")
    new = _SQLITE_ADD.format(key=_KEY, counted=_COUNTED.format(c="new."), by="1")
    return [statement.format(old=old, new=new, counting=_COUNTING) for statement in _SQLITE]


def _replace(old: tuple[tuple[str, tuple[str, ...], str | None], ...], new: tuple[tuple[str, tuple[str, ...], str | None], ...]) -> None:
    for name, *_ in old:
        op.drop_index(name, table_name="cases")
    for name, columns, where in new:
        partial = sa.text(where) if where else None
        op.create_index(name, "cases", list(columns), sqlite_where=partial, postgresql_where=partial)


def _index_messages(*columns: str) -> None:
    op.drop_index("ix_messages_customer", table_name="messages")
    op.create_index("ix_messages_customer", "messages", list(columns))
