"""The cap over all real calls of a database, beside the cap that each job has, and the warnings on the way to both.

`data.queue` reserves and settles a call's money under the job and, through this module, under the overall cap, in one
transaction. Practice money is counted on its job alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.direct import often
from data.tables import Budget, GenerationJob, table_of
from data.types import utc_now

BUDGETS = table_of(Budget)
JOBS = table_of(GenerationJob)
OVERALL = "overall"
WARN_AT = (90, 75, 50)  # percent of a cap, highest first


@dataclass(frozen=True)
class Cap:
    """A cap with what is spent and set aside under it, in micro-dollars; `cap` None: there is none."""

    which: Literal["job", "overall"]
    cap_microusd: int | None
    spent_microusd: int
    reserved_microusd: int

    def can_free(self, amount_microusd: int) -> bool:
        """Whether so much may fit once the calls under way are settled."""
        return bool(self.reserved_microusd) and self.spent_microusd + amount_microusd <= (self.cap_microusd or 0)


@dataclass(frozen=True)
class Warned:
    """A cap that has just reached a share of itself that is told once."""

    cap: Cap
    percent: int


def less(column: Any, amount: Any) -> Any:
    """A column less an amount, never below zero."""
    return case((column >= amount, column - amount), else_=0)


# Every call takes these two, so they are built once.
_AMOUNT = bindparam("_amount", type_=BUDGETS.c.reserved_microusd.type)
_RESERVE = often(
    update(BUDGETS)
    .where(
        BUDGETS.c.name == OVERALL,
        or_(
            BUDGETS.c.cap_microusd.is_(None),
            BUDGETS.c.spent_microusd + BUDGETS.c.reserved_microusd + _AMOUNT <= BUDGETS.c.cap_microusd,
        ),
    )
    .values(reserved_microusd=BUDGETS.c.reserved_microusd + _AMOUNT)
)
_SETTLE = often(
    update(BUDGETS)
    .where(BUDGETS.c.name == OVERALL)
    .values(
        reserved_microusd=less(BUDGETS.c.reserved_microusd, _AMOUNT),
        spent_microusd=BUDGETS.c.spent_microusd + bindparam("_cost"),
    )
    .returning(BUDGETS.c.cap_microusd, BUDGETS.c.spent_microusd, BUDGETS.c.reserved_microusd, BUDGETS.c.warned_percent)
)


async def overall(session: AsyncSession) -> dict[str, Any]:
    """The overall budget as values."""
    row = (await session.execute(select(BUDGETS).where(BUDGETS.c.name == OVERALL))).mappings().one()
    return dict(row)


async def set_overall(session: AsyncSession, cap_microusd: int | None, *, follows_settings: bool, by: str) -> None:
    """Change the overall cap; None takes it away. What was told of the former one is told anew where it is due."""
    await session.execute(
        update(BUDGETS)
        .where(BUDGETS.c.name == OVERALL)
        .values(
            cap_microusd=cap_microusd,
            follows_settings=follows_settings,
            warned_percent=level_reached(cap_microusd, (await overall(session))["spent_microusd"]),
            created_by=by,
            updated_at=utc_now(),
        )
    )


async def follow_settings(session: AsyncSession, cap_microusd: int | None) -> None:
    """Bring the overall cap to what the settings say, unless it was set by hand."""
    now = await overall(session)
    if now["follows_settings"] and now["cap_microusd"] != cap_microusd:
        await set_overall(session, cap_microusd, follows_settings=True, by="settings")


async def reserve_overall(session: AsyncSession, amount_microusd: int) -> Cap | None:
    """Set money aside under the overall cap. None when it fits, else the cap in whose way it is, unchanged."""
    result: Any = await session.execute(_RESERVE, {"_amount": amount_microusd})
    if result.rowcount:
        return None
    row = await overall(session)
    return Cap("overall", row["cap_microusd"], row["spent_microusd"], row["reserved_microusd"])


async def free_overall(session: AsyncSession, amount_microusd: int) -> None:
    """Free what was set aside for a call that was never made."""
    await session.execute(
        update(BUDGETS)
        .where(BUDGETS.c.name == OVERALL)
        .values(reserved_microusd=less(BUDGETS.c.reserved_microusd, amount_microusd))
    )


async def settle_overall(session: AsyncSession, *, reserved_microusd: int, cost_microusd: int) -> Warned | None:
    """Turn a reservation into what the call really cost. Gives the warning that this made due."""
    row = (await session.execute(_SETTLE, {"_amount": reserved_microusd, "_cost": cost_microusd})).one()
    percent = level_reached(row[0], row[1])
    if percent <= row[3]:
        return None
    await session.execute(update(BUDGETS).where(BUDGETS.c.name == OVERALL).values(warned_percent=percent))
    return Warned(Cap("overall", row[0], row[1], row[2]), percent)


async def recount_reserved(session: AsyncSession) -> None:
    """What is set aside overall is what the jobs with real calls have set aside."""
    held = select(func.coalesce(func.sum(JOBS.c.reserved_microusd), 0)).where(JOBS.c.provider != "simulated")
    await session.execute(
        update(BUDGETS).where(BUDGETS.c.name == OVERALL).values(reserved_microusd=held.scalar_subquery())
    )


def level_reached(cap_microusd: int | None, spent_microusd: int) -> int:
    """The highest share of a cap that is worth telling and has been spent: 0, 50, 75 or 90 percent."""
    if not cap_microusd:
        return 0
    return next((percent for percent in WARN_AT if spent_microusd * 100 >= percent * cap_microusd), 0)
