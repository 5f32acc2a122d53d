"""The rows of jobs while they are worked on: claim under a lease, checkpoint, finish. Their money is in `data.billing`.

Every change of a claimed item is fenced: it names the fence number of its claim, and when that is no longer the
newest, nothing is written and `LeaseLostError` is raised. Counters change in the transaction of what they count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS
from data.direct import often
from data.errors import StorageError
from data.tables import GenerationJob, QueueItem, StageOutput, table_of
from data.types import utc_now
from data.vocabulary import OPEN_JOBS, ItemStatus, JobStatus, Status

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)
STAGES = table_of(StageOutput)
FOR_SERVICE = "the service failed"  # the step of a failed item: another row would have fared no better
# A dialogue, or a turn of one, that a call gave is stored for the item. A text that is the row's own is not lost.
IS_PAID = (
    select(STAGES.c.item_id)
    .where(
        STAGES.c.item_id == ITEMS.c.id,
        or_(
            and_(
                STAGES.c.stage == "dialogue",
                func.coalesce(func.json_extract(STAGES.c.output, "$.from_the_row"), 0) == 0,
            ),
            STAGES.c.stage.like("turn:%"),
        ),
    )
    .exists()
)


# What every call needs is built once: building a statement takes longer than running it.
_CHECKPOINT = often(insert(STAGES))
_PARTIAL = often(
    update(ITEMS)
    .where(
        ITEMS.c.id == bindparam("_id"),
        ITEMS.c.fence == bindparam("_fence"),
        ITEMS.c.status == ItemStatus.RUNNING.value,
    )
    .values(stage=bindparam("_stage"), step=bindparam("_step"), partial_text=bindparam("_text"))
)
_WAITING = (
    select(
        *(ITEMS.c[name] for name in ("id", "job_id", "conversation_id", "fence", "note", "template_version_id")),
    )
    .select_from(ITEMS.join(JOBS, ITEMS.c.job_id == JOBS.c.id))
    .where(
        ITEMS.c.job_id == bindparam("_job"),
        ITEMS.c.status == ItemStatus.QUEUED.value,
        or_(JOBS.c.status == JobStatus.QUEUED.value, JOBS.c.status == JobStatus.RUNNING.value),
        JOBS.c.stop_requested == "",
    )
    .order_by(ITEMS.c.position)
    .limit(bindparam("_slots", type_=Integer))
)
_ALL_WAITING = often(_WAITING)
_TAKE_ITEM = often(
    update(ITEMS)
    .where(ITEMS.c.id == bindparam("_id"))
    .values(
        status=ItemStatus.RUNNING.value,
        lease_owner=bindparam("_owner"),
        lease_expires_at=bindparam("_until", type_=ITEMS.c.lease_expires_at.type),
        fence=ITEMS.c.fence + 1,
        started_at=bindparam("_now", type_=ITEMS.c.started_at.type),
        step="preparing prompt",
        partial_text="",
        error="",
        updated_at=bindparam("_now", type_=ITEMS.c.updated_at.type),
    )
)
_TAKE_ROW = often(
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.conversation_id == bindparam("_row"))
    .values(
        status=Status.GENERATING.value,
        version=CONVERSATIONS.c.version + 1,
        updated_at=bindparam("_now", type_=CONVERSATIONS.c.updated_at.type),
    )
)
_BEGIN_JOB = often(
    update(JOBS)
    .where(JOBS.c.id == bindparam("_job"), JOBS.c.status == JobStatus.QUEUED.value)
    .values(
        status=JobStatus.RUNNING.value,
        started_at=func.coalesce(JOBS.c.started_at, bindparam("_now", type_=JOBS.c.started_at.type)),
        updated_at=bindparam("_now", type_=JOBS.c.updated_at.type),
    )
)


class LeaseLostError(StorageError):
    """Another worker took the item over in the meantime; nothing was written."""


class LapsedError(LeaseLostError):
    """The worker itself was silent for longer than its lease: it may store nothing under it any more."""


@dataclass(frozen=True)
class Claim:
    """An item this worker may run: its fence must be named with every change."""

    item_id: int
    job_id: int
    conversation_id: str
    fence: int
    note: str
    template_version_id: int | None


async def claim(
    session: AsyncSession,
    owner: str,
    job_id: int,
    *,
    slots: int,
    now: datetime,
    lease_s: float,
    tiers: Sequence[str] | None = None,
) -> list[Claim]:
    """Take up to `slots` queued items of a job that may run, in their order, under a lease; with `tiers` only those."""
    statement = _ALL_WAITING
    if tiers is not None:
        of_tiers = select(CONVERSATIONS.c.conversation_id).where(CONVERSATIONS.c.tier.in_(tiers))
        statement = _WAITING.where(ITEMS.c.conversation_id.in_(of_tiers))
    found = (await session.execute(statement, {"_job": job_id, "_slots": slots})).all()
    return await _take(session, owner, found, now, lease_s)


async def claim_paid(session: AsyncSession, owner: str, job_id: int, *, now: datetime, lease_s: float) -> list[Claim]:
    """Take the queued items of a job that were stopped or dropped though an answer of theirs is stored and paid for."""
    columns = ("id", "job_id", "conversation_id", "fence", "note", "template_version_id")
    statement = (
        select(*(ITEMS.c[name] for name in columns))
        .select_from(ITEMS.join(JOBS, ITEMS.c.job_id == JOBS.c.id))
        .where(
            ITEMS.c.job_id == job_id,
            ITEMS.c.status == ItemStatus.QUEUED,
            JOBS.c.status.in_(OPEN_JOBS),
            or_(JOBS.c.stop_requested != "", ITEMS.c.drop_requested),
            IS_PAID,
        )
    )
    return await _take(session, owner, (await session.execute(statement)).all(), now, lease_s)


async def _take(session: AsyncSession, owner: str, rows: Sequence[Any], now: datetime, lease_s: float) -> list[Claim]:
    """Put queued items under the lease of an owner."""
    if not rows:
        return []
    until = now + timedelta(seconds=lease_s)
    connection = await session.connection()
    leases = [{"_id": row.id, "_owner": owner, "_until": until, "_now": now} for row in rows]
    await connection.execute(_TAKE_ITEM, leases)
    await connection.execute(_TAKE_ROW, [{"_row": row.conversation_id, "_now": now} for row in rows])
    await connection.execute(_BEGIN_JOB, [{"_job": job_id, "_now": now} for job_id in {row.job_id for row in rows}])
    return [
        Claim(row.id, row.job_id, row.conversation_id, row.fence + 1, row.note, row.template_version_id) for row in rows
    ]


async def tiers_to_claim(session: AsyncSession, job_id: int) -> list[str]:
    """Which tiers a job that pauses after each tier may be claimed from now.

    When the next row belongs to a tier that was not begun, there are none: what runs is finished first, and then the
    job pauses here, so that resuming it goes on with that tier (`tiers_started` in its summary).
    """
    of_job = ITEMS.join(CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id)
    following = (
        await session.execute(
            select(CONVERSATIONS.c.tier)
            .select_from(of_job)
            .where(ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.QUEUED)
            .order_by(ITEMS.c.position)
            .limit(1)
        )
    ).scalar()
    if following is None:
        return []
    summary = (await session.execute(select(JOBS.c.results_summary).where(JOBS.c.id == job_id))).scalar() or {}
    started: list[str] = list(summary.get("tiers_started", []))
    if following in started:
        return started
    running = select(ITEMS.c.id).where(ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.RUNNING).limit(1)
    if (await session.execute(running)).first() is not None:
        return []
    values: dict[str, Any] = {"results_summary": {**summary, "tiers_started": [*started, following]}}
    if started:
        name = started[-1].replace("_", " ")
        values |= {"status": JobStatus.PAUSED, "reason": f"tier {name} is done: review it, then resume"}
    await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(**values, updated_at=utc_now()))
    return [] if started else [following]


async def requeue_of_dead_owner(session: AsyncSession, owner: str) -> int:
    """Give back everything that runs under other owners; for the holder of the file's worker lock only."""
    rows = (
        await session.execute(
            select(ITEMS.c.id, ITEMS.c.conversation_id).where(
                ITEMS.c.status == ItemStatus.RUNNING, ITEMS.c.lease_owner != owner
            )
        )
    ).all()
    await _requeue(session, [row.id for row in rows], [row.conversation_id for row in rows])
    return len(rows)


async def _requeue(session: AsyncSession, item_ids: list[int], conversation_ids: list[str]) -> None:
    if not item_ids:
        return
    now = utc_now()
    await session.execute(  # as many as run at the same time, so the list stays short
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
    await fenced(session, held, {"step": ""})
    await _requeue(session, [held.item_id], [held.conversation_id])


async def take_again(session: AsyncSession, job_id: int, item_ids: Sequence[int]) -> int:
    """Put failed items of an open job back into its queue, as if they had not failed; gives how many.

    Left alone is a row that somebody has ordered, deleted or decided on since.
    """
    other = ITEMS.alias("other")
    is_ordered = (
        select(other.c.id)
        .where(
            other.c.conversation_id == ITEMS.c.conversation_id,
            or_(other.c.status == ItemStatus.QUEUED, other.c.status == ItemStatus.RUNNING),
        )
        .exists()
    )
    found = (
        await session.execute(
            select(ITEMS.c.id, ITEMS.c.conversation_id)
            .select_from(
                ITEMS.join(JOBS, ITEMS.c.job_id == JOBS.c.id).join(
                    CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id
                )
            )
            .where(
                ITEMS.c.job_id == job_id,
                ITEMS.c.id.in_(item_ids),
                ITEMS.c.status == ItemStatus.FAILED,
                JOBS.c.status.in_(OPEN_JOBS),
                JOBS.c.stop_requested == "",
                or_(CONVERSATIONS.c.status == Status.FAILED, CONVERSATIONS.c.status == ITEMS.c.former_status),
                ~is_ordered,
            )
        )
    ).all()
    if not found:
        return 0
    now = utc_now()
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.id.in_([row.id for row in found]))
        .values(status=ItemStatus.QUEUED, error="", step="", finished_at=None, updated_at=now)
    )
    await session.execute(
        update(CONVERSATIONS)
        .where(CONVERSATIONS.c.conversation_id.in_([row.conversation_id for row in found]))
        .values(status=Status.QUEUED, error_message="", version=CONVERSATIONS.c.version + 1, updated_at=now)
    )
    await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(failed=JOBS.c.failed - len(found)))
    return len(found)


async def failed_for_service(session: AsyncSession, job_id: int) -> list[int]:
    """The items of a job that failed for the service alone since the last one that worked, the oldest first.

    Those whose error a person has cleared are left out.
    """
    worked = select(func.max(ITEMS.c.finished_at)).where(ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.DONE)
    since = worked.scalar_subquery()
    statement = select(ITEMS.c.id).where(
        ITEMS.c.job_id == job_id,
        ITEMS.c.status == ItemStatus.FAILED,
        ITEMS.c.step == FOR_SERVICE,
        ITEMS.c.error_dismissed.is_(False),
        or_(since.is_(None), ITEMS.c.finished_at > since),
    )
    return list((await session.execute(statement.order_by(ITEMS.c.finished_at, ITEMS.c.id))).scalars())


async def extend_leases(session: AsyncSession, owner: str, item_ids: Sequence[int], until: datetime) -> None:
    """Keep the leases of running items alive."""
    if item_ids:
        await session.execute(
            update(ITEMS).where(ITEMS.c.id.in_(item_ids), ITEMS.c.lease_owner == owner).values(lease_expires_at=until)
        )


async def write_partials(session: AsyncSession, partials: Sequence[tuple[Claim, str, str, str]]) -> None:
    """Store stage, step and text so far of items: (claim, stage, step, text). What is over or was lost is left."""
    if partials:
        connection = await session.connection()
        await connection.execute(
            _PARTIAL,
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
    await fenced(session, held, {"stage": stage})
    values = {"item_id": held.item_id, "stage": stage, "output": dict(output), "model": model, "repaired": repaired}
    await session.execute(_CHECKPOINT, values)


async def finish(
    session: AsyncSession, held: Claim, status: ItemStatus, *, error: str = "", step: str = "", now: datetime
) -> None:
    """End an item and count it. Raises LeaseLostError when the claim is no longer the newest."""
    await fenced(
        session,
        held,
        {"status": status, "error": error, "finished_at": now, "lease_owner": "", "step": step, "partial_text": ""},
    )
    column = {ItemStatus.DONE: JOBS.c.done, ItemStatus.FAILED: JOBS.c.failed, ItemStatus.CANCELLED: JOBS.c.cancelled}[
        status
    ]
    await session.execute(_counted(column.name), {"_job": held.job_id, "_now": now})


@cache
def _counted(column: str) -> Any:
    """An update that counts one more item of a job under this column, built once."""
    moment = bindparam("_now", type_=JOBS.c.updated_at.type)
    more = {column: JOBS.c[column] + 1, "updated_at": moment}
    return often(update(JOBS).where(JOBS.c.id == bindparam("_job")).values(more))


@cache
def _fenced_update(names: tuple[str, ...]) -> Any:
    """An update of these columns of an item that is still held, built once."""
    return often(
        update(ITEMS)
        .where(
            ITEMS.c.id == bindparam("_item"),
            ITEMS.c.fence == bindparam("_fence_held"),
            ITEMS.c.status == ItemStatus.RUNNING.value,
        )
        .values({name: bindparam(f"_{name}", type_=ITEMS.c[name].type) for name in (*names, "updated_at")})
    )


async def fenced(session: AsyncSession, held: Claim, values: Mapping[str, Any]) -> None:
    """Change a claimed item. Raises LeaseLostError when the claim is no longer the newest."""
    changed = {f"_{name}": value for name, value in {**values, "updated_at": utc_now()}.items()}
    named = {"_item": held.item_id, "_fence_held": held.fence, **changed}
    result: Any = await session.execute(_fenced_update(tuple(values)), named)
    if not result.rowcount:
        raise LeaseLostError(
            f"{held.conversation_id} was taken over by another worker, or taken out of the job.",
            "Nothing was stored for it.",
        )
