"""Views under a name, the index behind text search, and what lists of 100,000 rows are sorted and counted by."""

import sqlalchemy as sa
from alembic import op

from data import search
from data.types import Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SORTED_BY = ("rubric_overall", "generation_duration_ms", "actual_cost_microusd", "turn_count", "reviewed_by")
OVERVIEW = (
    *("status", "tier", "persona_id", "generation_method", "needs_review", "starting_emotion", "ending_emotion"),
    *("content_category", "intent", "tone", "role_pair", "topic_cluster", "outcome", "arc_id", "quality_score"),
    *("turn_count", "ready_for_training", "is_seed_example", "split", "reviewed_by", "verdict_reason"),
    *("template_version_id", "number"),
)
OVERVIEW_BEFORE = (
    *("status", "tier", "persona_id", "starting_emotion", "ending_emotion", "content_category", "intent", "tone"),
    *(
        "role_pair",
        "topic_cluster",
        "outcome",
        "arc_id",
        "needs_review",
        "quality_score",
        "generation_method",
        "number",
    ),
)


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("columns", Json, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    for column in SORTED_BY:
        op.create_index(f"ix_conversations_{column}", "conversations", [column])
    op.drop_index("conversations_overview", "conversations")
    op.create_index("conversations_overview", "conversations", list(OVERVIEW))
    if op.get_bind().dialect.name == "sqlite":
        search.create(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        search.drop(op.get_bind())
    op.drop_index("conversations_overview", "conversations")
    op.create_index("conversations_overview", "conversations", list(OVERVIEW_BEFORE))
    for column in SORTED_BY:
        op.drop_index(f"ix_conversations_{column}", "conversations")
    op.drop_table("saved_views")
