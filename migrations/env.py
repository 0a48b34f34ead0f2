"""Alembic's own entry: it is handed an open connection by `migrations.run`, already in a transaction and holding the lock."""

from alembic import context

from migrations.comparing import include_object, render_item
from migrations.metadata import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_object=include_object,
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
