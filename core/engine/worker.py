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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.engine import notices
from core.engine.failpoints import reach
from core.engine.lock import SILENCE_S
from core.engine.presence import Presence
from core.engine.providers import ProviderSource
from core.engine.running import JobState, NoCalls, Running
from core.errors import BrightrunError, PassingStorageError, StorageError
from core.pipeline.attempts import unbroken
from core.pipeline.pacing import SIMULATED_RATE, Pacer, Pacing, Width
from core.pipeline.run_item import run_item
from core.pipeline.work import JobMustStopError, JobSettings, Work
from core.prompting.context import PackContext
from core.prompting.store import pack_context
from core.providers.port import CallFailed
from data import jobs, queue, steering, workers
from data.engines import WAIT_TOLD_S, AsyncSession, Database
from data.replay import Reader
from data.types import utc_now
from data.vocabulary import ItemStatus, JobStatus

LEASE_S = SILENCE_S  # far longer than the beat; a call may last longer, the beat keeps its lease alive
BEAT_S = 2.0
LOOK_S = 0.2
FLUSH_S = 0.25
STORAGE_WAIT_S = 5.0
CIRCUIT_FAILURES = 5  # rows in a row that failed
CIRCUIT_OF_MANY = 10  # failed rows among the last twenty, within the window
CIRCUIT_WINDOW_S = 600.0

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
    lock: int | None = None  # the descriptor of the lock that this process holds
    is_detached: bool = False
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")
    _running: dict[int, Running] = field(default_factory=dict)
    _jobs: dict[int, JobState] = field(default_factory=dict)
    _pacers: dict[tuple[str, str], Pacer] = field(default_factory=dict)  # by account and model, for all jobs
    _pack: PackContext | None = None
    _draining: bool = False
    _replaced: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._notices = notices.Notices(self.database, clock=self.clock)

    async def run(self) -> None:
        """Work until there is nothing left to do (and nothing came for `linger_s`), or until told to end."""
        self._presence = Presence(self.database, self.owner, self.lock, is_detached=self.is_detached)
        self._install_signals()
        tasks = [asyncio.create_task(self._sign_for_ever())]
        reader = Reader(self.database.path)
        try:
            if await self._begin():
                await self._tell()  # what a worker that was killed had no time to tell
                tasks += [asyncio.create_task(self._beat_for_ever()), asyncio.create_task(self._flush_for_ever())]
                await self._loop(reader)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._presence.sign(access=self.providers.mark, is_ending=True)
            await self._cancel(list(self._running.values()))
            await self._tell()
            await self._notices.close()
            reader.close()
            await self._goodbye()
            await self.providers.close()

    async def _begin(self) -> bool:
        """Take back what a former worker had, once that can be stored. False when told to end before."""
        while not self._draining:
            try:
                async with self._write() as session:
                    await workers.end_other_workers(session, self.owner, self.clock())
                    taken_back = await queue.requeue_of_dead_owner(session, self.owner)
                    await steering.cancel_dropped(session, self.clock())
                    await queue.clear_reservations(session)
                    await self._beat(session)
            except PassingStorageError as error:
                log.error("cannot begin: %s", error)
                await self._sleep(STORAGE_WAIT_S)
            else:
                log.info("started, pid %s; %s items of a former worker taken back", os.getpid(), taken_back)
                return True
        return False

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[AsyncSession]:
        """A transaction of this worker. Raises ReplacedError once another has taken its place."""
        try:
            async with self.database.write() as session:
                await workers.refuse_replaced(session, self.owner)
                yield session
        except PassingStorageError as error:
            self._presence.trouble = str(error)
            raise
        self._presence.trouble = ""

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
        self._presence.sign(access=self.providers.mark, is_ending=True)  # who starts one now lets it wait for this
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
            except workers.ReplacedError as error:
                self._give_up(error)
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
            dropped = await steering.dropped(session)
        for item_id in dropped.keys() & self._running.keys():
            self._running[item_id].break_off()
        for job in found:
            mine = self._of(job["id"])
            if job["stop_requested"] == "now":
                await self._cancel(mine)
            elif job["stop_requested"] or job["status"] == JobStatus.PAUSED:
                self._wake_up([running for running in mine if running.is_resting])
        if any(job["stop_requested"] or job["total"] == _terminal(job) for job in found):
            await self._settle()
        if any(job["status"] == JobStatus.PAUSED and job["notify"] for job in found):
            await self._tell()
        paid = {job_id for job_id, status in dropped.values() if status == ItemStatus.QUEUED}
        for job in found:
            if (job["id"] in paid or job["stop_requested"]) and not self._draining:
                await self._finish_paid(job)

    async def _finish_paid(self, job: dict[str, Any]) -> None:
        """Finish the stopped and dropped rows that have paid answers stored, without asking for more."""
        state = await self._state(job)
        if state is not None:
            async with self._write() as session:
                found = await queue.claim_paid(session, self.owner, job["id"], now=self.clock(), lease_s=LEASE_S)
            for held in found:
                self._start(held, state, only_stored=True)

    async def _tell(self) -> None:
        """E-mail whoever asked for it; that it cannot be stored now is no reason to stop working."""
        try:
            await self._notices.look()
        except StorageError as error:
            log.error("e-mails: %s", error)

    async def _settle(self) -> None:
        async with self._write() as session:
            ended = await notices.settle(session, self.clock())
        for job_id in ended:
            self._jobs.pop(job_id, None)
            log.info("job %s is over", job_id)
        if ended:
            await self._tell()

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
        # A single row asked for by hand goes first; then what was put first; then jobs in order of submission.
        found.sort(key=lambda j: (j["type"] != "single", -j["priority"], j["id"]))
        states = {job["id"]: state for job in found if (state := await self._state(job)) is not None}
        wanted = max((state.width.now for state in states.values()), default=0)
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
            slots = min(free, state.width.now - running)
            if slots <= 0:
                continue
            claims = await self._take(job, slots)
            free -= len(claims)
            if claims:
                reach("after-claim")
            for held in claims:
                self._start(held, state)
            nothing_left = nothing_left or not (claims or running)
        if nothing_left:  # also where rows were deleted, so that the counters never reach the total
            await self._settle()
        return look_again

    async def _take(self, job: dict[str, Any], slots: int) -> list[queue.Claim]:
        async with self._write() as session:
            tiers = await queue.tiers_to_claim(session, job["id"]) if job["pause_after_tier"] else None
            return await queue.claim(
                session, self.owner, job["id"], slots=slots, now=self.clock(), lease_s=LEASE_S, tiers=tiers
            )

    async def _state(self, job: dict[str, Any]) -> JobState | None:
        """What is kept for a job; None, and the job paused with the reason, when it cannot be run."""
        known = self._jobs.get(job["id"])
        if known is None or known.frozen != job["settings"]:  # it may have been resumed with other terms
            try:
                settings = JobSettings.of(job)
                async with self.database.read() as session:
                    self._pack = await pack_context(session)
            except StorageError:
                raise
            except BrightrunError as error:
                await self._set_paused(job["id"], str(error))
                return None
            most = settings.max_concurrency if settings.concurrency > 1 else 1
            width = Width(settings.concurrency, max(settings.concurrency, most))
            self._jobs[job["id"]] = JobState(settings, job["settings"], width)
        return self._jobs[job["id"]]

    async def _set_paused(self, job_id: int, reason: str) -> None:
        log.warning("job %s pauses: %s", job_id, reason)
        async with self._write() as session:
            values = {"status": JobStatus.PAUSED, "reason": reason}
            await jobs.set_job(session, job_id, values, only=(JobStatus.QUEUED, JobStatus.RUNNING))

    def _start(self, held: queue.Claim, state: JobState, *, only_stored: bool = False) -> None:
        async def run() -> None:
            await self._run(held, state, only_stored)

        task = asyncio.create_task(run(), name=held.conversation_id)
        self._running[held.item_id] = Running(held, task, step="preparing prompt")
        log.info("job %s: %s begins (claim %s)", held.job_id, held.conversation_id, held.fence)

    async def _run(self, held: queue.Claim, state: JobState, only_stored: bool) -> None:
        def report(stage: str, step: str, text: str) -> None:
            running = self._running.get(held.item_id)
            if running is not None:
                running.stage, running.step, running.text, running.dirty = stage, step, text, True

        try:
            provider = NoCalls() if only_stored else await self.providers.get(state.settings)
            assert self._pack is not None
            rate = SIMULATED_RATE if state.settings.provider == "simulated" else state.settings.requests_per_minute
            work = Work(
                self.database,
                provider,
                state.settings,
                self._pack,
                Pacing(self.providers.account(state.settings), rate, state.width, self._pacers),
                report,
                clock=self.clock,
                sleep=self._resting(held, self.sleep),
                rest=self._resting(held, asyncio.sleep),
                only_stored=only_stored,
            )
            outcome = await run_item(held, work)
            log.info("job %s: %s %s", held.job_id, held.conversation_id, outcome or "done")
            await self._watch_circuit(held, state, outcome)
        except asyncio.CancelledError:
            try:
                await asyncio.shield(self._give_back(held))
            except StorageError as error:  # the next worker takes it back
                log.error("%s", error)
        except queue.LeaseLostError as error:
            log.warning("%s", error)
        except PassingStorageError as error:
            await self._wait_for_room(held, error)
        except JobMustStopError as error:
            if isinstance(error.__cause__, PassingStorageError):
                await self._wait_for_room(held, error.__cause__)
                return
            if isinstance(error.__cause__, CallFailed) and error.__cause__.status_code == 401:
                self._refuse_key()
            await self._pause_job(held, str(error))
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
        now = asyncio.get_running_loop().time()
        state.failures_in_a_row = state.failures_in_a_row + 1 if outcome else 0
        state.ends.append((now, bool(outcome)))
        lately = [failed for at, failed in state.ends if at > now - CIRCUIT_WINDOW_S]
        if state.failures_in_a_row >= CIRCUIT_FAILURES:
            why = f"{CIRCUIT_FAILURES} rows failed in a row"
        elif outcome and sum(lately) >= CIRCUIT_OF_MANY:  # some still get through
            why = f"{sum(lately)} of the last {len(lately)} rows failed"
        else:
            return
        state.failures_in_a_row = 0
        state.ends.clear()
        await self._set_paused(held.job_id, f"{why}, the last one: {outcome}")

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

    async def _wait_for_room(self, held: queue.Claim, error: StorageError) -> None:
        """Keep a row until it can be given back: then everything goes on by itself."""
        self._presence.trouble = str(error)
        while True:
            log.error("job %s rests: %s", held.job_id, error)
            await asyncio.sleep(STORAGE_WAIT_S)
            try:
                await self._give_back(held)
            except PassingStorageError as again:
                error = again
            else:
                log.info("job %s goes on", held.job_id)
                return

    def _refuse_key(self) -> None:
        """A detached worker ends: the next one starts with the key that its starter has then."""
        self.providers.refuse()
        if self.is_detached and not self._draining:
            self.drain()

    def _give_up(self, why: object) -> None:
        """Another worker has this one's place: leave everything to it."""
        if not self._replaced:
            self._replaced = self._draining = True
            log.warning("%s It ends.", why)
            for running in self._running.values():
                running.break_off()
            self._wake.set()

    async def _give_back(self, held: queue.Claim) -> None:
        try:
            async with self._write() as session:
                await steering.release_or_drop(session, held, self.clock())
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
                await unbroken(self._beat_once())
            except workers.ReplacedError as error:
                self._give_up(error)
                return
            except StorageError as error:
                log.error("heartbeat: %s", error)

    async def _beat_once(self) -> None:
        async with self._write() as session:
            await self._beat(session)
            until = self.clock() + timedelta(seconds=LEASE_S)
            await queue.extend_leases(session, self.owner, list(self._running), until)

    async def _sign_for_ever(self) -> None:
        """Signs of life that need no database, so that neither a full disk nor a lock makes this one look dead."""
        while True:
            if self._presence.is_replaced:
                self._give_up("Another worker has taken over: this one was not heard of for too long.")
                return
            if not self._presence.trouble and self.database.waits_since(WAIT_TOLD_S):
                self._presence.trouble = f"Another program holds {self.database.path} locked; waiting for it."
            self._presence.sign(access=self.providers.mark, is_ending=self._draining)
            await asyncio.sleep(BEAT_S)

    async def _beat(self, session: AsyncSession) -> None:
        waits = self.providers.message
        await self._presence.tell_alive(session, running=len(self._running), waits=waits, now=self.clock())

    async def _goodbye(self) -> None:
        if self._replaced:
            return
        try:
            async with self._write() as session:
                await self._presence.tell_gone(session, now=self.clock())
        except StorageError as error:
            log.error("goodbye: %s", error)
        log.info("ended")

    async def _write_partials(self, dirty: list[Running]) -> None:
        async with self._write() as session:
            await queue.write_partials(session, [(r.held, r.stage, r.step, r.text) for r in dirty])

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
                await unbroken(self._write_partials(dirty))
            except StorageError as error:
                log.error("progress: %s", error)


def _terminal(job: dict[str, Any]) -> int:
    return int(job["done"] + job["failed"] + job["cancelled"])
