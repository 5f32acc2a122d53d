"""Runs a worker in this process on the jobs of a test, with a simulator that answers at once and back-off that does
not sleep."""

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
from core.engine.worker import Worker
from core.services import Services
from core.settings.fields import Settings, state_dir
from core.status import check_transition
from data import billing, conversations, jobs
from data.criteria import Criteria


@dataclass
class Bench:
    """A worker's place of work: orders, runs, and looks at what is stored."""

    services: Services
    slept: list[float] = field(default_factory=list)
    worker: Worker | None = None
    sources: list[ProviderSource] = field(default_factory=list)

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
        """Note every change of status from here on; `check_counters` holds them against the table of transitions."""
        await self.change(
            "CREATE TABLE IF NOT EXISTS seen_statuses (old TEXT, new TEXT, PRIMARY KEY (old, new)) WITHOUT ROWID"
        )
        await self.change(
            "CREATE TRIGGER IF NOT EXISTS note_status AFTER UPDATE OF status ON conversations WHEN old.status <> "
            "new.status BEGIN INSERT OR IGNORE INTO seen_statuses VALUES (old.status, new.status); END"
        )

    async def run(self, while_running: Callable[[], Awaitable[None]] | None = None, *, seconds: float = 30) -> None:
        """Run a worker until nothing is left that can run, holding its lock as the real one does."""
        lock = worker_lock.hold_worker_lock(self.services.database.path)
        assert lock is not None
        source = ProviderSource("")
        self.sources.append(source)

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.sleep(0)

        self.worker = Worker(self.services.database, source, linger_s=0, sleep=sleep, lock=lock)
        side = asyncio.create_task(while_running()) if while_running else None  # type: ignore[arg-type]
        try:
            await asyncio.wait_for(self.worker.run(), seconds)
            if side is not None:
                await asyncio.wait_for(side, 5)
        finally:
            os.close(lock)

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
        """Poll until something is so."""
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110  the database tells, no event does
                await asyncio.sleep(0.01)

    async def until_written(self, conversation_id: str) -> None:
        """Wait until the answer for a row is coming in."""

        async def is_coming() -> bool:
            assert self.worker is not None
            now = self.worker.running.values()
            return any(r.held.conversation_id == conversation_id and r.step == "writing" for r in now)

        await self.until(is_coming)

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
