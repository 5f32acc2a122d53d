"""The engine in our own tables on SQLite: the job's row says what is wanted, one worker process per file obeys.

Where no worker is alive this adapter ends and gives back what would otherwise wait for one, holding the worker's lock
meanwhile. It never calls a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.engine import launch, lock, notices
from core.engine.port import Command, Dropped, NewJob, Place, SeenWorker
from core.errors import GenerationError, NotFoundError, SettingsError
from core.settings.keys import find_access
from core.status import CAN_REGENERATE
from data import audit, billing, conversations, jobs, queue, steering, workers
from data.engines import AsyncSession, Database
from data.types import utc_now
from data.vocabulary import OPEN_JOBS, JobStatus, Status


class EmbeddedEngine:
    """The adapter for one database file."""

    def __init__(self, database: Database, key_file: str = "", *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self.key_file = key_file

    async def submit(self, job: NewJob, *, by: str) -> int:
        """Store a job and queue its rows, all or none. Raises StorageError when a row changed meanwhile."""
        async with self._database.write() as session:
            job_id = await jobs.create_job(session, job.values, job.items, sorted(job.statuses), job.texts)
            await _audit(session, "submit", job_id, by, rows=len(job.items), provider=job.values["provider"])
        return job_id

    async def pause(self, job_id: int, *, by: str) -> None:
        """Begin nothing new; what is being written is finished."""
        values = {"status": JobStatus.PAUSED, "reason": f"paused by {by}"}
        await self._command(job_id, "pause", by, values, (JobStatus.QUEUED, JobStatus.RUNNING))

    async def resume(self, job_id: int, *, by: str, changes: Mapping[str, Any] | None = None) -> None:
        """Go on with a paused job, with other terms where `changes` of its row are given."""
        values = {"status": JobStatus.QUEUED, "reason": "", **(changes or {})}
        await self._command(job_id, "resume", by, values, (JobStatus.PAUSED,), **(changes or {}))

    async def stop(self, job_id: int, *, by: str, now: bool) -> None:
        """End a job: what is being written is finished, or with `now` broken off; the rest is given back."""
        values = {"stop_requested": "now" if now else "drain", "reason": f"stopped by {by}"}
        await self._command(job_id, "stop now" if now else "stop", by, values, OPEN_JOBS)
        await self._settle_alone()

    async def failed_rows(self, job_id: int) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """A job and those of its rows that failed and were not generated since: what a retry takes."""
        async with self._database.read() as session:
            job = await jobs.get_job(session, job_id)
            if job is None:
                raise no_such_job(job_id)
            failed = [i["conversation_id"] for i in await jobs.items_of(session, job_id) if i["status"] == "failed"]
            rows = await conversations.get_many(session, failed)
        return job, tuple(i for i in failed if i in rows and _is_failed_still(rows[i]))

    async def drop_item(self, job_id: int, conversation_id: str, *, by: str) -> Dropped:
        """Take one row out of an open job; "absent" when it is in none of its open items."""
        async with self._database.write() as session:
            how = await steering.drop(session, job_id, conversation_id, self._clock())
            if how != "absent":
                await _audit(session, "drop", job_id, by, row=conversation_id)
        if how != "absent":
            await self._settle_alone()
        return how

    async def move_item(self, job_id: int, conversation_id: str, *, to: Place, by: str) -> bool:
        """Change when a waiting row is taken; False when it does not wait."""
        async with self._database.write() as session:
            moved = await steering.move(session, job_id, conversation_id, to)
            if moved:
                await _audit(session, "move", job_id, by, row=conversation_id, to=to)
        return moved

    async def prioritise(self, job_id: int, *, by: str) -> bool:
        """Let a job go before all other open ones; False when it is over."""
        async with self._database.write() as session:
            first = await steering.put_first(session, job_id)
            if first:
                await _audit(session, "prioritise", job_id, by)
        return first

    def alive_workers(self) -> tuple[SeenWorker, ...]:
        """The worker of this file, if it was heard of lately."""
        holder = lock.look_at_lock(self._database.path)
        if holder is None or holder.is_silent:
            return ()
        seen = holder.signature
        return (SeenWorker(seen.pid, seen.host, seen.silent_s, seen.message) if seen else SeenWorker(0, "", 0.0),)

    def ensure_worker(self) -> str:
        """Start a worker process unless one is alive. Empty, or a sentence why none could be started."""
        try:
            access = find_access(self.key_file)
        except SettingsError:
            access = None  # the worker says what is wrong with the key file
        return launch.ensure_worker(self._database.path, access.mark if access else "")

    async def _settle_alone(self) -> None:
        """Where no worker is alive, end what is asked to end; what is paid for is left to the next worker."""
        path = self._database.path
        held = lock.hold_worker_lock(path) or lock.take_over(path)
        if held is None:
            return  # the worker does it
        try:  # nobody else would, and as long as the lock is held no worker claims anything
            async with self._database.write() as session:
                await workers.end_other_workers(session, "", self._clock())
                await queue.requeue_of_dead_owner(session, "")
                await billing.clear_reservations(session)
                await steering.cancel_dropped(session, self._clock())
                await notices.settle(session, self._clock())
                others = await jobs.open_jobs(session)
        finally:
            lock.release_worker_lock(held)
        if any(job["status"] != JobStatus.PAUSED or job["stop_requested"] for job in others):
            self.ensure_worker()  # one that started in this moment found the lock held and went away

    async def _command(
        self, job_id: int, action: Command, by: str, values: Mapping[str, Any], only: tuple[JobStatus, ...], **more: Any
    ) -> None:
        async with self._database.write() as session:
            if not await jobs.set_job(session, job_id, values, only=only):
                job = await jobs.get_job(session, job_id)
                if job is None:
                    raise no_such_job(job_id)
                raise GenerationError(f"Job {job_id} is {job['status']}: it cannot {action.split()[0]}.")
            await _audit(session, action, job_id, by, **more)


def _is_failed_still(row: Mapping[str, Any]) -> bool:
    """Whether nothing came of a row since it failed. One that had a text kept it, and only says why it failed."""
    if row["status"] == Status.FAILED:
        return True
    return bool(row["turn_count"] and row["error_message"]) and row["status"] in CAN_REGENERATE


def no_such_job(job_id: int) -> NotFoundError:
    """What to say about a job that is not there."""
    return NotFoundError(f"There is no job {job_id}.", "brightrun jobs list shows all.")


async def _audit(session: AsyncSession, action: Command, job_id: int, by: str, **after: Any) -> None:
    await audit.record(session, [audit.entry(by, action, "job", str(job_id), after=after)])
