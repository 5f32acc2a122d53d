"""Runs a worker in this process on the jobs of a test, with a simulator that answers at once and back-off that does
not sleep. Nothing here depends on how fast the machine is: answers end when the test lets them (`hold`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from core.browse import Browser, FailedItem
from core.engine import lock as worker_lock
from core.engine.orders import Order
from core.engine.providers import ProviderSource
from core.engine.running import JobState
from core.engine.worker import Worker
from core.pipeline.work import JobSettings
from core.prompting.context import PackContext
from core.providers.port import Provider, Reply, Request
from core.services import Services
from core.settings.fields import Settings, state_dir
from core.status import check_transition
from data import billing, conversations, jobs, queue
from data.criteria import Criteria

PATIENCE_S = 120.0  # a deadline for what has to come, not a measure: a loaded machine takes its time


@dataclass(frozen=True)
class Begun:
    """A row that the worker began."""

    job_id: int
    at_once: int  # rows of its job in hand then, with this one
    is_down: bool  # the service was known to be down
    state: JobState


class HeldProvider:
    """A provider whose answers end when the gate lets them; all of their text has come before."""

    def __init__(self, provider: Provider, gate: asyncio.Semaphore) -> None:
        self._provider, self._gate = provider, gate

    async def stream(self, request: Request, on_text: Callable[[str], None], *, timeout: float) -> Reply:
        reply = await self._provider.stream(request, on_text, timeout=timeout)
        await self._gate.acquire()
        return reply

    async def count_tokens(self, request: Request, *, timeout: float) -> int:
        return await self._provider.count_tokens(request, timeout=timeout)

    async def close(self) -> None:
        await self._provider.close()


class HeldSource(ProviderSource):
    """The providers of a worker, held by a gate where there is one."""

    gate: asyncio.Semaphore | None = None

    async def get(self, job: JobSettings) -> Provider:
        provider = await super().get(job)
        return HeldProvider(provider, self.gate) if self.gate else provider


@dataclass
class Bench:
    """A worker's place of work: orders, runs, and looks at what is stored."""

    services: Services
    slept: list[float] = field(default_factory=list)
    worker: Worker | None = None
    sources: list[ProviderSource] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)
    gate: asyncio.Semaphore | None = None

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def use(self, **changes: Any) -> None:
        """Other settings for the orders to come."""
        self.services.settings = replace(self.services.settings, **changes)
        self.services.generation.use(self.services.settings)

    async def rows(self, query: str = "status = 'planned'") -> list[str]:
        """Ids of rows in plan order."""
        return [r["conversation_id"] for r in await self.select(f"conversations WHERE {query} ORDER BY number")]

    async def order(self, ids: Sequence[str] | int, *, cap: float = 5.0, **more: Any) -> int:
        """Submit a job over these rows, or over so many of the plan's first template rows."""
        if isinstance(ids, int):
            ids = (await self.rows("status = 'planned' AND tier = 'template'"))[:ids]
        await self.watch_statuses()
        proposal = await self.services.generation.propose(Order("selected", tuple(ids)))
        return await self.services.generation.submit(proposal, cap_microusd=round(cap * 1_000_000), **more)

    async def watch_statuses(self) -> None:
        """Note every change of status from here on, of rows and jobs, with the jobs' reasons.

        `check_counters` holds those of rows against the table of transitions.
        """
        await self.change(
            "CREATE TABLE IF NOT EXISTS seen_jobs (status TEXT, reason TEXT, PRIMARY KEY (status, reason)) "
            "WITHOUT ROWID"
        )
        await self.change(
            "CREATE TRIGGER IF NOT EXISTS note_job AFTER UPDATE OF status, reason ON generation_jobs BEGIN "
            "INSERT OR IGNORE INTO seen_jobs VALUES (new.status, new.reason); END"
        )
        await self.change(
            "CREATE TABLE IF NOT EXISTS seen_statuses (old TEXT, new TEXT, PRIMARY KEY (old, new)) WITHOUT ROWID"
        )
        await self.change(
            "CREATE TRIGGER IF NOT EXISTS note_status AFTER UPDATE OF status ON conversations WHEN old.status <> "
            "new.status BEGIN INSERT OR IGNORE INTO seen_statuses VALUES (old.status, new.status); END"
        )

    def hold(self, *, after: int = 0) -> None:
        """Let so many answers of the next worker end; the others wait, with all their text, for `let_go`."""
        self.gate = asyncio.Semaphore(after)

    def let_go(self) -> None:
        """Let all answers end."""
        assert self.gate is not None
        for _ in range(1_000):
            self.gate.release()

    async def run(
        self,
        while_running: Callable[[], Awaitable[None]] | None = None,
        *,
        seconds: float = 2 * PATIENCE_S,
        most: int = 0,
    ) -> None:
        """Run a worker until nothing is left that can run, holding its lock as the real one does."""
        lock = worker_lock.hold_worker_lock(self.services.database.path)
        assert lock is not None
        source = HeldSource("")
        source.gate = self.gate
        self.sources.append(source)

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.sleep(0)

        self.worker = Worker(self.services.database, source, linger_s=0, most=most, sleep=sleep, lock=lock)
        self._note_begun(self.worker)
        tasks = [asyncio.ensure_future(work) for work in (self.worker.run(), while_running and while_running()) if work]
        try:
            over, going_on = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            if self.gate is not None:
                self.let_go()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            os.close(lock)
        for task in over:
            task.result()
        assert not going_on, f"not over after {seconds:g} s"

    def _note_begun(self, worker: Worker) -> None:
        rows, begin = worker._rows, worker._rows.begin

        def noted(held: queue.Claim, state: JobState, pack: PackContext, *, only_stored: bool = False) -> None:
            begin(held, state, pack, only_stored=only_stored)
            self.begun.append(Begun(held.job_id, len(rows.of(held.job_id)), state.circuit.is_open, state))

        rows.begin = noted  # type: ignore[method-assign]

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_S) -> None:
        """Poll until something is so."""
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110  the database tells, no event does
                await asyncio.sleep(0.01)

    @property
    def written(self) -> list[str]:
        """The rows whose answers are coming in."""
        assert self.worker is not None
        return [r.held.conversation_id for r in self.worker.running.values() if r.step == "writing"]

    async def until_written(self, number: int) -> None:
        """Wait until so many answers are coming in."""

        async def are_coming() -> bool:
            return len(self.written) == number

        await self.until(are_coming)

    @property
    def calls(self) -> int:
        """Calls that reached a simulator."""
        return sum(simulator.calls for source in self.sources for simulator, _ in source._simulated.values())

    async def select(self, what: str) -> list[dict[str, Any]]:
        """Rows of a table as plain values."""
        async with self.services.database.read() as session:
            return [dict(row) for row in (await session.execute(text(f"SELECT * FROM {what}"))).mappings()]

    async def change(self, statement: str) -> None:
        """Change something behind everybody's back."""
        async with self.services.database.write() as session:
            await session.execute(text(statement))

    async def job(self, job_id: int) -> dict[str, Any]:
        async with self.services.database.read() as session:
            found = await jobs.get_job(session, job_id)
        assert found is not None
        return found

    async def items(self, job_id: int) -> list[dict[str, Any]]:
        async with self.services.database.read() as session:
            return await jobs.items_of(session, job_id)

    async def row(self, conversation_id: str) -> dict[str, Any]:
        async with self.services.database.read() as session:
            found = await conversations.get(session, conversation_id)
        assert found is not None
        return found

    async def attempts(self, conversation_id: str) -> list[dict[str, Any]]:
        async with self.services.database.read() as session:
            return await billing.attempts_of(session, conversation_id)

    def failed_items(self) -> list[FailedItem]:
        """The errors that the app shows."""
        with contextlib.closing(Browser(self.services.database.path, state_dir())) as browser:
            browser.set_view(Criteria())
            return list(browser.progress().errors)

    async def check_counters(self) -> None:
        """What is counted is what there is, and each row has its text once."""
        for job in await self.select("generation_jobs"):
            items = await self.items(job["id"])
            states = [item["status"] for item in items]
            for name in ("done", "failed", "cancelled"):
                assert job[name] == states.count(name), (name, job, states)
            assert job["total"] == len(items)
            logs = await self.select(f"generation_logs WHERE job_id = {job['id']}")
            assert job["calls"] == len(logs) == sum(item["attempts"] for item in items)
            assert job["actual_cost_microusd"] == sum(log["cost_microusd"] for log in logs)
            assert job["actual_cost_microusd"] == sum(item["actual_cost_microusd"] for item in items)
            assert job["input_tokens"] == sum(log["input_tokens"] for log in logs)
            if job["status"] in ("completed", "failed", "cancelled"):
                assert job["reserved_microusd"] == 0
        if await self.select("sqlite_master WHERE name = 'seen_statuses'"):
            for step in await self.select("seen_statuses"):
                check_transition("a row", step["old"], step["new"])
        for row in await self.select("conversations"):
            number = f"conversation_turns WHERE conversation_id = '{row['conversation_id']}'"
            assert row["turn_count"] == len(await self.select(number)), row["conversation_id"]
        assert await self.select("pragma_integrity_check") == [{"integrity_check": "ok"}]
