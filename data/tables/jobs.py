"""Orders to generate, what each stage of a row produced, every attempt, and the workers that do it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from data.types import Recorded, UtcDateTime, json_field
from data.vocabulary import JobStatus

_JOB_STATUSES = ", ".join(f"'{s}'" for s in JobStatus)


class GenerationJob(Recorded, table=True):
    """One order; everything that decides the result is frozen in it when it is submitted."""

    __tablename__ = "generation_jobs"
    __table_args__ = (
        CheckConstraint(f"status IN ({_JOB_STATUSES})", name="job_status_is_known"),
        CheckConstraint("reserved_microusd >= 0", name="reserved_is_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    type: str
    order: str = "plan"
    provider: str
    settings: dict[str, Any] | None = json_field()
    cap_microusd: int | None = None
    pause_after_tier: bool = False
    notify: dict[str, Any] | None = json_field()
    status: str = Field(default=JobStatus.QUEUED, index=True)
    stop_requested: str = ""  # "", "drain" or "now"
    reason: str = ""
    total: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    estimated_cost_microusd: int = 0
    actual_cost_microusd: int = 0
    reserved_microusd: int = 0
    warned_percent: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # of the cap, told already
    priority: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # higher goes first
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    results_summary: dict[str, Any] | None = json_field()


class StageOutput(Recorded, table=True):
    """What a stage of an item produced; a stage whose output exists is never run again."""

    __tablename__ = "stage_outputs"

    item_id: int = Field(foreign_key="generation_queue.id", ondelete="CASCADE", primary_key=True)
    stage: str = Field(primary_key=True)
    output: dict[str, Any] | None = json_field()
    model: str = ""
    repaired: bool = False


class GenerationLog(Recorded, table=True):
    """One API call, whether it helped or not. No foreign keys: a failure record is never refused."""

    __tablename__ = "generation_logs"

    id: int | None = Field(default=None, primary_key=True)
    job_id: int | None = Field(default=None, index=True)
    item_id: int | None = Field(default=None, index=True)
    conversation_id: str = Field(default="", index=True)
    stage: str = ""
    attempt: int = 1
    template_version_id: int | None = None
    parameters: dict[str, Any] | None = json_field()
    request: dict[str, Any] | None = json_field()
    response: str = ""
    status_code: int | None = None
    request_id: str = ""
    stop_reason: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cost_microusd: int = 0
    duration_ms: int = 0
    error_class: str = ""
    error_message: str = ""


class Worker(Recorded, table=True):
    """A process that generates: when it was last heard of, its version, host and load."""

    __tablename__ = "workers"

    id: int | None = Field(default=None, primary_key=True)
    worker_key: str = Field(unique=True)
    host: str = ""
    pid: int = 0
    version: str = ""
    heartbeat_at: datetime = Field(sa_type=UtcDateTime, index=True)
    running: int = 0
    has_key: bool = False
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = ""


class Budget(Recorded, table=True):
    """A cap over several jobs: "overall" is over all real calls of this database, practice is not counted."""

    __tablename__ = "budgets"
    __table_args__ = (CheckConstraint("reserved_microusd >= 0", name="budget_reserved_is_not_negative"),)

    name: str = Field(primary_key=True)
    cap_microusd: int | None = None
    follows_settings: bool = True  # the cap is the one of the settings, until it is set by hand
    spent_microusd: int = 0
    reserved_microusd: int = 0
    warned_percent: int = 0


class RateBucket(Recorded, table=True):
    """What the service still lets an account do with a model, per minute; shared by all jobs and workers.

    `account` names provider and address, never the key. A limit that is NULL is not known.
    """

    __tablename__ = "rate_buckets"

    account: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    requests_limit: float
    requests_level: float
    input_limit: float | None = None
    input_level: float = 0.0
    output_limit: float | None = None
    output_level: float = 0.0
    level_at: datetime = Field(sa_type=UtcDateTime)
    held_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
