"""How Alembic is to compare models with a database, and to spell what differs."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, BigInteger, Dialect
from sqlalchemy.engine import make_url
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from kernel.db import Moment

_SQLITE: Dialect = make_url("sqlite+aiosqlite://").get_dialect()()
_POSTGRESQL: Dialect = make_url("postgresql+asyncpg://").get_dialect()()

# What full-text search keeps beside its table: models cannot say it, so a revision does.
_SEARCH_TABLE = "search_index"
_SEARCH_PARTS = {"tsv", "ix_search_documents_tsv"}


def include_object(item: SchemaItem, name: str | None, kind: str, reflected: bool, compared_with: SchemaItem | None) -> bool:
    """Say whether Alembic is to compare something; what only the full-text indexes own is left alone."""
    if not reflected or name is None:
        return True
    return name not in _SEARCH_PARTS and not name.startswith(_SEARCH_TABLE)


def render_item(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Return how a revision spells one of our column types, or False for Alembic's own way."""
    if kind != "type" or not isinstance(item, TypeEngine):
        return False
    if isinstance(item, Moment):
        return "MOMENT"
    if isinstance(item, BigInteger) and item.compile(_SQLITE) == "INTEGER":
        return "ID"
    if isinstance(item, JSON) and item.compile(_POSTGRESQL) == "JSONB":
        return "JSON"
    return False
