"""Jobs and their items: submit, claim under a lease, checkpoint, finish, and the money reserved meanwhile.

Every change of a claimed item is fenced: it names the fence number of its claim, and when that is no longer the
newest, nothing is written and `LeaseLostError` is raised. Counters change in the transaction of what they count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS
from data.errors import StorageError
from data.tables import GenerationJob, GenerationLog, QueueItem, StageOutput, Worker, table_of
from data.types import utc_now
from data.vocabulary import OPEN_ITEMS, OPEN_JOBS, ItemStatus, JobStatus, Status

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)
STAGES = table_of(StageOutput)
LOGS = table_of(GenerationLog)
WORKERS = table_of(Worker)


class LeaseLostError(StorageError):
    """Another worker took the item over in the meantime; nothing was written."""


@dataclass(frozen=True)
class Claim:
    """An item this worker may run: its fence must be named with every change."""

    item_id: int
    job_id: int
    conversation_id: str
    fence: int
    note: str
    template_version_id: int | None


async def create_job(
    session: AsyncSession, job: Mapping[str, Any], items: Sequence[Mapping[str, Any]], statuses: Iterable[str]
) -> int:
    """Store a job with its items and queue their conversations, which must all be in one of `statuses`.

    Raises StorageError, and stores nothing, when a row is being generated already or was decided meanwhile.
    """
    result: Any = await session.execute(insert(JOBS).values(**job, total=len(items)))
    job_id = int(result.inserted_primary_key[0])
    allowed = tuple(statuses)
    ids = [item["conversation_id"] for item in items]
    queued = 0
    for start in range(0, len(ids), 500):
        changed: Any = await session.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.conversation_id.in_(ids[start : start + 500]), CONVERSATIONS.c.status.in_(allowed))
            .values(status=Status.QUEUED, error_message="", version=CONVERSATIONS.c.version + 1, updated_at=utc_now())
        )
        queued += changed.rowcount
    if queued != len(ids):
        raise StorageError(
            f"{len(ids) - queued} of the {len(ids)} rows changed in the meantime.", "Look again and submit once more."
        )
    try:
        await session.execute(insert(ITEMS), [{**item, "job_id": job_id} for item in items])
    except IntegrityError as error:
        raise StorageError("Some of the rows are in another open job.", "Wait for it, or stop it.") from error
    return job_id


async def claim(
    session: AsyncSession, owner: str, *, slots: int, now: datetime, lease_s: float, providers: Sequence[str]
) -> list[Claim]:
    """Take up to `slots` queued items of jobs that may run, in priority order, under a lease.

    A single row asked for by hand goes first; then jobs in order of submission, items in their order.
    """
    statement = (
        select(
            ITEMS.c.id,
            ITEMS.c.job_id,
            ITEMS.c.conversation_id,
            ITEMS.c.fence,
            ITEMS.c.note,
            ITEMS.c.template_version_id,
        )
        .select_from(ITEMS.join(JOBS, ITEMS.c.job_id == JOBS.c.id))
        .where(
            ITEMS.c.status == ItemStatus.QUEUED,
            JOBS.c.status.in_([JobStatus.QUEUED, JobStatus.RUNNING]),
            JOBS.c.stop_requested == "",
            JOBS.c.provider.in_(providers),
        )
        .order_by(case((JOBS.c.type == "single", 0), else_=1), JOBS.c.id, ITEMS.c.position)
        .limit(slots)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id.in_(ids))
        .values(
            status=ItemStatus.RUNNING,
            lease_owner=owner,
            lease_expires_at=now + timedelta(seconds=lease_s),
            fence=ITEMS.c.fence + 1,
            started_at=now,
            step="preparing prompt",
            partial_text="",
            error="",
            updated_at=now,
        )
    )
    await session.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id.in_([row.conversation_id for row in rows]))
        .values(status=Status.GENERATING, version=CONVERSATIONS.c.version + 1, updated_at=now)
    )
    await session.execute(
        update(JOBS)
        .where(JOBS.c.id.in_({row.job_id for row in rows}), JOBS.c.status == JobStatus.QUEUED)
        .values(status=JobStatus.RUNNING, started_at=func.coalesce(JOBS.c.started_at, now), updated_at=now)
    )
    return [
        Claim(row.id, row.job_id, row.conversation_id, row.fence + 1, row.note, row.template_version_id) for row in rows
    ]


async def pause_between_tiers(session: AsyncSession, claims: Sequence[Claim]) -> set[int]:
    """For jobs that pause after each tier: give back claims of the next tier and pause the job. Gives their items.

    A claim belongs to the next tier when an earlier item of its job, done or not, is of another tier and none of its
    own tier has been done or resumed yet (`tier_started` in the job's summary).
    """
    given_back: set[int] = set()
    for job_id in {held.job_id for held in claims}:
        job = await get_job(session, job_id)
        if job is None or not job["pause_after_tier"]:
            continue
        tiers = {
            row[0]: row[1]
            for row in (
                await session.execute(
                    select(ITEMS.c.id, CONVERSATIONS.c.tier)
                    .select_from(ITEMS.join(CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id))
                    .where(ITEMS.c.job_id == job_id)
                )
            ).all()
        }
        started = list((job["results_summary"] or {}).get("tiers_started", []))
        mine = [held for held in claims if held.job_id == job_id]
        first = tiers[mine[0].item_id]
        if not started:
            started = [first]
        late = [held for held in mine if tiers[held.item_id] not in started]
        for held in late:
            await release(session, held)
            given_back.add(held.item_id)
        values: dict[str, Any] = {}
        busy = await session.execute(
            select(ITEMS.c.id).where(ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.RUNNING).limit(1)
        )
        if late and busy.first() is None:  # the tier is finished: resume goes on with the next one
            following = tiers[late[0].item_id]
            name = started[-1].replace("_", " ")
            values = {"status": JobStatus.PAUSED, "reason": f"tier {name} is done: review it, then resume"}
            started.append(following)
        values["results_summary"] = {**(job["results_summary"] or {}), "tiers_started": started}
        await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(**values))
    return given_back


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


async def requeue_expired(session: AsyncSession, now: datetime) -> int:
    """Give back items whose worker has not been heard of for longer than its lease."""
    rows = (
        await session.execute(
            select(ITEMS.c.id, ITEMS.c.conversation_id).where(
                ITEMS.c.status == ItemStatus.RUNNING, or_(ITEMS.c.lease_expires_at < now, ITEMS.c.lease_owner == "")
            )
        )
    ).all()
    await _requeue(session, [row.id for row in rows], [row.conversation_id for row in rows])
    return len(rows)


async def requeue_of_dead_owner(session: AsyncSession, owner_prefix: str) -> int:
    """Give back everything that runs under other owners; for the holder of the file's worker lock only."""
    rows = (
        await session.execute(
            select(ITEMS.c.id, ITEMS.c.conversation_id).where(
                ITEMS.c.status == ItemStatus.RUNNING, ITEMS.c.lease_owner != owner_prefix
            )
        )
    ).all()
    await _requeue(session, [row.id for row in rows], [row.conversation_id for row in rows])
    return len(rows)


async def _requeue(session: AsyncSession, item_ids: list[int], conversation_ids: list[str]) -> None:
    if not item_ids:
        return
    now = utc_now()
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id.in_(item_ids))
        .values(status=ItemStatus.QUEUED, lease_owner="", fence=ITEMS.c.fence + 1, stage="", step="", updated_at=now)
    )
    await session.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id.in_(conversation_ids), CONVERSATIONS.c.status == Status.GENERATING)
        .values(status=Status.QUEUED, version=CONVERSATIONS.c.version + 1, updated_at=now)
    )


async def release(session: AsyncSession, held: Claim) -> None:
    """Give one item back to the queue, as it was before it was claimed."""
    await _fenced(session, held, {"step": ""})
    await _requeue(session, [held.item_id], [held.conversation_id])


async def extend_leases(session: AsyncSession, owner: str, item_ids: Sequence[int], until: datetime) -> None:
    """Keep the leases of running items alive."""
    if item_ids:
        await session.execute(
            update(ITEMS).where(ITEMS.c.id.in_(item_ids), ITEMS.c.lease_owner == owner).values(lease_expires_at=until)
        )


async def write_partials(session: AsyncSession, partials: Sequence[tuple[Claim, str, str, str]]) -> None:
    """Store stage, step and text so far of items: (claim, stage, step, text). What is over or was lost is left."""
    if partials:
        statement = (
            update(ITEMS)
            .where(
                ITEMS.c.id == bindparam("_id"),
                ITEMS.c.fence == bindparam("_fence"),
                ITEMS.c.status == ItemStatus.RUNNING,
            )
            .values(stage=bindparam("_stage"), step=bindparam("_step"), partial_text=bindparam("_text"))
        )
        connection = await session.connection()
        await connection.execute(
            statement,
            [
                {"_id": held.item_id, "_fence": held.fence, "_stage": stage, "_step": step, "_text": text}
                for held, stage, step, text in partials
            ],
        )


async def stage_output(session: AsyncSession, item_id: int, stage: str) -> dict[str, Any] | None:
    """What a stage of an item produced, or None when it has not run."""
    row = (
        (await session.execute(select(STAGES).where(STAGES.c.item_id == item_id, STAGES.c.stage == stage)))
        .mappings()
        .first()
    )
    return dict(row) if row else None


async def put_stage_output(
    session: AsyncSession, held: Claim, stage: str, output: Mapping[str, Any], *, model: str, repaired: bool
) -> None:
    """Checkpoint a stage. Raises LeaseLostError when the claim is no longer the newest."""
    await _fenced(session, held, {"stage": stage})
    await session.execute(
        insert(STAGES).values(item_id=held.item_id, stage=stage, output=dict(output), model=model, repaired=repaired)
    )


async def log_attempt(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """One row for one call."""
    await session.execute(insert(LOGS).values(**values))


async def reserve(session: AsyncSession, job_id: int, amount_microusd: int) -> bool:
    """Set money aside under the job's cap. False, and nothing set aside, when it would not fit."""
    result: Any = await session.execute(
        update(JOBS)
        .where(
            JOBS.c.id == job_id,
            or_(
                JOBS.c.cap_microusd.is_(None),
                JOBS.c.actual_cost_microusd + JOBS.c.reserved_microusd + amount_microusd <= JOBS.c.cap_microusd,
            ),
        )
        .values(reserved_microusd=JOBS.c.reserved_microusd + amount_microusd)
    )
    return bool(result.rowcount)


async def settle(
    session: AsyncSession,
    held: Claim,
    *,
    reserved_microusd: int,
    cost_microusd: int,
    input_tokens: int,
    output_tokens: int,
) -> None:
    """Turn a reservation into what the call really cost, on job and item."""
    await session.execute(
        update(JOBS)
        .where(JOBS.c.id == held.job_id)
        .values(
            reserved_microusd=case(
                (JOBS.c.reserved_microusd >= reserved_microusd, JOBS.c.reserved_microusd - reserved_microusd), else_=0
            ),
            actual_cost_microusd=JOBS.c.actual_cost_microusd + cost_microusd,
            calls=JOBS.c.calls + 1,
            input_tokens=JOBS.c.input_tokens + input_tokens,
            output_tokens=JOBS.c.output_tokens + output_tokens,
            updated_at=utc_now(),
        )
    )
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id == held.item_id)
        .values(actual_cost_microusd=ITEMS.c.actual_cost_microusd + cost_microusd, attempts=ITEMS.c.attempts + 1)
    )


async def clear_reservations(session: AsyncSession) -> None:
    """Free what dead workers had set aside; for the holder of the file's worker lock only."""
    await session.execute(update(JOBS).where(JOBS.c.reserved_microusd > 0).values(reserved_microusd=0))


async def finish(session: AsyncSession, held: Claim, status: ItemStatus, *, error: str = "", now: datetime) -> None:
    """End an item and count it. Raises LeaseLostError when the claim is no longer the newest."""
    await _fenced(
        session,
        held,
        {"status": status, "error": error, "finished_at": now, "lease_owner": "", "step": "", "partial_text": ""},
    )
    column = {ItemStatus.DONE: JOBS.c.done, ItemStatus.FAILED: JOBS.c.failed, ItemStatus.CANCELLED: JOBS.c.cancelled}[
        status
    ]
    await session.execute(
        update(JOBS).where(JOBS.c.id == held.job_id).values({column: column + 1, JOBS.c.updated_at: now})
    )


async def settle_jobs(session: AsyncSession, now: datetime) -> list[int]:
    """Cancel what a stopped job still had queued, and end every job that has no open item. Gives the jobs ended."""
    stopped = (
        await session.execute(
            select(ITEMS.c.id, ITEMS.c.job_id, ITEMS.c.conversation_id)
            .select_from(ITEMS.join(JOBS, ITEMS.c.job_id == JOBS.c.id))
            .where(JOBS.c.stop_requested != "", JOBS.c.status.in_(OPEN_JOBS), ITEMS.c.status == ItemStatus.QUEUED)
        )
    ).all()
    if stopped:
        await _cancel(session, [tuple(row) for row in stopped], now)
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
    return ended


async def _cancel(session: AsyncSession, rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id.in_([row[0] for row in rows]))
        .values(status=ItemStatus.CANCELLED, finished_at=now, lease_owner="", updated_at=now)
    )
    await session.execute(
        update(CONVERSATIONS)
        .where(
            CONVERSATIONS.c.conversation_id.in_([row[2] for row in rows]),
            CONVERSATIONS.c.status.in_([Status.QUEUED, Status.GENERATING]),
        )
        .values(status=Status.PLANNED, version=CONVERSATIONS.c.version + 1, updated_at=now)
    )
    for job_id in {row[1] for row in rows}:
        count = sum(1 for row in rows if row[1] == job_id)
        await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(cancelled=JOBS.c.cancelled + count))


async def set_job(session: AsyncSession, job_id: int, values: Mapping[str, Any], *, only: Sequence[str]) -> bool:
    """Change a job that is in one of the statuses `only`. False when it is not."""
    result: Any = await session.execute(
        update(JOBS).where(JOBS.c.id == job_id, JOBS.c.status.in_(only)).values(**values, updated_at=utc_now())
    )
    return bool(result.rowcount)


async def get_job(session: AsyncSession, job_id: int) -> dict[str, Any] | None:
    """A job as values."""
    row = (await session.execute(select(JOBS).where(JOBS.c.id == job_id))).mappings().first()
    return dict(row) if row else None


async def open_jobs(session: AsyncSession) -> list[dict[str, Any]]:
    """Jobs that are not over, oldest first."""
    statement = select(JOBS).where(JOBS.c.status.in_(OPEN_JOBS)).order_by(JOBS.c.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def items_of(session: AsyncSession, job_id: int) -> list[dict[str, Any]]:
    """The items of a job in order, without their partial text."""
    columns = [c for c in ITEMS.c if c.name != "partial_text"]
    statement = select(*columns).where(ITEMS.c.job_id == job_id).order_by(ITEMS.c.position)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def dismiss_error(session: AsyncSession, item_id: int) -> None:
    """Take a failed item off the list of errors; its record stays."""
    await session.execute(update(ITEMS).where(ITEMS.c.id == item_id).values(error_dismissed=True))


async def output_tokens_by_template(session: AsyncSession) -> dict[int, tuple[int, float]]:
    """For each template version: how many successful live calls, and their mean output tokens."""
    statement = (
        select(LOGS.c.template_version_id, func.count(), func.avg(LOGS.c.output_tokens))
        .where(LOGS.c.stop_reason == "end_turn", LOGS.c.template_version_id.is_not(None), LOGS.c.stage == "dialogue")
        .group_by(LOGS.c.template_version_id)
    )
    return {row[0]: (row[1], float(row[2])) for row in (await session.execute(statement)).all()}


async def attempts_of(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Every attempt made for a conversation, oldest first."""
    statement = select(LOGS).where(LOGS.c.conversation_id == conversation_id).order_by(LOGS.c.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


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


async def _fenced(session: AsyncSession, held: Claim, values: Mapping[str, Any]) -> None:
    result: Any = await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id == held.item_id, ITEMS.c.fence == held.fence, ITEMS.c.status == ItemStatus.RUNNING)
        .values(**values, updated_at=utc_now())
    )
    if not result.rowcount:
        raise LeaseLostError(
            f"{held.conversation_id} was taken over by another worker.", "Its result there is the one that counts."
        )
