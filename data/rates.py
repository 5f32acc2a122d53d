"""The buckets of the service's limits in the database: one row per account and model, shared by all jobs and workers.

They are changed in the transaction of a call's reservation and of its settlement, so they cost no commit of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.buckets import Bucket, Buckets
from data.direct import often
from data.tables import RateBucket, table_of

BUCKETS = table_of(RateBucket)
LONGEST_HOLD_S = 600.0  # no service asks for more; a clock that was set back must not hold for ever
SET_BACK_S = 60.0  # less is the order in which those who wait for the write lock have looked at the clock


# Every call takes these, so they are built once.
_MINE = (BUCKETS.c.account == bindparam("_account"), BUCKETS.c.model == bindparam("_model"))
_LEVELS = ("requests_limit", "requests_level", "input_limit", "input_level", "output_limit", "output_level")
_COLUMNS = tuple(BUCKETS.c[name] for name in (*_LEVELS, "level_at", "held_until"))
_LOOK = often(select(*_COLUMNS).where(*_MINE).with_for_update())


def _keeping(*more: str) -> Any:
    names = (*_LEVELS, "level_at", "updated_at", *more)
    values = {name: bindparam(f"_new_{name}", type_=BUCKETS.c[name].type) for name in names}
    return often(update(BUCKETS).where(*_MINE).values(values))


_KEEP, _HOLD = _keeping(), _keeping("held_until")


@dataclass(frozen=True)
class Found:
    """A bucket row as it stands after the refill: the buckets, and for how long the service asked to wait."""

    buckets: Buckets
    hold_s: float


async def look(session: AsyncSession, account: str, model: str, starting: float, now: datetime) -> Found:
    """The buckets of an account and model, refilled up to now; made when there are none. For a write session."""
    row = (await session.execute(_LOOK, {"_account": account, "_model": model})).first()
    if row is None:
        fresh = Buckets.starting(starting)
        values = {"account": account, "model": model, "level_at": now, **_columns(fresh)}
        await session.execute(insert(BUCKETS).values(**values))
        return Found(fresh, 0.0)
    buckets = Buckets(Bucket(row[0], row[1]), Bucket(row[2], row[3]), Bucket(row[4], row[5]))
    buckets.refill((now - row[6]).total_seconds())
    hold = (row[7] - now).total_seconds() if row[7] else 0.0
    if (row[6] - now).total_seconds() > SET_BACK_S:
        # The clock was set back: count from now on, or nothing refills until it is where it was.
        hold = (row[7] - row[6]).total_seconds() if row[7] else 0.0
        await keep(session, account, model, buckets, now, hold_s=max(hold, 0.001))
    return Found(buckets, min(LONGEST_HOLD_S, max(0.0, hold)))


async def keep(
    session: AsyncSession, account: str, model: str, buckets: Buckets, now: datetime, *, hold_s: float = 0.0
) -> None:
    """Store the buckets as they are now; `hold_s` lets nobody call for so long."""
    values: dict[str, Any] = {**_columns(buckets), "level_at": now, "updated_at": now}
    if hold_s:
        values["held_until"] = now + timedelta(seconds=min(LONGEST_HOLD_S, hold_s))
    named = {f"_new_{name}": value for name, value in values.items()}
    await session.execute(_HOLD if hold_s else _KEEP, {"_account": account, "_model": model, **named})


def _columns(buckets: Buckets) -> dict[str, float | None]:
    return {
        "requests_limit": buckets.requests.limit,
        "requests_level": buckets.requests.level,
        "input_limit": buckets.input.limit,
        "input_level": buckets.input.level,
        "output_limit": buckets.output.limit,
        "output_level": buckets.output.level,
    }
