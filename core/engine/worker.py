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
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.engine.providers import ProviderSource
from core.errors import BrightrunError, StorageError
from core.pipeline.pacing import Pacer
from core.pipeline.run_item import JobMustStopError, JobSettings, Work, run_item
from core.prompting.context import PackContext
from core.prompting.store import pack_context
from core.version import VERSION
from data import queue
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
class _Running:
    """One item being written."""

    held: queue.Claim
    task: asyncio.Task[None]
    stage: str = ""
    step: str = ""
    text: str = ""
    dirty: bool = False


@dataclass
class _JobState:
    """What the worker keeps for a job while it runs."""

    settings: JobSettings
    pacer: Pacer
    failures_in_a_row: int = 0
    free_at: float = 0.0


@dataclass
class Worker:
    """The loop of one worker process."""

    database: Database
    providers: ProviderSource
    linger_s: float = 0.0  # how long to wait for more work; negative: for ever
    most: int = 0  # conversations at the same time, whatever the jobs say; 0: what the jobs say
    clock: Callable[[], datetime] = utc_now
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")
    _running: dict[int, _Running] = field(default_factory=dict)
    _jobs: dict[int, _JobState] = field(default_factory=dict)
    _pack: PackContext | None = None
    _draining: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until there is nothing left to do (and nothing came for `linger_s`), or until told to end."""
        self._install_signals()
        async with self.database.write() as session:
            taken_back = await queue.requeue_of_dead_owner(session, self.owner)
            await queue.clear_reservations(session)
            await queue.end_other_workers(session, self.owner, self.clock())
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
                running.task.cancel()
        elif self._running:
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
            version = reader.data_version()
            try:
                if look_again or version != seen:
                    seen, look_again = version, False
                    await self._obey()
                    if not self._draining:
                        look_again = await self._claim()
            except StorageError as error:
                log.error("storage: %s", error)
                look_again = True
                await self._sleep(STORAGE_WAIT_S)
            if self._running:
                idle_since = now
            elif self._draining:
                return
            elif 0 <= self.linger_s <= now - idle_since:
                if not await self.has_work():
                    return
                idle_since, look_again = now, True
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
            jobs = await queue.open_jobs(session)
        runnable = self.providers.available()
        return any(
            job["stop_requested"] or (job["status"] != JobStatus.PAUSED and job["provider"] in runnable) for job in jobs
        )

    async def _obey(self) -> None:
        """Stop what was asked to stop, and end jobs that are over."""
        async with self.database.read() as session:
            jobs = await queue.open_jobs(session)
        for job in jobs:
            if job["stop_requested"] == "now":
                await self._cancel([r for r in self._running.values() if r.held.job_id == job["id"]])
        if any(job["stop_requested"] or job["total"] == _terminal(job) for job in jobs):
            async with self.database.write() as session:
                ended = await queue.settle_jobs(session, self.clock())
            for job_id in ended:
                self._jobs.pop(job_id, None)
                log.info("job %s is over", job_id)

    async def _claim(self) -> bool:
        """Fill the free slots. True when there may be more to take soon."""
        async with self.database.read() as session:
            jobs = [j for j in await queue.open_jobs(session) if j["status"] in (JobStatus.QUEUED, JobStatus.RUNNING)]
        runnable = self.providers.available()
        jobs = [j for j in jobs if j["provider"] in runnable and not j["stop_requested"]]
        if not jobs:
            return False
        states = {job["id"]: await self._state(job) for job in jobs}
        wanted = max(state.settings.concurrency for state in states.values())
        slots = (min(wanted, self.most) if self.most else wanted) - len(self._running)
        loop = asyncio.get_running_loop()
        if slots <= 0:
            return False
        waits = [s.free_at - loop.time() for s in states.values() if s.free_at > loop.time()]
        if waits and len(waits) == len(states):
            return True
        async with self.database.write() as session:
            claims = await queue.claim(
                session, self.owner, slots=slots, now=self.clock(), lease_s=LEASE_S, providers=sorted(runnable)
            )
            paused = await queue.pause_between_tiers(session, claims) if claims else []
        for held in claims:
            if held.item_id in paused:
                continue
            self._start(held, states.get(held.job_id) or self._jobs[held.job_id])
        return bool(paused)

    async def _state(self, job: dict[str, Any]) -> _JobState:
        if job["id"] not in self._jobs:
            settings = JobSettings.of(job)
            # The simulator knows no limit worth waiting for; its headers would say so after the first call.
            rate = 100_000 if settings.provider == "simulated" else settings.requests_per_minute
            self._jobs[job["id"]] = _JobState(settings, Pacer(rate))
            async with self.database.read() as session:
                self._pack = await pack_context(session)
        return self._jobs[job["id"]]

    def _start(self, held: queue.Claim, state: _JobState) -> None:
        async def run() -> None:
            await self._run(held, state)

        task = asyncio.create_task(run(), name=held.conversation_id)
        self._running[held.item_id] = _Running(held, task, step="preparing prompt")
        log.info("job %s: %s begins (claim %s)", held.job_id, held.conversation_id, held.fence)

    async def _run(self, held: queue.Claim, state: _JobState) -> None:
        def report(stage: str, step: str, text: str) -> None:
            running = self._running.get(held.item_id)
            if running is not None:
                running.stage, running.step, running.text, running.dirty = stage, step, text, True

        try:
            provider = await self.providers.get(state.settings)
            assert self._pack is not None
            work = Work(self.database, provider, state.settings, self._pack, state.pacer, report, clock=self.clock)
            outcome = await run_item(held, work)
            log.info("job %s: %s %s", held.job_id, held.conversation_id, outcome or "done")
            await self._watch_circuit(held, state, outcome)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(held))
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
            state.free_at = asyncio.get_running_loop().time() + state.settings.pause_between
            self._wake.set()

    async def _watch_circuit(self, held: queue.Claim, state: _JobState, outcome: str) -> None:
        """Sustained failure of the service pauses the job instead of burning through its rows."""
        state.failures_in_a_row = state.failures_in_a_row + 1 if outcome else 0
        if state.failures_in_a_row < CIRCUIT_FAILURES:
            return
        state.failures_in_a_row = 0
        async with self.database.write() as session:
            await queue.set_job(
                session,
                held.job_id,
                {
                    "status": JobStatus.PAUSED,
                    "reason": f"{CIRCUIT_FAILURES} rows failed in a row, the last one: {outcome}",
                },
                only=(JobStatus.QUEUED, JobStatus.RUNNING),
            )

    async def _pause_job(self, held: queue.Claim, reason: str) -> None:
        log.warning("job %s pauses: %s", held.job_id, reason)
        while True:
            try:
                async with self.database.write() as session:
                    await queue.set_job(
                        session,
                        held.job_id,
                        {"status": JobStatus.PAUSED, "reason": reason},
                        only=(JobStatus.QUEUED, JobStatus.RUNNING),
                    )
                    await queue.release(session, held)
                return
            except queue.LeaseLostError:
                return
            except StorageError as error:  # a full disk: the reason can only be stored once there is room again
                log.error("%s", error)
                await asyncio.sleep(STORAGE_WAIT_S)

    async def _give_back(self, held: queue.Claim) -> None:
        try:
            async with self.database.write() as session:
                await queue.release(session, held)
        except StorageError as error:
            log.warning("%s", error)

    async def _cancel(self, running: list[_Running]) -> None:
        for one in running:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in running), return_exceptions=True)

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
        live = "live" in self.providers.available()
        waiting = "" if live else await queue.waiting_for_key(session)
        await queue.beat(
            session,
            self.owner,
            {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "version": VERSION,
                "heartbeat_at": self.clock(),
                "running": len(self._running),
                "has_key": live,
                "stopped_at": None,
                "message": waiting,
            },
        )

    async def _goodbye(self) -> None:
        try:
            async with self.database.write() as session:
                await queue.beat(
                    session, self.owner, {"stopped_at": self.clock(), "heartbeat_at": self.clock(), "running": 0}
                )
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
