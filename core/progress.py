"""The state of the engine as screens show it: jobs, what runs, what finished, what failed. `core.browse` fills it.

Plain records with figures derived from them; nothing here reads or writes anything.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple


class Job(NamedTuple):
    """A job, in the order of `data.progress.JOB_COLUMNS`; money in micro-dollars, times as stored."""

    id: int
    type: str
    provider: str
    status: str
    stop_requested: str
    reason: str
    total: int
    done: int
    failed: int
    cancelled: int
    estimated_microusd: int
    actual_microusd: int
    reserved_microusd: int
    cap_microusd: int | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    created_by: str
    calls: int
    input_tokens: int
    output_tokens: int

    @property
    def is_open(self) -> bool:
        """Queued, running or paused."""
        return self.status in ("queued", "running", "paused")

    @property
    def terminal(self) -> int:
        """Items that will not change any more."""
        return self.done + self.failed + self.cancelled

    @property
    def percent(self) -> int:
        """Terminal items of all, in whole percent."""
        return 100 * self.terminal // self.total if self.total else 0

    def seconds_left(self, now: datetime) -> float | None:
        """Estimate from the rate so far; None while there is no rate."""
        finished = self.done + self.failed
        if not self.started_at or not finished or self.status != "running":
            return None
        elapsed = (now - parse_time(self.started_at)).total_seconds()
        return max(0.0, elapsed / finished * (self.total - self.terminal))


class RunningItem(NamedTuple):
    """A row being written now."""

    item_id: int
    job_id: int
    conversation_id: str
    number: int
    persona_name: str
    topic: str
    stage: str
    step: str
    started_at: str | None


class FinishedItem(NamedTuple):
    """A row written not long ago."""

    conversation_id: str
    number: int
    persona_name: str
    topic: str
    quality_score: float | None
    finished_at: str


class FailedItem(NamedTuple):
    """A row that failed, until it is dismissed or retried."""

    item_id: int
    job_id: int
    conversation_id: str
    number: int
    persona_name: str
    topic: str
    error: str
    attempts: int


@dataclass(frozen=True)
class Progress:
    """What the progress panel shows. `job` is the open job, else the newest."""

    job: Job | None = None
    jobs: tuple[Job, ...] = ()
    bars: dict[str, Counter[str]] = field(default_factory=dict)
    running: tuple[RunningItem, ...] = ()
    finished: tuple[FinishedItem, ...] = ()
    errors: tuple[FailedItem, ...] = ()
    worker_alive: bool = False
    worker_message: str = ""
    spent_live_microusd: int = 0
    spent_simulated_microusd: int = 0


def parse_time(stored: str) -> datetime:
    """A time as the database stores it, aware."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def local_time(stored: str | None, *, now: datetime | None = None) -> str:
    """A stored time for people: the hour today, else the date, in the zone of this machine."""
    if not stored:
        return ""
    moment = parse_time(stored).astimezone()
    today = (now or datetime.fromtimestamp(time.time(), UTC)).astimezone().date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%m-%d}"
