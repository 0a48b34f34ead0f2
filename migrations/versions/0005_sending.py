"""What agents sign with, and when an inbox may send next."""

import sqlalchemy as sa
from alembic import op

from migrations.types import MOMENT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns: nobody signs yet, and every inbox may send."""
    op.add_column("agents", sa.Column("signature", sa.Text(), nullable=True))
    op.add_column("inboxes", sa.Column("next_out_at", MOMENT, nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("inboxes", "next_out_at")
    op.drop_column("agents", "signature")
