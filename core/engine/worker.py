"""The worker: claims items under leases, runs them, keeps everybody informed through the database.

One per database file, held by a lock. It is started by hand (`brightrun worker`) or detached by the app, and obeys
pause and stop within a second. Whatever it had claimed when it dies goes back to the queue when the next one starts.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.engine import presence
from core.engine.providers import ProviderSource
from core.engine.running import JobState, Running
from core.errors import BrightrunError, StorageError
from core.pipeline.pacing import Pacer
from core.pipeline.run_item import run_item
from core.pipeline.work import JobMustStopError, JobSettings, Work
from core.prompting.context import PackContext
from core.prompting.store import pack_context
from data import jobs, queue, workers
from data.engines import Database
from data.replay import Reader
from data.types import utc_now
from data.vocabulary import JobStatus

LEASE_S = 60.0  # far longer than the beat; a call may last longer, the beat keeps its lease alive
BEAT_S = 2.0
LOOK_S = 0.2
FLUSH_S = 0.25
STORAGE_WAIT_S = 5.0
CIRCUIT_FAILURES = 5  # rows in a row that failed for the service's sake

log = logging.getLogger("brightrun.worker")


@dataclass
class Worker:
    """The loop of one worker process."""

    database: Database
    providers: ProviderSource
    linger_s: float = 0.0  # how long to wait for more work; negative: for ever
    most: int = 0  # conversations at the same time, whatever the jobs say; 0: what the jobs say
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  # between the attempts of a row
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")
    _running: dict[int, Running] = field(default_factory=dict)
    _jobs: dict[int, JobState] = field(default_factory=dict)
    _pack: PackContext | None = None
    _draining: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until there is nothing left to do (and nothing came for `linger_s`), or until told to end."""
        self._install_signals()
        async with self.database.write() as session:
            taken_back = await queue.requeue_of_dead_owner(session, self.owner)
            await queue.clear_reservations(session)
            await workers.end_other_workers(session, self.owner, self.clock())
            await self._beat(session)
        log.info("started, pid %s; %s items of a former worker taken back", os.getpid(), taken_back)
        reader = Reader(self.database.path)
        beat = asyncio.create_task(self._beat_for_ever())
        flush = asyncio.create_task(self._flush_for_ever())
        try:
            await self._loop(reader)
        finally:
            for task in (beat, flush):
                task.cancel()
            await asyncio.gather(beat, flush, return_exceptions=True)
            await self._cancel(list(self._running.values()))
            reader.close()
            await self._goodbye()
            await self.providers.close()

    def drain(self) -> None:
        """Finish what is being written, take nothing new, then end. A second call breaks the calls off."""
        if self._draining:
            log.info("breaking off %s; they will be written again", len(self._running))
            for running in self._running.values():
                running.break_off()
        else:
            self._wake_up([running for running in self._running.values() if running.is_resting])
            log.info("asked to end: %s being written are finished first", len(self._running))
        self._draining = True
        self._wake.set()

    def _install_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.drain)
        # A worker in the foreground ends with its terminal like any program; a detached one has none.

    async def _loop(self, reader: Reader) -> None:
        seen, idle_since = -1, asyncio.get_running_loop().time()
        look_again = True
        while True:
            now = asyncio.get_running_loop().time()
            has_work = True
            try:
                version = reader.data_version()
                if look_again or version != seen:
                    seen, look_again = version, False
                    await self._obey()
                    if not self._draining:
                        look_again = await self._claim()
                is_idle = not self._running and not self._draining
                if is_idle and 0 <= self.linger_s <= now - idle_since:
                    has_work = await self.has_work()
                    idle_since, look_again = now, True
            except StorageError as error:
                log.error("storage: %s", error)
                look_again = True
                await self._sleep(STORAGE_WAIT_S)
            if self._running:
                idle_since = now
            elif self._draining or not has_work:
                return
            if self._wake.is_set():
                look_again = True
            await self._sleep(LOOK_S)

    async def _sleep(self, seconds: float) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
        self._wake.set()

    @property
    def is_draining(self) -> bool:
        """Whether it was told to end."""
        return self._draining

    async def has_work(self) -> bool:
        """Whether a job waits that this worker may run or has to end; paused ones and those without a key do not."""
        async with self.database.read() as session:
            found = await jobs.open_jobs(session)
        runnable = self.providers.available()
        return any(
            j["stop_requested"] or (j["status"] != JobStatus.PAUSED and j["provider"] in runnable) for j in found
        )

    async def _obey(self) -> None:
        """Pause and stop what was asked to, and end jobs that are over."""
        async with self.database.read() as session:
            found = await jobs.open_jobs(session)
        for job in found:
            mine = self._of(job["id"])
            if job["stop_requested"] == "now":
                await self._cancel(mine)
            elif job["stop_requested"] or job["status"] == JobStatus.PAUSED:
                self._wake_up([running for running in mine if running.is_resting])
        if any(job["stop_requested"] or job["total"] == _terminal(job) for job in found):
            await self._settle()

    async def _settle(self) -> None:
        async with self.database.write() as session:
            ended = await jobs.settle_jobs(session, self.clock())
        for job_id in ended:
            self._jobs.pop(job_id, None)
            log.info("job %s is over", job_id)

    def _of(self, job_id: int) -> list[Running]:
        return [running for running in self._running.values() if running.held.job_id == job_id]

    def _wake_up(self, resting: list[Running]) -> None:
        """Rows that wait for another attempt go back to the queue: a new attempt would be a new call."""
        for running in resting:
            running.break_off()

    async def _claim(self) -> bool:
        """Fill the free slots, job by job. True when there may be more to take soon without anything being stored."""
        async with self.database.read() as session:
            found = [j for j in await jobs.open_jobs(session) if j["status"] in (JobStatus.QUEUED, JobStatus.RUNNING)]
        runnable = self.providers.available()
        found = [j for j in found if j["provider"] in runnable and not j["stop_requested"]]
        # A single row asked for by hand goes first; then jobs in order of submission.
        found.sort(key=lambda j: (j["type"] != "single", j["id"]))
        states = {job["id"]: state for job in found if (state := await self._state(job)) is not None}
        wanted = max((state.settings.concurrency for state in states.values()), default=0)
        free = (min(wanted, self.most) if self.most else wanted) - len(self._running)
        now, look_again, nothing_left = asyncio.get_running_loop().time(), False, False
        for job in found:
            state = states.get(job["id"])
            if state is None or free <= 0:
                continue
            running = len(self._of(job["id"]))
            if state.free_at > now:
                look_again = True
                continue
            slots = min(free, state.settings.concurrency - running)
            if slots <= 0:
                continue
            claims = await self._take(job, slots)
            free -= len(claims)
            for held in claims:
                self._start(held, state)
            nothing_left = nothing_left or not (claims or running)
        if nothing_left:  # also where rows were deleted, so that the counters never reach the total
            await self._settle()
        return look_again

    async def _take(self, job: dict[str, Any], slots: int) -> list[queue.Claim]:
        async with self.database.write() as session:
            tiers = await queue.tiers_to_claim(session, job["id"]) if job["pause_after_tier"] else None
            return await queue.claim(
                session, self.owner, job["id"], slots=slots, now=self.clock(), lease_s=LEASE_S, tiers=tiers
            )

    async def _state(self, job: dict[str, Any]) -> JobState | None:
        """What is kept for a job; None, and the job paused with the reason, when it cannot be run."""
        if job["id"] not in self._jobs:
            try:
                settings = JobSettings.of(job)
                async with self.database.read() as session:
                    self._pack = await pack_context(session)
            except StorageError:
                raise
            except BrightrunError as error:
                await self._set_paused(job["id"], str(error))
                return None
            # The simulator knows no limit worth waiting for; its headers would say so after the first call.
            rate = 100_000 if settings.provider == "simulated" else settings.requests_per_minute
            self._jobs[job["id"]] = JobState(settings, Pacer(rate))
        return self._jobs[job["id"]]

    async def _set_paused(self, job_id: int, reason: str) -> None:
        log.warning("job %s pauses: %s", job_id, reason)
        async with self.database.write() as session:
            values = {"status": JobStatus.PAUSED, "reason": reason}
            await jobs.set_job(session, job_id, values, only=(JobStatus.QUEUED, JobStatus.RUNNING))

    def _start(self, held: queue.Claim, state: JobState) -> None:
        async def run() -> None:
            await self._run(held, state)

        task = asyncio.create_task(run(), name=held.conversation_id)
        self._running[held.item_id] = Running(held, task, step="preparing prompt")
        log.info("job %s: %s begins (claim %s)", held.job_id, held.conversation_id, held.fence)

    async def _run(self, held: queue.Claim, state: JobState) -> None:
        def report(stage: str, step: str, text: str) -> None:
            running = self._running.get(held.item_id)
            if running is not None:
                running.stage, running.step, running.text, running.dirty = stage, step, text, True

        try:
            provider = await self.providers.get(state.settings)
            assert self._pack is not None
            work = Work(
                self.database,
                provider,
                state.settings,
                self._pack,
                state.pacer,
                report,
                clock=self.clock,
                sleep=self._resting(held, self.sleep),
                rest=self._resting(held, asyncio.sleep),
            )
            outcome = await run_item(held, work)
            log.info("job %s: %s %s", held.job_id, held.conversation_id, outcome or "done")
            await self._watch_circuit(held, state, outcome)
        except asyncio.CancelledError:
            try:
                await asyncio.shield(self._give_back(held))
            except StorageError as error:  # the next worker takes it back
                log.error("%s", error)
        except JobMustStopError as error:
            await self._pause_job(held, str(error))
        except queue.LeaseLostError as error:
            log.warning("%s", error)
        except BrightrunError as error:
            await self._pause_job(held, str(error))
        except Exception as error:  # a defect of ours must not take the other rows along
            log.exception("%s failed unexpectedly", held.conversation_id)
            await self._pause_job(held, f"An unexpected {type(error).__name__} in the worker; its log has the details.")
        finally:
            self._running.pop(held.item_id, None)
            if state.settings.concurrency == 1:
                state.free_at = asyncio.get_running_loop().time() + state.settings.pause_between
            self._wake.set()

    def _resting(
        self, held: queue.Claim, sleep: Callable[[float], Awaitable[None]]
    ) -> Callable[[float], Awaitable[None]]:
        """Sleep so that a pause, a stop or the end of the worker need not wait for it."""

        async def rest(seconds: float) -> None:
            running = self._running[held.item_id]
            running.is_resting = True
            try:
                await sleep(seconds)
            finally:
                running.is_resting = False

        return rest

    async def _watch_circuit(self, held: queue.Claim, state: JobState, outcome: str) -> None:
        """Sustained failure of the service pauses the job instead of burning through its rows."""
        state.failures_in_a_row = state.failures_in_a_row + 1 if outcome else 0
        if state.failures_in_a_row < CIRCUIT_FAILURES:
            return
        state.failures_in_a_row = 0
        await self._set_paused(held.job_id, f"{CIRCUIT_FAILURES} rows failed in a row, the last one: {outcome}")

    async def _pause_job(self, held: queue.Claim, reason: str) -> None:
        """Pause the job and give the row back; on a full disk that has to wait until there is room again."""
        while True:
            try:
                await self._set_paused(held.job_id, reason)
                await self._give_back(held)
                return
            except StorageError as error:
                log.error("%s", error)
                await asyncio.sleep(STORAGE_WAIT_S)

    async def _give_back(self, held: queue.Claim) -> None:
        try:
            async with self.database.write() as session:
                await queue.release(session, held)
        except queue.LeaseLostError as error:
            log.warning("%s", error)

    async def _cancel(self, running: list[Running]) -> None:
        """Break off calls. An answer that is here already is paid for, so it is stored first."""
        tasks = {one.task for one in running}
        while tasks:
            for one in running:
                one.break_off()
            _, tasks = await asyncio.wait(tasks, timeout=FLUSH_S)

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                async with self.database.write() as session:
                    await self._beat(session)
                    until = self.clock() + timedelta(seconds=LEASE_S)
                    await queue.extend_leases(session, self.owner, list(self._running), until)
            except StorageError as error:
                log.error("heartbeat: %s", error)

    async def _beat(self, session: Any) -> None:
        has_key = "live" in self.providers.available()
        await presence.tell_alive(session, self.owner, running=len(self._running), has_key=has_key, now=self.clock())

    async def _goodbye(self) -> None:
        try:
            async with self.database.write() as session:
                await presence.tell_gone(session, self.owner, now=self.clock())
        except StorageError as error:
            log.error("goodbye: %s", error)
        log.info("ended")

    async def _flush_for_ever(self) -> None:
        """All streams' text in one transaction, four times a second, and only what changed."""
        while True:
            await asyncio.sleep(FLUSH_S)
            dirty = [r for r in self._running.values() if r.dirty]
            if not dirty:
                continue
            for running in dirty:
                running.dirty = False
            try:
                async with self.database.write() as session:
                    await queue.write_partials(session, [(r.held, r.stage, r.step, r.text) for r in dirty])
            except StorageError as error:
                log.error("progress: %s", error)


def _terminal(job: dict[str, Any]) -> int:
    return int(job["done"] + job["failed"] + job["cancelled"])
