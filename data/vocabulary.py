"""Closed sets of values that the tables constrain. Their meaning (transitions, words) lives in core/."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a conversation stands between plan and export."""

    PLANNED = "planned"
    QUEUED = "queued"
    GENERATING = "generating"
    GENERATED = "generated"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    NEEDS_EDIT = "needs_edit"
    REJECTED = "rejected"
    FAILED = "failed"


class Tier(StrEnum):
    """Which kind of plan row a conversation is."""

    SEED = "seed"
    TEMPLATE = "template"
    SCENARIO = "scenario"
    EDGE_CASE = "edge_case"


class Method(StrEnum):
    """How a conversation's text came about; simulated and real results are told apart by it."""

    MANUAL = "manual"
    IMPORTED = "imported"
    SIMULATED = "simulated"
    CLAUDE_API = "claude_api"
    CLAUDE_BATCH = "claude_batch"


PRACTICE_FILE = "practice file "  # how the source of a practice result begins that came in from a file


class JobStatus(StrEnum):
    """State of one order to generate conversations."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ItemStatus(StrEnum):
    """State of one queued row of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_JOBS = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED)
OPEN_ITEMS = (ItemStatus.QUEUED, ItemStatus.RUNNING)
