"""Whether a conversation's annotation is complete stands in its row, so that 100,000 can be filtered and counted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OVERVIEW_BEFORE = (
    *("status", "tier", "persona_id", "generation_method", "needs_review", "starting_emotion", "ending_emotion"),
    *("content_category", "intent", "tone", "role_pair", "topic_cluster", "outcome", "arc_id", "quality_score"),
    *("turn_count", "ready_for_training", "is_seed_example", "split", "reviewed_by", "verdict_reason"),
    *("template_version_id", "number"),
)
AFTER = OVERVIEW_BEFORE.index("ready_for_training") + 1
OVERVIEW = (*OVERVIEW_BEFORE[:AFTER], "annotation_complete", *OVERVIEW_BEFORE[AFTER:])


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column("annotation_complete", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("conversations", column)
    op.execute(
        "UPDATE conversations SET annotation_complete = true WHERE conversation_id IN "
        "(SELECT conversation_id FROM quality_metrics WHERE all_required_fields_complete)"
    )
    op.drop_index("conversations_overview", "conversations")
    op.create_index("conversations_overview", "conversations", list(OVERVIEW))


def downgrade() -> None:
    op.drop_index("conversations_overview", "conversations")
    op.create_index("conversations_overview", "conversations", list(OVERVIEW_BEFORE))
    op.drop_column("conversations", "annotation_complete")
