"""The money and the record of calls: set aside under the caps before a call, settled with its log row after it.

`core.pipeline` calls this in the transaction that stores what the call gave. Each sum is counted on its job and, for a
real call, on the overall budget; nothing here decides whether a call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data import budgets
from data.budgets import Cap, Warned
from data.direct import often
from data.queue import Claim, fenced
from data.tables import GenerationJob, GenerationLog, QueueItem, table_of
from data.types import utc_now

JOBS = table_of(GenerationJob)
ITEMS = table_of(QueueItem)
LOGS = table_of(GenerationLog)

# What every call needs is built once: building a statement takes longer than running it.
_LOG = often(insert(LOGS))
_AMOUNT = bindparam("_amount", type_=JOBS.c.reserved_microusd.type)
_RESERVE = often(
    update(JOBS)
    .where(
        JOBS.c.id == bindparam("_job"),
        or_(
            JOBS.c.cap_microusd.is_(None),
            JOBS.c.actual_cost_microusd + JOBS.c.reserved_microusd + _AMOUNT <= JOBS.c.cap_microusd,
        ),
    )
    .values(reserved_microusd=JOBS.c.reserved_microusd + _AMOUNT)
)
_SETTLE = often(
    update(JOBS)
    .where(JOBS.c.id == bindparam("_job"))
    .values(
        reserved_microusd=budgets.less(JOBS.c.reserved_microusd, _AMOUNT),
        actual_cost_microusd=JOBS.c.actual_cost_microusd + bindparam("_cost"),
        calls=JOBS.c.calls + 1,
        input_tokens=JOBS.c.input_tokens + bindparam("_input"),
        output_tokens=JOBS.c.output_tokens + bindparam("_output"),
        updated_at=bindparam("_now", type_=JOBS.c.updated_at.type),
    )
    .returning(JOBS.c.cap_microusd, JOBS.c.actual_cost_microusd, JOBS.c.reserved_microusd, JOBS.c.warned_percent)
)
_SETTLE_ITEM = often(
    update(ITEMS)
    .where(ITEMS.c.id == bindparam("_item"))
    .values(actual_cost_microusd=ITEMS.c.actual_cost_microusd + bindparam("_cost"), attempts=ITEMS.c.attempts + 1)
)


async def log_attempt(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """One row for one call."""
    await session.execute(_LOG, dict(values))


async def reserve(session: AsyncSession, held: Claim, amount_microusd: int, *, is_real: bool) -> Cap | None:
    """Set money aside under the cap of the job and, for a real call, the overall one.

    None when it fits; else the cap in whose way it is, and nothing is set aside. Raises LeaseLostError when the claim
    is no longer the newest: nobody calls for a row that another worker has.
    """
    await fenced(session, held, {})
    result: Any = await session.execute(_RESERVE, {"_job": held.job_id, "_amount": amount_microusd})
    if not result.rowcount:
        columns = (JOBS.c.cap_microusd, JOBS.c.actual_cost_microusd, JOBS.c.reserved_microusd)
        row = (await session.execute(select(*columns).where(JOBS.c.id == held.job_id))).one()
        return Cap("job", row[0], row[1], row[2])
    refused = await budgets.reserve_overall(session, amount_microusd) if is_real else None
    if refused is not None:
        await session.execute(
            update(JOBS)
            .where(JOBS.c.id == held.job_id)
            .values(reserved_microusd=JOBS.c.reserved_microusd - amount_microusd)
        )
    return refused


async def give_back(session: AsyncSession, held: Claim, amount_microusd: int, *, is_real: bool) -> None:
    """Free what was set aside for a call that was never made."""
    await session.execute(
        update(JOBS)
        .where(JOBS.c.id == held.job_id)
        .values(reserved_microusd=budgets.less(JOBS.c.reserved_microusd, amount_microusd))
    )
    if is_real:
        await budgets.free_overall(session, amount_microusd)


async def settle(
    session: AsyncSession,
    held: Claim,
    *,
    reserved_microusd: int,
    cost_microusd: int,
    input_tokens: int,
    output_tokens: int,
    is_real: bool,
) -> list[Warned]:
    """Turn a reservation into what the call really cost, on job, item and the overall budget.

    Gives the warnings that this made due: each is given once.
    """
    figures = {
        "_job": held.job_id,
        "_amount": reserved_microusd,
        "_cost": cost_microusd,
        "_input": input_tokens,
        "_output": output_tokens,
        "_now": utc_now(),
    }
    job = (await session.execute(_SETTLE, figures)).first()
    await session.execute(_SETTLE_ITEM, {"_item": held.item_id, "_cost": cost_microusd})
    due: list[Warned] = []
    percent = budgets.level_reached(job[0], job[1]) if job else 0
    if job and percent > job[3]:
        await session.execute(update(JOBS).where(JOBS.c.id == held.job_id).values(warned_percent=percent))
        due.append(Warned(Cap("job", job[0], job[1], job[2]), percent))
    if is_real:
        warned = await budgets.settle_overall(session, reserved_microusd=reserved_microusd, cost_microusd=cost_microusd)
        due += [warned] if warned else []
    return due


async def clear_reservations(session: AsyncSession) -> None:
    """Free what dead workers had set aside; for the holder of the file's worker lock only."""
    await session.execute(update(JOBS).where(JOBS.c.reserved_microusd > 0).values(reserved_microusd=0))
    await budgets.recount_reserved(session)


async def attempts_of(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Every attempt made for a conversation, oldest first."""
    statement = select(LOGS).where(LOGS.c.conversation_id == conversation_id).order_by(LOGS.c.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]
