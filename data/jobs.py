"""Jobs as a whole: submit, look, steer, and end. What happens to their claimed rows is in `data.queue`.

Counters change in the transaction of what they count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from data import budgets, stage_outputs
from data.conversations import CONVERSATIONS
from data.direct import often
from data.errors import StorageError
from data.queue import IS_PAID
from data.steering import cancel_items
from data.tables import GenerationJob, QueueItem, table_of
from data.types import utc_now
from data.vocabulary import OPEN_ITEMS, OPEN_JOBS, ItemStatus, JobStatus, Status

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)


async def next_number(session: AsyncSession) -> int:
    """The number that the next job will most likely have."""
    return int((await session.execute(select(func.coalesce(func.max(JOBS.c.id), 0)))).scalar_one()) + 1


async def create_job(
    session: AsyncSession,
    job: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    statuses: Iterable[str],
    texts: Mapping[str, tuple[Mapping[str, Any], str]] | None = None,
) -> int:
    """Store a job with its items and queue their conversations, which must all be in one of `statuses`.

    `texts` are the dialogues, by conversation, of rows that are only to be annotated. What a row's failed item had
    produced goes to its new one, unless it is to be written anew.

    Raises StorageError, and stores nothing, when a row is being generated already or was decided meanwhile.
    """
    allowed = tuple(statuses)
    ids = [item["conversation_id"] for item in items]
    former = await _refuse_what_changed(session, ids, allowed)
    result: Any = await session.execute(insert(JOBS).values(**job, total=len(items)))
    job_id = int(result.inserted_primary_key[0])
    for start in range(0, len(ids), 500):
        await session.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.conversation_id.in_(ids[start : start + 500]), CONVERSATIONS.c.status.in_(allowed))
            .values(status=Status.QUEUED, error_message="", version=CONVERSATIONS.c.version + 1, updated_at=utc_now())
        )
    try:
        await session.execute(
            insert(ITEMS),
            [{**item, "job_id": job_id, "former_status": former[item["conversation_id"]]} for item in items],
        )
    except IntegrityError as error:
        raise StorageError("Some of the rows are in another open job.", "Wait for it, or stop it.") from error
    if texts:
        await stage_outputs.put_texts(session, job_id, texts)
    if job["type"] != "regenerate":
        await stage_outputs.adopt(session, job_id)
    return job_id


async def _refuse_what_changed(session: AsyncSession, ids: Sequence[str], allowed: Sequence[str]) -> dict[str, str]:
    """The status of each row; raises StorageError naming the first that is gone or in none of those `allowed`."""
    changed: list[str] = []
    former: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        columns = select(CONVERSATIONS.c.conversation_id, CONVERSATIONS.c.status)
        found = (await session.execute(columns.where(CONVERSATIONS.c.conversation_id.in_(part)))).all()
        status = {row[0]: str(row[1]) for row in found}
        former |= status
        for conversation_id in part:
            if status.get(conversation_id) not in allowed:
                now = status.get(conversation_id, "deleted").replace("_", " ")
                changed.append(f"{conversation_id} is {now}")
    if changed:
        more = f", and {len(changed) - 1} more are not what they were" if len(changed) > 1 else ""
        raise StorageError(f"Nothing was ordered: {changed[0]} by now{more}.", "Look again and submit once more.")
    return former


async def settle_jobs(session: AsyncSession, now: datetime) -> list[int]:
    """Cancel what a stopped job still had queued, and end every job that has no open item. Gives the jobs ended."""
    stopped = select(JOBS.c.id).where(JOBS.c.stop_requested != "", JOBS.c.status.in_(OPEN_JOBS))
    for job_id in list((await session.execute(stopped)).scalars()):
        await _cancel(session, job_id, now)
    open_items = select(ITEMS.c.id).where(ITEMS.c.job_id == JOBS.c.id, ITEMS.c.status.in_(OPEN_ITEMS)).exists()
    ended = list((await session.execute(select(JOBS.c.id).where(JOBS.c.status.in_(OPEN_JOBS), ~open_items))).scalars())
    if ended:
        await session.execute(
            update(JOBS)
            .where(JOBS.c.id.in_(ended))
            .values(
                status=case(
                    (JOBS.c.stop_requested != "", JobStatus.CANCELLED),
                    (JOBS.c.done == 0, case((JOBS.c.failed > 0, JobStatus.FAILED), else_=JobStatus.COMPLETED)),
                    else_=JobStatus.COMPLETED,
                ),
                finished_at=now,
                reserved_microusd=0,
                updated_at=now,
            )
        )
        await budgets.recount_reserved(session)
    return ended


async def _cancel(session: AsyncSession, job_id: int, now: datetime) -> None:
    """Cancel what a job still has queued; what is paid for already stays queued, to be finished without a call."""
    waiting = (ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.QUEUED, ~IS_PAID)
    number = await cancel_items(session, waiting, now)
    await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(cancelled=JOBS.c.cancelled + number))


async def set_job(session: AsyncSession, job_id: int, values: Mapping[str, Any], *, only: Sequence[str]) -> bool:
    """Change a job that is in one of the statuses `only`. False when it is not."""
    result: Any = await session.execute(
        update(JOBS).where(JOBS.c.id == job_id, JOBS.c.status.in_(only)).values(**values, updated_at=utc_now())
    )
    return bool(result.rowcount)


async def rest(session: AsyncSession, reason: str) -> list[int]:
    """Pause every job that may run, until `go_on`; gives which."""
    found = [job for job in await open_jobs(session) if job["status"] != JobStatus.PAUSED and not job["stop_requested"]]
    for job in found:
        summary = {**(job["results_summary"] or {}), "rests_for": reason}
        values = {"status": JobStatus.PAUSED, "reason": reason, "results_summary": summary}
        await set_job(session, job["id"], values, only=(JobStatus.QUEUED, JobStatus.RUNNING))
    return [job["id"] for job in found]


async def go_on(session: AsyncSession) -> list[int]:
    """Let the jobs go on that `rest` has paused, and nobody else since; gives which."""
    found = [job for job in await open_jobs(session) if goes_on_by_itself(job)]
    for job in found:
        summary = {name: value for name, value in job["results_summary"].items() if name != "rests_for"}
        status = JobStatus.RUNNING if job["started_at"] else JobStatus.QUEUED
        values = {"status": status, "reason": "", "results_summary": summary or None}
        await set_job(session, job["id"], values, only=(JobStatus.PAUSED,))
    return [job["id"] for job in found]


def goes_on_by_itself(job: Mapping[str, Any]) -> bool:
    """Whether a job was paused by `rest`: it goes on as soon as what it rests for is over."""
    reason = (job["results_summary"] or {}).get("rests_for")
    return bool(reason) and (job["status"], job["reason"]) == (JobStatus.PAUSED, reason)


async def get_job(session: AsyncSession, job_id: int) -> dict[str, Any] | None:
    """A job as values."""
    row = (await session.execute(select(JOBS).where(JOBS.c.id == job_id))).mappings().first()
    return dict(row) if row else None


_OPEN = often(  # asked whenever something was stored; no list, whose text is made anew each time
    select(JOBS)
    .where(or_(*(JOBS.c.status == status.value for status in OPEN_JOBS)))
    .order_by(JOBS.c.priority.desc(), JOBS.c.id)
)


async def open_jobs(session: AsyncSession) -> list[dict[str, Any]]:
    """Jobs that are not over: those put first, then the oldest."""
    return [dict(row) for row in (await session.execute(_OPEN)).mappings()]


async def items_of(session: AsyncSession, job_id: int) -> list[dict[str, Any]]:
    """The items of a job in order, without their partial text."""
    columns = [c for c in ITEMS.c if c.name != "partial_text"]
    statement = select(*columns).where(ITEMS.c.job_id == job_id).order_by(ITEMS.c.position)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def dismiss_error(session: AsyncSession, item_id: int) -> None:
    """Take a failed item off the list of errors; its record stays."""
    await session.execute(update(ITEMS).where(ITEMS.c.id == item_id).values(error_dismissed=True))
