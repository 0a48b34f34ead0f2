"""Who else a message was written to: agents see it."""

import sqlalchemy as sa
from alembic import op

from migrations.types import JSON

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of messages that are there already nobody knows."""
    op.add_column("messages", sa.Column("participants", JSON, nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("messages", "participants")
