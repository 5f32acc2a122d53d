"""Reads the state of the engine for the screens: jobs, what runs, waits and failed, and whether a worker lives.

`core.browse.Browser` calls it with its saved statements, several times a second. It never writes and never waits.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from core.engine.lock import look_at_lock
from core.progress import Budget, FailedItem, FinishedItem, Job, JobView, Progress, RunningItem, WaitingItem, parse_time

WORKER_SILENCE_S = 10.0  # a worker not heard of for so long counts as gone; it beats every two seconds


class Rows(Protocol):
    """Runs one of the saved statements by its name."""

    def __call__(self, name: str, **values: object) -> list[tuple[Any, ...]]: ...


def read_progress(rows: Rows, database: Path) -> Progress:
    """The state of the engine as the database and the worker's lock file have it."""
    jobs = tuple(Job._make(row) for row in rows("jobs"))
    job = jobs[0] if jobs else None
    worker = rows("workers")
    silence = (datetime.now(UTC) - parse_time(worker[0][2])).total_seconds() if worker else None
    holds_lock, trouble = _worker_at_the_lock(database)
    is_alive = holds_lock or (silence is not None and abs(silence) < WORKER_SILENCE_S)
    spend = {bool(simulated): int(amount or 0) for simulated, amount in rows("spend")}
    return Progress(
        job=job,
        jobs=jobs,
        pace=tuple(row[0] for row in rows("pace", job_id=job.id)) if job else (),
        budget=next((Budget._make(row) for row in rows("budget")), Budget()),
        bars=_bars(rows, job.id) if job else {},
        running=tuple(RunningItem._make(row) for row in rows("running")),
        finished=tuple(FinishedItem._make(row) for row in rows("finished", job_id=job.id)) if job else (),
        errors=tuple(FailedItem._make(row) for row in rows("errors")),
        worker_alive=is_alive,
        worker_lost=bool(worker) and not is_alive,
        worker_trouble=trouble,
        worker_message=worker[0][5] if worker else "",
        spent_live_microusd=spend.get(False, 0),
        spent_simulated_microusd=spend.get(True, 0),
    )


def read_job(rows: Rows, job_id: int) -> JobView | None:
    """One job with its rows, as its screen shows it; None when it is gone."""
    job = next((Job._make(row) for row in rows("jobs") if row[0] == job_id), None)
    if job is None:
        return None
    terms, notify, summary = rows("job_terms", job_id=job_id)[0]
    return JobView(
        job,
        _bars(rows, job_id),
        tuple(item for row in rows("running") if (item := RunningItem._make(row)).job_id == job_id),
        tuple(WaitingItem._make(row) for row in rows("job_waiting", job_id=job_id)),
        tuple(FinishedItem._make(row) for row in rows("finished", job_id=job_id)),
        tuple(FailedItem._make(row) for row in rows("job_errors", job_id=job_id)),
        tuple(row[0] for row in rows("pace", job_id=job_id)),
        *(json.loads(value) if value else {} for value in (terms, notify, summary)),
    )


def _worker_at_the_lock(database: Path) -> tuple[bool, str]:
    """Whether a worker lives, and why it does nothing: its lock file tells that also when nothing can be stored."""
    holder = look_at_lock(database)
    seen = holder.signature if holder else None
    if seen is None:
        return False, ""
    if seen.is_silent:
        return False, f"the worker (process {seen.pid}) hangs or was stopped; the next order replaces it"
    return True, seen.message


def _bars(rows: Rows, job_id: int) -> dict[str, Counter[str]]:
    """Rows of a job by tier and status."""
    bars: dict[str, Counter[str]] = {}
    for tier, status, count in rows("bars", job_id=job_id):
        bars.setdefault(tier, Counter())[status] += count
    return bars
