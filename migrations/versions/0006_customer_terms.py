"""What customers are found by: the words of their names, and their addresses, numbers and handles, each found by its beginning."""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from migrations.types import ID

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORD = re.compile(r"[^\W_]+")
_AT_ONCE = 5_000


def upgrade() -> None:
    """Add the table, and fill it for the customers that are there."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "customer_terms",
        sa.Column("term", sa.String(length=64) if is_sqlite else sa.String(length=64, collation="C"), nullable=False),
        sa.Column("customer_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_customer_terms_customer_id"),
        sa.PrimaryKeyConstraint("term", "customer_id", name="pk_customer_terms"),
        sqlite_with_rowid=False,
    )
    _fill(
        "SELECT id, folded_name FROM customers WHERE id > :after ORDER BY id LIMIT :most", lambda row: (row[0], list(dict.fromkeys(_WORD.findall(row[1])))[:12])
    )
    held = "SELECT id, customer_id, normalised, kind FROM identities WHERE id > :after AND kind <> 'chat' ORDER BY id LIMIT :most"
    _fill(held, lambda row: (row[1], [row[2].lower(), *(_national(row[2]) if row[3] == "phone" else ())]))
    op.create_index("ix_customer_terms_customer_id", "customer_terms", ["customer_id"])


def downgrade() -> None:
    """Read through all names again whenever somebody searches."""
    op.drop_table("customer_terms")


def _national(number: str) -> list[str]:
    if not number.startswith("+") or not number[1:].isdecimal():
        return []
    return [number[end:] for end in (2, 3, 4) if int(number[1:end]) in COUNTRY_CODE_TO_REGION_CODE][:1]


def _fill(query: str, terms_of: Callable[[Any], tuple[int, list[str]]]) -> None:
    bind, after = op.get_bind(), 0
    insert = sa.text("INSERT INTO customer_terms (term, customer_id) VALUES (:term, :customer_id) ON CONFLICT DO NOTHING")
    while rows := bind.execute(sa.text(query), {"after": after, "most": _AT_ONCE}).all():
        found = [terms_of(row) for row in rows]
        values = [{"term": term[:64], "customer_id": customer_id} for customer_id, terms in found for term in terms]
        if values:
            bind.execute(insert, values)
        after = rows[-1][0]
