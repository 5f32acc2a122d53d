"""Quality: what a judge said, and marks of every message by which repetition across conversations is found."""

import sqlalchemy as sa
from alembic import op

from data.types import Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quality_metrics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judge", Json, nullable=True))
    op.create_table(
        "text_marks",
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("turn_number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "mark", "conversation_id", "turn_number", "role"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("text_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_marks_conversation_id"), ["conversation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("text_marks")
    with op.batch_alter_table("quality_metrics", schema=None) as batch_op:
        batch_op.drop_column("judge")
