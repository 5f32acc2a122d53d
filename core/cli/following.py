"""Follows a job until it is over or paused: a progress line on a terminal, a line for every tenth elsewhere.

Leaving (Ctrl+C) never touches the job. A worker that ended too early is started again, a few times.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.invocation import Invocation
from core.cli.output import ProgressLine, complain, notice, show_json
from core.errors import GenerationError
from core.watching import WORKER_SILENCE_S

if TYPE_CHECKING:
    from core.browse import Browser, Job, Progress
    from core.services import Services

POLL_S = 0.2
WORKER_START_S = 10.0  # a worker that has not taken its lock by then did not start
WORKER_STARTS = 3  # how often a job that is waited for may start another worker
_ITEM = (
    *("conversation_id", "position", "status", "attempts", "stage", "step", "error"),
    *("estimated_cost_microusd", "actual_cost_microusd"),
)


def job_document(job: dict[str, Any]) -> dict[str, Any]:
    """A job with its items as JSON values, under the names of `core.browse.Job`."""
    from core.browse import Job
    from data.progress import JOB_COLUMNS

    seen = Job._make(job[name] for name in JOB_COLUMNS)
    return {
        **seen._asdict(),
        "percent": seen.percent,
        "results_summary": job["results_summary"],
        "costs": job["costs"],
        "items": [{name: item[name] for name in _ITEM} for item in job["items"]],
    }


async def see_worker(services: Services) -> bool:
    """Wait until the worker that was started has its lock; tell when none could be started."""
    from core.engine.launch import is_worker_alive, log_path

    if services.generation.worker_trouble:
        complain(services.generation.worker_trouble)
    until = time.monotonic() + WORKER_START_S
    while not is_worker_alive(services.database.path):
        if time.monotonic() > until:
            complain(services.generation.ensure_worker() or f"The worker did not start; see {log_path()}.")
            notice("The job is queued. Start a worker yourself: brightrun worker")
            return False
        await asyncio.sleep(0.05)
    return True


async def follow(invocation: Invocation, services: Services, job_id: int) -> int:
    """Show progress until the job is over or paused, then say how it went."""
    try:
        with invocation.browser() as browser:
            await _until_over(browser, services, job_id)
    except (KeyboardInterrupt, asyncio.CancelledError):
        notice(f"\nJob {job_id} goes on without you: brightrun jobs show {job_id}, or stop {job_id}.")
        raise
    job = await services.generation.job(job_id)
    failed = [item for item in job["items"] if item["status"] == "failed"]
    for item in failed:
        complain(f"{item['conversation_id']}: {item['error']}")
    if invocation.as_json:
        show_json(job_document(job))
    done = f"{job['done']} of {job['total']} done{f', {len(failed)} failed' if failed else ''}"
    again = f"brightrun jobs retry {job_id} generates what failed again." if failed else ""
    if job["status"] == "paused":
        complain(
            f"Job {job_id} is paused: {done}. {job['reason']}",
            f"Go on with brightrun jobs resume {job_id}, or end it with brightrun jobs stop {job_id}.",
        )
    elif job["status"] == "completed" and not failed:
        notice(f"Job {job_id} is completed: {done}.")
    else:
        ended = {"cancelled": f"was {job['reason'] or 'stopped'}", "completed": "is completed"}
        complain(f"Job {job_id} {ended.get(job['status'], job['status'])}: {done}.", again)
    return 0 if job["status"] == "completed" and not failed else 1


async def _until_over(browser: Browser, services: Services, job_id: int) -> None:
    from core.engine.launch import is_worker_alive, log_path

    line = ProgressLine()
    silent_since, starts = time.monotonic(), 1
    looked_at, told_silence = silent_since, False
    look, keyless_since = True, 0.0
    while True:
        if look or browser.changed():
            look = False
            progress = browser.progress()
            job = next((j for j in progress.jobs if j.id == job_id), None)
            if job is None or not job.is_open or job.status == "paused":
                line.clear()
                return
            line.show(job.percent, _progress_text(job, progress))
            waits = bool(progress.worker_message) and job.provider == "live" and job.status == "queued"
            keyless_since = (keyless_since or time.monotonic()) if waits else 0.0
            if waits and time.monotonic() - keyless_since > WORKER_START_S:  # one with this key may be on its way
                line.clear()
                raise GenerationError(
                    f"Job {job_id} waits: the worker has no API key.",
                    "Stop that worker, set ANTHROPIC_API_KEY, and run brightrun worker.",
                )
            told_silence = told_silence and not progress.worker_alive
        await asyncio.sleep(POLL_S)
        now = time.monotonic()
        if is_worker_alive(services.database.path):
            silent_since = now
            if now - looked_at > WORKER_SILENCE_S:  # whoever stores nothing does not show as a change
                looked_at, look = now, True
                progress = browser.progress()
                if not told_silence and (progress.worker_trouble or not progress.worker_alive):
                    told_silence = True
                    line.clear()
                    why = progress.worker_trouble or why_silent(services.database.path)
                    notice(f"The worker cannot store anything: {why} It goes on by itself.")
        elif now - silent_since > WORKER_START_S:
            look, silent_since, starts = True, now, starts + 1
            looked_at = now  # a new one needs a moment until it stores something
            why = services.generation.ensure_worker()
            line.clear()
            if why or starts > WORKER_STARTS:
                raise GenerationError(
                    why or f"The worker ended {WORKER_STARTS} times; {log_path()} says why.",
                    f"Job {job_id} is kept: run brightrun worker.",
                )
            notice("The worker has ended or died: another takes over. What was stored is kept.")


def why_silent(database: Path) -> str:
    """Why a worker that lives has stored nothing for a while, as a sentence with the way out."""
    from core.engine.launch import log_path
    from data.opening import FULL_BYTES

    try:
        free = shutil.disk_usage(database.parent).free
    except OSError:
        free = FULL_BYTES
    if free < FULL_BYTES:
        return f"the disk with {database} is full. Make room."
    return f"another program may hold {database} locked. {log_path()} has the details."


def _progress_text(job: Job, progress: Progress) -> str:
    from core.progress import seconds_left
    from core.providers.pricing import dollars

    running = [item for item in progress.running if item.job_id == job.id]
    pace = progress.pace if progress.job is not None and progress.job.id == job.id else ()
    left = seconds_left(job, pace, datetime.now(UTC))
    parts = [
        f"{job.ended}/{job.total} {job.percent} %",
        f"{span(left)} left" if left else "",
        "SIMULATED" if job.provider == "simulated" else dollars(job.actual_microusd),
        f"{job.failed} failed" if job.failed else "",
        f"{running[0].conversation_id} {running[0].step}" if running else job.status,
    ]
    return "  ".join(part for part in parts if part)


def span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
