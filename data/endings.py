"""What a job came to: the scores of what it wrote, and the record of its end that is kept with it.

`core.engine.notices` computes the record in the transaction that ends the job; nothing here knows its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS
from data.tables import GenerationJob, GenerationLog, QueueItem, table_of
from data.vocabulary import ItemStatus, JobStatus, Status

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)
LOGS = table_of(GenerationLog)


async def outcome(session: AsyncSession, job_id: int) -> list[tuple[float | None, bool, bool]]:
    """Of every row that a job wrote: its score, whether it is flagged, whether it is to review."""
    to_review = CONVERSATIONS.c.status == Status.GENERATED
    statement = (
        select(CONVERSATIONS.c.quality_score, CONVERSATIONS.c.needs_review, to_review)
        .select_from(ITEMS.join(CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id))
        .where(ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.DONE)
    )
    return [(row[0], bool(row[1]), bool(row[2])) for row in (await session.execute(statement)).all()]


async def add_to_summary(session: AsyncSession, job_id: int, values: Mapping[str, Any]) -> None:
    """Put entries into a job's record, beside what it has."""
    old = (await session.execute(select(JOBS.c.results_summary).where(JOBS.c.id == job_id))).scalar() or {}
    await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(results_summary={**old, **values}))


async def with_notice(session: AsyncSession, since: datetime) -> list[dict[str, Any]]:
    """Jobs with somebody to tell that are paused, or ended by themselves after `since`."""
    ended = JOBS.c.status.in_([JobStatus.COMPLETED, JobStatus.FAILED])
    statement = select(JOBS).where(
        JOBS.c.notify.is_not(None),
        or_(JOBS.c.status == JobStatus.PAUSED, ended & (JOBS.c.finished_at >= since)),
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def items_after(session: AsyncSession, job_id: int, position: int, limit: int) -> list[dict[str, Any]]:
    """The next items of a job in their order, each with the number and topic of its row."""
    columns = (ITEMS.c.id, ITEMS.c.conversation_id, ITEMS.c.position, ITEMS.c.status, ITEMS.c.attempts, ITEMS.c.error)
    statement = (
        select(*columns, CONVERSATIONS.c.number, CONVERSATIONS.c.persona_name, CONVERSATIONS.c.topic)
        .select_from(ITEMS.join(CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id))
        .where(ITEMS.c.job_id == job_id, ITEMS.c.position > position)
        .order_by(ITEMS.c.position)
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def calls_of(session: AsyncSession, item_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every call made for these items, oldest first."""
    statement = select(LOGS).where(LOGS.c.item_id.in_(item_ids)).order_by(LOGS.c.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def calls_without_item(session: AsyncSession, job_id: int) -> int:
    """How many calls of a job belong to rows that were deleted since."""
    of_items = select(ITEMS.c.id).where(ITEMS.c.job_id == job_id)
    statement = select(func.count()).where(LOGS.c.job_id == job_id, LOGS.c.item_id.not_in(of_items))
    return int((await session.execute(statement)).scalar_one())
