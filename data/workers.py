"""What worker processes tell of themselves: that they are alive, how busy they are, what they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import GenerationJob, Worker, table_of
from data.types import utc_now
from data.vocabulary import JobStatus

JOBS = table_of(GenerationJob)
WORKERS = table_of(Worker)


async def waiting_for_key(session: AsyncSession) -> str:
    """A sentence when live jobs wait because this worker has no key; empty otherwise."""
    waiting = (
        await session.execute(
            select(func.count())
            .select_from(JOBS)
            .where(JOBS.c.provider == "live", JOBS.c.status.in_([JobStatus.QUEUED, JobStatus.RUNNING]))
        )
    ).scalar_one()
    return "a live job waits: the worker has no API key" if waiting else ""


async def beat(session: AsyncSession, worker_key: str, values: Mapping[str, Any]) -> None:
    """Tell that a worker is alive."""
    changed: Any = await session.execute(
        update(WORKERS).where(WORKERS.c.worker_key == worker_key).values(**values, updated_at=utc_now())
    )
    if not changed.rowcount:
        await session.execute(insert(WORKERS).values(worker_key=worker_key, **values))


async def end_other_workers(session: AsyncSession, worker_key: str, now: datetime) -> None:
    """Mark workers that died without a goodbye; for the holder of the file's worker lock only."""
    await session.execute(
        update(WORKERS)
        .where(WORKERS.c.worker_key != worker_key, WORKERS.c.stopped_at.is_(None))
        .values(stopped_at=now, message="ended without a goodbye")
    )
