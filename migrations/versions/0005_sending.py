"""What agents sign with, what conversations began with, when an inbox may send next, and which cases were acknowledged."""

import sqlalchemy as sa
from alembic import op

from migrations.types import ID, MOMENT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table: nobody signs yet, every inbox may send, and no case was acknowledged."""
    op.add_column("agents", sa.Column("signature", sa.Text(), nullable=True))
    op.add_column("conversations", sa.Column("ancestors", sa.Text(), nullable=True))
    op.add_column("inboxes", sa.Column("next_out_at", MOMENT, nullable=True))
    op.create_table(
        "acknowledgements",
        sa.Column("case_id", ID, autoincrement=False, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("inbox_id", ID, nullable=False),
        sa.Column("correspondent", sa.String(length=400), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_acknowledgements_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_acknowledgements_message_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_acknowledgements_inbox_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_acknowledgements"),
        sa.UniqueConstraint("message_id", name="uq_acknowledgements_message_id"),
        sa.UniqueConstraint("inbox_id", "correspondent", "hour", name="uq_acknowledgements_inbox_id_correspondent_hour"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("acknowledgements")
    op.drop_column("inboxes", "next_out_at")
    op.drop_column("conversations", "ancestors")
    op.drop_column("agents", "signature")
