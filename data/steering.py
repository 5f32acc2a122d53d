"""Single rows of an open job, steered by a person: taken out, moved, and put back to what they were before.

Called by the engine's adapter and by the worker. What is paid for is never thrown away here: a row whose stages have
stored something is only marked, and whoever works finishes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import CONVERSATIONS
from data.direct import often
from data.queue import IS_PAID, Claim, finish, release
from data.tables import GenerationJob, QueueItem, table_of
from data.types import utc_now
from data.vocabulary import OPEN_ITEMS, OPEN_JOBS, ItemStatus, Status

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)

Place = Literal["first", "last", "up", "down"]
Dropped = Literal["absent", "cancelled", "running", "paid"]
_WITH_TEXT = (Status.GENERATED, Status.REVIEWED, Status.NEEDS_EDIT, Status.REJECTED)


async def cancel_items(session: AsyncSession, which: Sequence[Any], now: datetime) -> int:
    """Cancel the items that the conditions name, and give their rows back; the caller counts them."""
    former = (
        select(ITEMS.c.former_status)
        .where(ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id, *which)
        .scalar_subquery()
    )
    await _give_back(session, select(ITEMS.c.conversation_id).where(*which), former, now)
    cancelled: Any = await session.execute(
        update(ITEMS)
        .where(*which)
        .values(status=ItemStatus.CANCELLED, finished_at=now, lease_owner="", step="", partial_text="", updated_at=now)
    )
    return int(cancelled.rowcount)


async def _give_back(session: AsyncSession, rows: Select[Any], former: Any, now: datetime) -> None:
    """What was ordered becomes what it was: decided or generated where it has its text, planned where it has none."""
    has_text = CONVERSATIONS.c.turn_count > 0
    await session.execute(
        update(CONVERSATIONS)
        .where(
            CONVERSATIONS.c.conversation_id.in_(rows),
            CONVERSATIONS.c.status.in_([Status.QUEUED, Status.GENERATING]),
        )
        .values(
            status=case(
                (has_text & former.in_(_WITH_TEXT), former), (has_text, Status.GENERATED), else_=Status.PLANNED
            ),
            version=CONVERSATIONS.c.version + 1,
            updated_at=now,
        )
    )


async def drop(session: AsyncSession, job_id: int, conversation_id: str, now: datetime) -> Dropped:
    """Take a row out of an open job.

    What waits is cancelled at once and counted. What is being written, or has paid answers stored, is marked for the
    worker: it breaks off what is not paid for and finishes the rest.
    """
    mine = (ITEMS.c.job_id == job_id, ITEMS.c.conversation_id == conversation_id, ITEMS.c.status.in_(OPEN_ITEMS))
    found = (await session.execute(select(ITEMS.c.id, ITEMS.c.status, IS_PAID.label("is_paid")).where(*mine))).first()
    if found is None:
        return "absent"
    if found.status == ItemStatus.QUEUED and not found.is_paid:
        number = await cancel_items(session, (ITEMS.c.id == found.id,), now)
        await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(cancelled=JOBS.c.cancelled + number))
        return "cancelled"
    await session.execute(update(ITEMS).where(ITEMS.c.id == found.id).values(drop_requested=True, updated_at=now))
    return "running" if found.status == ItemStatus.RUNNING else "paid"


async def release_or_drop(session: AsyncSession, held: Claim, now: datetime) -> None:
    """Give a claimed item back to the queue; one that was dropped meanwhile, and is not paid for, ends here.

    Raises LeaseLostError like every fenced change.
    """
    asked = select(ITEMS.c.id).where(ITEMS.c.id == held.item_id, ITEMS.c.drop_requested, ~IS_PAID)
    if (await session.execute(asked)).first() is None:
        await release(session, held)
        return
    await finish(session, held, ItemStatus.CANCELLED, now=now)
    former = select(ITEMS.c.former_status).where(ITEMS.c.id == held.item_id).scalar_subquery()
    rows = select(ITEMS.c.conversation_id).where(ITEMS.c.id == held.item_id)
    await _give_back(session, rows, former, now)


_DROPPED = often(
    select(ITEMS.c.id, ITEMS.c.job_id, ITEMS.c.status).where(
        or_(*(ITEMS.c.status == status.value for status in OPEN_ITEMS)), ITEMS.c.drop_requested
    )
)


async def dropped(session: AsyncSession) -> dict[int, tuple[int, str]]:
    """The open items that somebody dropped and a worker has to see to: item id to job and status."""
    return {row[0]: (row[1], row[2]) for row in (await session.execute(_DROPPED)).all()}


async def move(session: AsyncSession, job_id: int, conversation_id: str, to: Place) -> bool:
    """Change when a waiting row of a job is taken. False when it does not wait (any more).

    In a job that pauses after each tier a row stays within its tier: otherwise that tier would begin too early.
    """
    columns = (ITEMS.c.id, ITEMS.c.position, CONVERSATIONS.c.tier, JOBS.c.pause_after_tier)
    tables = ITEMS.join(CONVERSATIONS, ITEMS.c.conversation_id == CONVERSATIONS.c.conversation_id)
    tables = tables.join(JOBS, ITEMS.c.job_id == JOBS.c.id)
    waits = (ITEMS.c.job_id == job_id, ITEMS.c.status == ItemStatus.QUEUED)
    of_row = select(*columns).select_from(tables).where(*waits, ITEMS.c.conversation_id == conversation_id)
    row = (await session.execute(of_row)).first()
    if row is None:
        return False
    others = select(ITEMS.c.id, ITEMS.c.position).select_from(tables).where(*waits)
    if row.pause_after_tier:
        others = others.where(CONVERSATIONS.c.tier == row.tier)
    earlier = others.where(ITEMS.c.position < row.position)
    later = others.where(ITEMS.c.position > row.position)
    by_place = ITEMS.c.position
    ends = {
        "first": earlier.order_by(by_place),
        "up": earlier.order_by(by_place.desc()),
        "down": later.order_by(by_place),
        "last": later.order_by(by_place.desc()),
    }
    other = (await session.execute(ends[to].limit(1))).first()
    if other is None:
        return True  # it is there already
    if to in ("up", "down"):
        await _place(session, {row.id: other.position, other.id: row.position})
        return True
    # All between make room by one place, so that the places stay within the row's tier.
    low, high = sorted((row.position, other.position))
    step = 1 if to == "first" else -1
    between = ITEMS.c.position.between(low, high)
    await session.execute(
        update(ITEMS)
        .where(ITEMS.c.job_id == job_id, between, ITEMS.c.id != row.id)
        .values(position=ITEMS.c.position + step)
    )
    await _place(session, {row.id: other.position})
    return True


async def _place(session: AsyncSession, positions: dict[int, int]) -> None:
    for item_id, position in positions.items():
        await session.execute(update(ITEMS).where(ITEMS.c.id == item_id).values(position=position))


async def put_first(session: AsyncSession, job_id: int) -> bool:
    """Let a job go before all other open ones. False when it is over."""
    highest = select(func.coalesce(func.max(JOBS.c.priority), 0) + 1).where(JOBS.c.status.in_(OPEN_JOBS))
    changed: Any = await session.execute(
        update(JOBS)
        .where(JOBS.c.id == job_id, JOBS.c.status.in_(OPEN_JOBS))
        .values(priority=highest.scalar_subquery(), updated_at=utc_now())
    )
    return bool(changed.rowcount)


async def cancel_dropped(session: AsyncSession, now: datetime) -> None:
    """Cancel what was dropped while it was written by a worker that is gone; for the holder of the lock only."""
    waiting = (ITEMS.c.status == ItemStatus.QUEUED, ITEMS.c.drop_requested, ~IS_PAID)
    jobs = (await session.execute(select(ITEMS.c.job_id).where(*waiting).distinct())).scalars().all()
    for job_id in jobs:
        number = await cancel_items(session, (*waiting, ITEMS.c.job_id == job_id), now)
        await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(cancelled=JOBS.c.cancelled + number))
