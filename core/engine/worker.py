"""The worker's loop: claims rows of jobs under its lease, obeys pause and stop within a second, and ends jobs.

One per database file, held by a lock. It is started by hand (`brightrun worker`) or detached by the app. The rows run
in `core.engine.rows`, its right to store is in `core.engine.standing`. Whatever it had claimed when it dies goes back
to the queue when the next one starts; it never stores anything for a row that another has by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.engine import notices, rows, standing
from core.engine.failpoints import reach
from core.engine.places import rank_of
from core.engine.providers import ProviderSource
from core.engine.room import Room
from core.engine.running import JobState, Running
from core.errors import BrightrunError, PassingStorageError, StorageError
from core.pipeline.attempts import end, unbroken
from core.pipeline.work import JobSettings
from core.prompting.context import PackContext
from core.prompting.store import pack_context
from data import jobs, queue, steering, workers
from data.engines import Database
from data.replay import Reader
from data.types import utc_now
from data.vocabulary import ItemStatus, JobStatus

LOOK_S = 0.2
PASS_S = 0.05  # between two looks, however often it is woken: what many rows want is seen to at once

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
    _jobs: dict[int, JobState] = field(default_factory=dict)
    _pack: PackContext | None = None
    _draining: bool = False
    _replaced: bool = False
    _reader: Reader | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        def clock() -> datetime:
            return self.clock()

        self._notices = notices.Notices(self.database, clock=clock)
        self._standing = standing.Standing(
            self.database, self.providers, self.lock, is_detached=self.is_detached, clock=clock
        )
        self._rows = rows.Rows(
            self.database,
            self._standing,
            self.providers,
            clock=clock,
            sleep=self.sleep,
            wake=self._wake.set,
            refuse_key=self._refuse_key,
            may_begin=self._may_begin,
        )
        self._room = Room(self._standing)

    @property
    def running(self) -> dict[int, Running]:
        """What is being written, by item."""
        return self._rows.running

    async def run(self) -> None:
        """Work until there is nothing left to do (and nothing came for `linger_s`), or until told to end."""
        self._install_signals()
        tasks = [asyncio.create_task(self._standing.sign_for_ever(self._give_up))]
        self._reader = Reader(self.database.path)
        try:
            if await self._begin():
                await self._tell()  # what a worker that was killed had no time to tell
                tasks += [asyncio.create_task(self._beat_for_ever()), asyncio.create_task(self._rows.flush_for_ever())]
                await self._loop(self._reader)
        finally:
            await end(tasks)
            self._sign_ending()
            await self._rows.cancel(list(self.running.values()))
            await self._tell()
            await self._notices.close()
            self._reader.close()
            self._reader = None
            await self._rows.close()
            await self._goodbye()
            await self.providers.close()

    async def _begin(self) -> bool:
        """Take back what a former worker had, once that can be stored. False when told to end before."""
        while not self._draining:
            try:
                taken_back = await self._standing.begin()
            except PassingStorageError as error:
                log.error("cannot begin: %s", error)
                await self._sleep(rows.STORAGE_WAIT_S)
            except queue.LapsedError:
                if not self._standing.begin_anew():
                    return False
            else:
                log.info("started, pid %s; %s items of a former worker taken back", os.getpid(), taken_back)
                return True
        return False

    async def _begin_anew(self) -> None:
        """The lease has lapsed: what is in hand is let go, and taken anew where nobody else has taken over."""
        log.warning("silent for longer than the lease: %s rows in hand are begun anew", len(self.running))
        if not self._standing.begin_anew():
            self._give_up("Another worker has taken over: this one was not heard of for too long.")
            return
        await self._rows.cancel(list(self.running.values()))
        self._rows.left.clear()  # taken back with all others
        await self._begin()

    def drain(self) -> None:
        """Finish what is being written, take nothing new, then end. A second call breaks the calls off."""
        if self._draining:
            log.info("breaking off %s; they will be written again", len(self.running))
            for running in self.running.values():
                running.break_off()
        else:
            self._wake_up([running for running in self.running.values() if running.is_resting])
            log.info("asked to end: %s being written are finished first", len(self.running))
        self._draining = True
        self._sign_ending()  # who starts one now lets it wait for this
        self._wake.set()

    def _sign_ending(self) -> None:
        self._standing.is_ending = True
        self._standing.sign()

    def _install_signals(self) -> None:  # SIGHUP ends one in the foreground as any program; a detached one gets none
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.drain)

    def _may_begin(self, job_id: int) -> bool:
        """Asked right before a row that stood ready calls: what a person stored since is seen at once."""
        if self._draining or self._standing.is_full or self._reader is None:
            return False
        try:
            return self._reader.goes_on(job_id)
        except StorageError as error:
            log.error("storage: %s", error)
            return False

    async def _loop(self, reader: Reader) -> None:
        seen, idle_since = -1, asyncio.get_running_loop().time()
        look_again = True
        while True:
            now = asyncio.get_running_loop().time()
            has_work = True
            try:
                if self._standing.lease.is_lapsed and not self._replaced:
                    await self._begin_anew()
                    look_again = True
                if self._rows.left and await self._room.is_there():
                    await self._rows.give_back_left()
                version = reader.data_version()
                if self._draining:
                    self._wake_up([running for running in self.running.values() if running.place.is_waiting])
                if look_again or version != seen or self._standing.is_full:
                    seen, look_again = version, False
                    await self._obey()
                    if not self._draining and await self._room.is_there():
                        look_again = await self._claim()
                is_idle = not self.running and not self._draining
                if is_idle and 0 <= self.linger_s <= now - idle_since:
                    has_work = await self.has_work()
                    idle_since, look_again = now, True
            except workers.ReplacedError as error:
                self._give_up(error)
            except queue.LapsedError as error:
                log.warning("%s", error)
            except StorageError as error:
                log.error("storage: %s", error)
                look_again = True
                await self._sleep(rows.STORAGE_WAIT_S)
            if self.running:
                idle_since = now
            elif self._draining or not has_work:
                return
            if self._wake.is_set() or self._rows.left or self._rows.places.has_waiting:
                look_again = True
            await self._sleep(LOOK_S)
            await asyncio.sleep(max(0.0, now + PASS_S - asyncio.get_running_loop().time()))

    async def _sleep(self, seconds: float) -> None:
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

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
            j["stop_requested"]
            or (j["provider"] in runnable and (j["status"] != JobStatus.PAUSED or jobs.goes_on_by_itself(j)))
            for j in found
        )

    async def _obey(self) -> None:
        """Pause and stop what was asked to, and end jobs that are over."""
        async with self.database.read() as session:
            found = await jobs.open_jobs(session)
            dropped = await steering.dropped(session)
        for item_id in dropped.keys() & self.running.keys():
            self.running[item_id].break_off()
        for job in found:
            mine = self._rows.of(job["id"])
            if job["stop_requested"] == "now":
                await self._rows.cancel(mine)
            elif job["stop_requested"] or job["status"] == JobStatus.PAUSED:
                self._wake_up([running for running in mine if running.is_resting])
                if job["id"] in self._jobs:
                    self._jobs[job["id"]].circuit.close()  # whoever resumes it need not wait for the next try
        if any(j["stop_requested"] or j["total"] == j["done"] + j["failed"] + j["cancelled"] for j in found):
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
            async with self._standing.write() as session:
                found = await queue.claim_paid(
                    session, self._standing.owner, job["id"], now=self.clock(), lease_s=self._standing.lease_s
                )
            self._hand_out(found, state, only_stored=True)

    def _hand_out(self, claims: list[queue.Claim], state: JobState, *, only_stored: bool = False) -> None:
        assert self._pack is not None
        for held in claims:
            self._rows.begin(held, state, self._pack, only_stored=only_stored)

    async def _tell(self) -> None:
        """E-mail whoever asked for it; that it cannot be stored now is no reason to stop working."""
        try:
            await self._notices.look()
        except StorageError as error:
            log.error("e-mails: %s", error)

    async def _settle(self) -> None:
        async with self._standing.write() as session:
            ended = await notices.settle(session, self.clock())
        for job_id in ended:
            self._jobs.pop(job_id, None)
            log.info("job %s is over", job_id)
        if ended:
            await self._tell()

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
        found.sort(key=rank_of)
        states = {job["id"]: state for job in found if (state := await self._state(job)) is not None}
        if states:
            wanted = max(state.width.now for state in states.values())
            self._rows.places.open(min(wanted, self.most) if self.most else wanted, states)
        most = self._rows.places.most
        ahead = {job_id: min(state.width.ahead, most) for job_id, state in states.items()}
        taken = {job_id: self._rows.in_hand(state, job_id) for job_id, state in states.items()}
        free = most + max(ahead.values(), default=0) - sum(taken.values())
        free -= sum(1 for running in self.running.values() if running.held.job_id not in states)
        now, look_again, nothing_left = asyncio.get_running_loop().time(), False, False
        for job in found:
            state = states.get(job["id"])
            if state is None or free <= 0:
                continue
            running = len(self._rows.of(job["id"]))
            if state.circuit.is_sustained:
                await self._rows.pause_after_outage(job["id"], state)
                continue
            if state.free_at > now or not state.circuit.may_begin(running):
                look_again = True
                continue
            wanted = state.width.now + ahead[job["id"]] - taken[job["id"]]
            slots = min(free, 1 if state.circuit.is_open else wanted)
            if slots <= 0:
                continue
            claims = await self._take(job, slots)
            free -= len(claims)
            if claims:
                reach("after-claim")
            self._hand_out(claims, state)
            nothing_left = nothing_left or not (claims or running)
        if nothing_left:  # also where rows were deleted, so that the counters never reach the total
            await self._settle()
        return look_again

    async def _take(self, job: dict[str, Any], slots: int) -> list[queue.Claim]:
        async with self._standing.write() as session:
            tiers = await queue.tiers_to_claim(session, job["id"]) if job["pause_after_tier"] else None
            return await queue.claim(
                session,
                self._standing.owner,
                job["id"],
                slots=slots,
                now=self.clock(),
                lease_s=self._standing.lease_s,
                tiers=tiers,
            )

    async def _state(self, job: dict[str, Any]) -> JobState | None:
        """What is kept for a job; None, and the job paused with the reason, when it cannot be run."""
        known = self._jobs.get(job["id"])
        if known is None or known.frozen != job["settings"]:  # it may have been resumed with other terms
            try:
                settings = JobSettings.of(job)
                async with self.database.read() as session:
                    self._pack = await pack_context(session)
                    failed = await queue.failed_for_service(session, job["id"])
            except StorageError:
                raise
            except BrightrunError as error:
                await self._rows.pause(job["id"], str(error))
                return None
            is_down = job["reason"].startswith(rows.DOWN)
            self._jobs[job["id"]] = JobState.of(settings, job["settings"], failed, is_down=is_down)
        state = self._jobs[job["id"]]
        state.rank = rank_of(job)  # it may have been put first meanwhile
        return state

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
            for running in self.running.values():
                running.break_off()
            self._wake.set()

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(standing.BEAT_S)
            try:
                await unbroken(self._standing.beat(list(self.running)))
            except workers.ReplacedError as error:
                self._give_up(error)
                return
            except StorageError as error:
                log.error("heartbeat: %s", error)

    async def _goodbye(self) -> None:
        if self._replaced:
            return
        try:
            await self._standing.say_goodbye()
        except StorageError as error:
            log.error("goodbye: %s", error)
        log.info("ended")
