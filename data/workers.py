"""What worker processes tell of themselves: that they are alive, how busy they are, what they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.direct import often
from data.queue import LeaseLostError
from data.tables import GenerationJob, Worker, table_of
from data.types import utc_now
from data.vocabulary import JobStatus

JOBS = table_of(GenerationJob)
WORKERS = table_of(Worker)


# Asked before every change.
_ENDED = often(select(WORKERS.c.id).where(WORKERS.c.worker_key == bindparam("_key"), WORKERS.c.stopped_at.is_not(None)))


class ReplacedError(LeaseLostError):
    """Another worker took the place of this one; nothing was written."""


async def live_jobs_wait(session: AsyncSession) -> bool:
    """Whether live jobs are there that a worker with a key would work on."""
    waiting = (
        await session.execute(
            select(func.count())
            .select_from(JOBS)
            .where(JOBS.c.provider == "live", JOBS.c.status.in_([JobStatus.QUEUED, JobStatus.RUNNING]))
        )
    ).scalar_one()
    return bool(waiting)


async def beat(session: AsyncSession, worker_key: str, values: Mapping[str, Any]) -> None:
    """Tell that a worker is alive."""
    changed: Any = await session.execute(
        update(WORKERS).where(WORKERS.c.worker_key == worker_key).values(**values, updated_at=utc_now())
    )
    if not changed.rowcount:
        await session.execute(insert(WORKERS).values(worker_key=worker_key, **values))


async def refuse_replaced(session: AsyncSession, worker_key: str) -> None:
    """Raise ReplacedError when another worker has taken this one's place: it may not write any more."""
    if (await session.execute(_ENDED, {"_key": worker_key})).first() is not None:
        raise ReplacedError("Another worker has taken over: this one was not heard of for too long.")


async def end_other_workers(session: AsyncSession, worker_key: str, now: datetime) -> None:
    """Mark workers that died without a goodbye; for the holder of the file's worker lock only."""
    await session.execute(
        update(WORKERS)
        .where(WORKERS.c.worker_key != worker_key, WORKERS.c.stopped_at.is_(None))
        .values(stopped_at=now, message="ended without a goodbye")
    )
