"""A cap over all jobs, the buckets of the service's limits, and the order and warnings of jobs.

What real calls have cost until now is counted under the overall cap from its first day.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from data.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    budgets = op.create_table(
        "budgets",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cap_microusd", sa.Integer(), nullable=True),
        sa.Column("follows_settings", sa.Boolean(), nullable=False),
        sa.Column("spent_microusd", sa.Integer(), nullable=False),
        sa.Column("reserved_microusd", sa.Integer(), nullable=False),
        sa.Column("warned_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("reserved_microusd >= 0", name="budget_reserved_is_not_negative"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "rate_buckets",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("requests_limit", sa.Float(), nullable=False),
        sa.Column("requests_level", sa.Float(), nullable=False),
        sa.Column("input_limit", sa.Float(), nullable=True),
        sa.Column("input_level", sa.Float(), nullable=False),
        sa.Column("output_limit", sa.Float(), nullable=True),
        sa.Column("output_level", sa.Float(), nullable=False),
        sa.Column("level_at", UtcDateTime(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account", "model"),
    )
    # Columns are added without a rebuild of the table: a rebuild would delete the rows that refer to it.
    for name in ("priority", "warned_percent"):
        op.add_column("generation_jobs", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("generation_queue", sa.Column("former_status", sa.String(), nullable=False, server_default=""))
    op.add_column("generation_queue", sa.Column("drop_requested", sa.Boolean(), nullable=False, server_default="0"))
    spent = op.get_bind().execute(
        sa.text("SELECT coalesce(sum(actual_cost_microusd), 0) FROM generation_jobs WHERE provider <> 'simulated'")
    )
    now = datetime.now(UTC)
    op.bulk_insert(
        budgets,
        [
            {
                "created_at": now,
                "created_by": "brightrun",
                "updated_at": now,
                "name": "overall",
                "cap_microusd": None,
                "follows_settings": True,
                "spent_microusd": int(spent.scalar_one()),
                "reserved_microusd": 0,
                "warned_percent": 0,
            }
        ],
    )


def downgrade() -> None:
    for name in ("drop_requested", "former_status"):
        op.drop_column("generation_queue", name)
    for name in ("warned_percent", "priority"):
        op.drop_column("generation_jobs", name)
    op.drop_table("rate_buckets")
    op.drop_table("budgets")
