"""The rows of orders. Leases carry a fence: a number that grows with every claim, so that a worker whose lease lapsed
cannot commit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from data.types import Recorded, UtcDateTime
from data.vocabulary import ItemStatus

_ITEM_STATUSES = ", ".join(f"'{s}'" for s in ItemStatus)


class QueueItem(Recorded, table=True):
    """One conversation of a job. A conversation is in at most one open item."""

    __tablename__ = "generation_queue"
    __table_args__ = (
        CheckConstraint(f"status IN ({_ITEM_STATUSES})", name="item_status_is_known"),
        Index(
            "one_open_item_per_conversation",
            "conversation_id",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            # The same for PostgreSQL stands in the migration: named here it would load that dialect everywhere.
        ),
        Index("queue_by_status_and_position", "status", "position"),
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="generation_jobs.id", ondelete="CASCADE", index=True)
    conversation_id: str = Field(foreign_key="conversations.conversation_id", ondelete="CASCADE", index=True)
    position: int
    status: str = Field(default=ItemStatus.QUEUED, index=True)
    attempts: int = 0
    template_version_id: int | None = Field(default=None, foreign_key="prompt_templates.id")
    note: str = ""
    lease_owner: str = ""
    lease_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int = 0
    stage: str = ""
    step: str = ""
    partial_text: str = ""
    error: str = ""
    error_dismissed: bool = False
    estimated_cost_microusd: int = 0
    actual_cost_microusd: int = 0
    # What the row was before it was ordered: what is cancelled becomes that again, if it has its text.
    former_status: str = Field(default="", sa_column_kwargs={"server_default": ""})
    drop_requested: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
