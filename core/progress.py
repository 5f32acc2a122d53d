"""The state of the engine as screens show it: jobs, what runs, what finished, what failed. `core.browse` fills it.

Plain records with figures derived from them; nothing here reads or writes anything.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

FEW_GAPS = 3  # with fewer, the mean since the start tells more
LONG_GAP = 10  # times the usual
_TERMS = re.compile(r"\bcaps?\b|\bpriced?\b|\bmodel\b", re.IGNORECASE)


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
    pause_after_tier: bool = False
    priority: int = 0
    warned_percent: int = 0

    @property
    def is_open(self) -> bool:
        """Queued, running or paused."""
        return self.status in ("queued", "running", "paused")

    @property
    def terminal(self) -> int:
        """Items that will not change any more."""
        return self.done + self.failed + self.cancelled

    @property
    def ended(self) -> int:
        """Items that were written or failed: how far the job came, without those that were dropped or not begun."""
        return self.done + self.failed

    @property
    def percent(self) -> int:
        """Ended items of all, in whole percent."""
        return 100 * self.ended // self.total if self.total else 0

    @property
    def is_simulated(self) -> bool:
        """Whether the money is only what practice would have cost."""
        return self.provider == "simulated"

    @property
    def wants_terms(self) -> bool:
        """Whether it paused for something that a higher cap or another model mends."""
        of_job = _TERMS.search(self.reason) and not self.reason.startswith("The overall cap ")
        return self.status == "paused" and bool(of_job)

    @property
    def cap_percent(self) -> int:
        """How much of its cap is spent, in whole percent; 0 without a cap."""
        return 100 * self.actual_microusd // self.cap_microusd if self.cap_microusd else 0

    @property
    def outcome(self) -> str:
        """What it came to, in a line: `Job 3 is done: 49 of 50 written, 1 failed`."""
        text = f"Job {self.id} {self.standing}: {self.done:,} of {self.total:,} written"
        text += f", {self.failed:,} failed" if self.failed else ""
        return text + (f", {self.cancelled:,} not begun" if self.cancelled else "")

    @property
    def standing(self) -> str:
        """How it stands or ended, in words: `was stopped by vi`."""
        if self.status == "cancelled":
            return "was " + (self.reason if self.reason.startswith("stopped") else "stopped")
        if self.stop_requested and self.is_open:
            return "is stopping"
        return {"completed": "is done", "failed": "failed"}.get(self.status, f"is {self.status}")


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
    item_id: int = 0
    cost_microusd: int = 0


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


class WaitingItem(NamedTuple):
    """A row that is still to be written, in the order of the queue."""

    item_id: int
    job_id: int
    conversation_id: str
    number: int
    persona_name: str
    topic: str
    tier: str


class Budget(NamedTuple):
    """The cap over all real calls of the database; None: there is none."""

    cap_microusd: int | None = None
    spent_microusd: int = 0
    reserved_microusd: int = 0
    warned_percent: int = 0


NO_BUDGET = Budget()


class Call(NamedTuple):
    """One call with what was sent and answered, in the order of `data.progress.CALL_COLUMNS`; `request` is JSON."""

    created_at: str
    conversation_id: str
    stage: str
    attempt: int
    model: str
    status_code: int | None
    stop_reason: str
    request_id: str
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cost_microusd: int
    duration_ms: int
    error_class: str
    error_message: str
    request: str | None
    response: str


@dataclass(frozen=True)
class JobView:
    """One job as its screen shows it; the lists are cut where nobody reads on."""

    job: Job
    bars: dict[str, Counter[str]] = field(default_factory=dict)
    running: tuple[RunningItem, ...] = ()
    waiting: tuple[WaitingItem, ...] = ()
    finished: tuple[FinishedItem, ...] = ()
    errors: tuple[FailedItem, ...] = ()
    pace: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    notify: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)

    def seconds_left(self, now: datetime) -> float | None:
        """How long the rest takes at the recent rate; None while nothing tells."""
        return seconds_left(self.job, self.pace, now)


@dataclass(frozen=True)
class Progress:
    """What the progress panel shows. `job` is the open job, else the newest."""

    job: Job | None = None
    jobs: tuple[Job, ...] = ()
    pace: tuple[str, ...] = ()
    budget: Budget = NO_BUDGET
    bars: dict[str, Counter[str]] = field(default_factory=dict)
    running: tuple[RunningItem, ...] = ()
    finished: tuple[FinishedItem, ...] = ()
    errors: tuple[FailedItem, ...] = ()
    worker_alive: bool = False
    worker_message: str = ""
    worker_trouble: str = ""  # why a worker that lives does nothing
    worker_lost: bool = False  # it died or hangs: it has not said goodbye
    worker_starting: bool = False  # it was started so lately that it need not be seen yet
    keys: Mapping[str, str] = field(default_factory=dict)  # of the front end by command, for sentences that name one
    spent_live_microusd: int = 0
    spent_simulated_microusd: int = 0

    def seconds_left(self, now: datetime) -> float | None:
        """How long the rest of the job takes at the recent rate; None while nothing tells."""
        return seconds_left(self.job, self.pace, now) if self.job is not None else None


def seconds_left(job: Job, pace: Sequence[str], now: datetime) -> float | None:
    """How long the rest of a running job takes, from the times at which its last items ended.

    A gap far longer than the usual one was a pause or a closed laptop, and does not count.
    """
    left = job.total - job.terminal
    if job.status != "running" or job.stop_requested or not job.started_at or left <= 0:
        return None
    times = sorted(parse_time(stored) for stored in pace)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    if len(gaps) < FEW_GAPS:
        elapsed = (now - parse_time(job.started_at)).total_seconds()
        return elapsed / job.ended * left if job.ended and elapsed > 0 else None
    # Several are written at once and may end together, so the usual gap is a mean, not a median.
    longest = LONG_GAP * max(1.0, sum(sorted(gaps)[:-1]) / (len(gaps) - 1))
    usual = [gap for gap in gaps if gap <= longest]
    each = sum(usual) / len(usual)
    silent = (now - times[-1]).total_seconds()
    return max(0.0, each * left - max(0.0, min(silent, each)))  # the clock may have been put back


def stage_words(stage: str) -> str:
    """A stage of a row in words: `annotation of turn 2` for `annotation:2`."""
    kind, _, turn = stage.partition(":")
    if not turn:
        return {"judge": "judgement", "score": "scoring"}.get(kind, kind.replace("_", " "))
    return f"turn {turn} again" if kind == "turn" else f"{kind.replace('_', ' ')} of turn {turn}"


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
