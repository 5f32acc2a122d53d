"""The rows that a worker has in hand: each runs in a task of its own, and is stored, given back or left waiting here.

`core.engine.worker` begins and breaks off rows; what one of them brings (done, failed, the job must stop, the service
is down, nothing can be stored) is settled here. No row is dropped: what cannot be given back now is given back later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from core.engine.marking import Marking
from core.engine.places import Finishing, Place, Places
from core.engine.providers import ProviderSource
from core.engine.running import JobState, NoCalls, Running
from core.engine.standing import Standing
from core.errors import BrightrunError, PassingStorageError, StorageError
from core.pipeline.attempts import unbroken
from core.pipeline.checking import Checker
from core.pipeline.pacing import SIMULATED_RATE, Pacer, Pacing
from core.pipeline.run_item import run_item
from core.pipeline.work import FINISHING, JobMustStopError, ServiceFailedError, Text, Work
from core.prompting.context import PackContext
from core.providers.port import CallFailed
from data import jobs, queue, steering
from data.engines import Database
from data.vocabulary import JobStatus

FLUSH_S = 0.25
FINISH_AT_ONCE = 6  # texts that are stored in one transaction while calls are under way
BEHIND = 8  # times as many rows as are being written may wait for their check and storing
STORAGE_WAIT_S = 5.0
DOWN, TRIES = "The service is down:", "One row tries again now and then; the others wait for it."

log = logging.getLogger("brightrun.worker")


class Rows:
    """Rows being written, by item."""

    def __init__(
        self,
        database: Database,
        standing: Standing,
        providers: ProviderSource,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        wake: Callable[[], None],
        refuse_key: Callable[[], None],
        may_begin: Callable[[int], bool],
    ) -> None:
        self._database, self._standing, self._providers = database, standing, providers
        self._clock, self._sleep, self._wake, self._refuse_key = clock, sleep, wake, refuse_key
        self.running: dict[int, Running] = {}
        self.left: list[queue.Claim] = []  # to be given back once something can be stored
        self._pacers: dict[tuple[str, str], Pacer] = {}  # by account and model, for all jobs
        self.places = Places(wake, may_begin)
        self._finishing = Finishing(self.places, FINISH_AT_ONCE)
        self.checker = Checker(lambda: self.places.has_callers)
        self._marking = Marking(standing)

    async def close(self) -> None:
        """Give back what the rows shared."""
        await self.checker.close()
        await self._marking.write(all_of_them=True)

    def of(self, job_id: int) -> list[Running]:
        """Those of a job."""
        return [running for running in self.running.values() if running.held.job_id == job_id]

    def in_hand(self, state: JobState, job_id: int) -> int:
        """How many rows of a job have or want a place. Those that are only finished count where too many pile up,
        and in strict sequence."""
        mine = self.of(job_id)
        writing = sum(1 for running in mine if not running.place.is_left)
        return len(mine) if state.settings.concurrency == 1 else max(writing, len(mine) - BEHIND * state.width.now)

    def begin(self, held: queue.Claim, state: JobState, pack: PackContext, *, only_stored: bool = False) -> None:
        """Begin a claimed row; with `only_stored` it is finished with the answers that are there."""
        place = Place(self.places, held.job_id, state.width, state.rank)
        task = asyncio.create_task(self._run(held, state, pack, place, only_stored), name=held.conversation_id)
        self.running[held.item_id] = Running(held, task, place, step="preparing prompt")
        log.info("job %s: %s begins (claim %s)", held.job_id, held.conversation_id, held.fence)

    async def _run(
        self, held: queue.Claim, state: JobState, pack: PackContext, place: Place, only_stored: bool
    ) -> None:
        def report(stage: str, step: str, text: Text) -> None:
            running = self.running.get(held.item_id)
            if running is not None:
                if stage == FINISHING != running.stage:
                    place.leave()
                running.stage, running.step, running.text, running.dirty = stage, step, text, True

        is_of_service = False

        def waits_for_service() -> bool:
            nonlocal is_of_service
            is_of_service = True
            return state.circuit.service_failed(held.item_id)

        try:
            provider = NoCalls() if only_stored else await self._providers.get(state.settings)
            rate = SIMULATED_RATE if state.settings.provider == "simulated" else state.settings.requests_per_minute
            work = Work(
                self._standing.sessions,
                self._database,
                provider,
                state.settings,
                pack,
                Pacing(self._providers.account(state.settings), rate, state.width, self._pacers),
                report,
                self.checker,
                self._finishing,
                place,
                self._marking.add,
                clock=self._clock,
                waits_for_service=waits_for_service,
                sleep=self._resting(held, self._sleep),
                rest=self._resting(held, asyncio.sleep),
                only_stored=only_stored,
            )
            outcome = await run_item(held, work)
            log.info("job %s: %s %s", held.job_id, held.conversation_id, outcome or "done")
            await self._ended(held, state, outcome, by_service=is_of_service)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(held))
        except queue.LeaseLostError as error:
            log.warning("%s", error)
        except ServiceFailedError as error:
            await self._wait_for_service(held, state, error)
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
            place.leave()
            if (running := self.running.get(held.item_id)) is not None and running.place is place:
                del self.running[held.item_id]  # else it was given back, and is begun anew already
            if state.settings.concurrency == 1:
                state.free_at = asyncio.get_running_loop().time() + state.settings.pause_between
            self._wake()

    def _resting(
        self, held: queue.Claim, sleep: Callable[[float], Awaitable[None]]
    ) -> Callable[[float], Awaitable[None]]:
        """Sleep so that a pause, a stop or the end of the worker need not wait for it."""

        async def rest(seconds: float) -> None:
            running = self.running[held.item_id]
            running.rests = True
            try:
                await sleep(seconds)
            finally:
                running.rests = False

        return rest

    async def _ended(self, held: queue.Claim, state: JobState, outcome: str, *, by_service: bool) -> None:
        """A row was done or failed: see what that says of the service."""
        was_down = state.circuit.is_open
        must_pause, again = state.circuit.ended(held.item_id, outcome, by_service=by_service)
        if must_pause:
            await self.pause(held.job_id, must_pause)
        elif was_down and not state.circuit.is_open:
            log.info("job %s goes on: the service works again", held.job_id)
            async with self._standing.write() as session:
                await jobs.set_job(session, held.job_id, {"reason": ""}, only=(JobStatus.QUEUED, JobStatus.RUNNING))
        if again:
            async with self._standing.write() as session:
                number = await queue.take_again(session, held.job_id, again)
            log.info("job %s: %s rows that failed for the service alone are taken again", held.job_id, number)

    async def _wait_for_service(self, held: queue.Claim, state: JobState, error: ServiceFailedError) -> None:
        """The service is down: the row waits, and so do those that had failed for it before that was known."""
        log.warning("job %s: %s waits: %s", held.job_id, held.conversation_id, error)
        is_news = not state.circuit.last_failure.startswith(error.message)
        state.circuit.last_failure = str(error)
        for running in self.of(held.job_id) if state.circuit.is_open else ():
            if not running.place.was_taken:
                running.break_off()  # it was made ready; now it waits with the others
        suspects = state.circuit.suspects()  # before anything is awaited: the job may pause meanwhile, and forget them
        await self._give_back(held)
        if not suspects and not is_news:
            return
        reason = f"{DOWN} {error.message} {TRIES}{f' {error.hint}' if error.hint else ''}"
        try:
            async with self._standing.write() as session:
                await queue.take_again(session, held.job_id, suspects)
                await jobs.set_job(session, held.job_id, {"reason": reason}, only=(JobStatus.QUEUED, JobStatus.RUNNING))
        except StorageError as trouble:
            log.error("%s", trouble)

    async def pause(self, job_id: int, reason: str) -> None:
        """Pause a job by itself."""
        log.warning("job %s pauses: %s", job_id, reason)
        self.places.close(job_id)
        async with self._standing.write() as session:
            values = {"status": JobStatus.PAUSED, "reason": reason}
            await jobs.set_job(session, job_id, values, only=(JobStatus.QUEUED, JobStatus.RUNNING))

    async def pause_after_outage(self, job_id: int, state: JobState) -> None:
        """Pause a job whose service has been down for longer than anybody should wait."""
        down = state.circuit.down_s
        length = f"{down / 60:.0f} minutes" if down >= 120 else f"{down:.0f} seconds"
        await self.pause(job_id, f"The service has been down for {length}: {state.circuit.last_failure}")
        state.circuit.close()

    async def _pause_job(self, held: queue.Claim, reason: str) -> None:
        """Pause the job and give the row back; on a full disk that has to wait until there is room again."""
        while True:
            try:
                await self.pause(held.job_id, reason)
            except queue.LeaseLostError as error:
                log.warning("%s", error)
            except StorageError as error:
                log.error("%s", error)
                await asyncio.sleep(STORAGE_WAIT_S)
                continue
            await self._give_back(held)
            return

    async def _wait_for_room(self, held: queue.Claim, error: PassingStorageError) -> None:
        """Nothing can be stored for now: the row goes back to the queue as soon as that is over."""
        log.error("job %s rests: %s", held.job_id, error)
        self.left.append(held)

    async def _give_back(self, held: queue.Claim) -> None:
        try:
            async with self._standing.write() as session:
                await steering.release_or_drop(session, held, self._clock())
        except queue.LeaseLostError as error:
            log.warning("%s", error)
        except StorageError as error:
            log.error("%s is not given back yet: %s", held.conversation_id, error)
            self.left.append(held)

    async def give_back_left(self) -> None:
        """Give back what could not be given back before."""
        left, self.left = self.left, []
        for held in left:
            await self._give_back(held)

    async def cancel(self, running: list[Running]) -> None:
        """Break off calls. An answer that is here already is paid for, so it is stored first."""
        tasks = {one.task for one in running}
        while tasks:
            for one in running:
                one.break_off()
            _, tasks = await asyncio.wait(tasks, timeout=FLUSH_S)

    async def flush_for_ever(self) -> None:
        """All streams' text in one transaction, four times a second, and only what changed; marks beside it."""
        while True:
            await asyncio.sleep(FLUSH_S)
            await self._marking.write()
            dirty = [r for r in self.running.values() if r.dirty]
            if not dirty:
                continue
            for running in dirty:
                running.dirty = False
            try:
                await unbroken(self._write_partials(dirty))
            except StorageError as error:
                log.error("progress: %s", error)

    async def _write_partials(self, dirty: list[Running]) -> None:
        async with self._standing.write() as session:
            await queue.write_partials(session, [(r.held, r.stage, r.step, r.said) for r in dirty])
