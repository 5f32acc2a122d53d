"""How the plan is spread over its dimensions: what coverage counts and what proposals of new rows are balanced by.

Hand-written examples (tier seed) are left out: target shares are about what is planned.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.criteria import DIMENSIONS
from data.tables import Conversation, table_of
from data.tally import joined, tallied
from data.vocabulary import Status, Tier

C = table_of(Conversation).c
_WITHOUT_TEXT = (Status.PLANNED, Status.QUEUED, Status.GENERATING, Status.FAILED)
# What a proposed row is balanced by.
USED = (
    "tier",
    "persona_id",
    "arc_id",
    "scenario_id",
    "edge_case_id",
    "topic",
    "topic_key",
    "starting_emotion",
    "ending_emotion",
    "content_category",
    "intent",
    "tone",
    "role_pair",
    "topic_cluster",
    "outcome",
    "conversation_phase",
    "target_turns",
)


async def matrix(session: AsyncSession, rows: str, columns: str) -> list[tuple[Any, ...]]:
    """For each pair of values of two dimensions: how many rows are planned in all, have a text, are approved."""
    cells: dict[tuple[str, str], list[int]] = {}
    # The index that has all of this begins with the status: a text for each takes less memory than one for all.
    pairs = joined(C[DIMENSIONS[rows]], C[DIMENSIONS[columns]])
    statement = select(C.status, pairs).where(C.tier != Tier.SEED).group_by(C.status)
    for status, text in await session.execute(statement):
        for pair, number in (await asyncio.to_thread(tallied, text, 2)).items():
            figures = cells.setdefault((pair[0], pair[1]), [0, 0, 0])
            figures[0] += number
            figures[1] += 0 if status in _WITHOUT_TEXT else number
            figures[2] += number if status == Status.APPROVED else 0
    return [(row, column, *figures) for (row, column), figures in cells.items()]


async def counts(session: AsyncSession, dimension: str) -> dict[str, int]:
    """How many rows are planned for each value of a dimension."""
    column = C[DIMENSIONS[dimension]]
    # All but the seeds, which are few: to leave them out row by row takes ten times as long as the column's own index.
    every = await session.execute(select(column, func.count()).group_by(column))
    planned: dict[Any, int] = {value: number for value, number in every}  # noqa: C416 (rows are no pairs to mypy)
    seeds = func.coalesce(column, null())  # not that index again, but the one of the tier
    for value, number in await session.execute(select(seeds, func.count()).where(C.tier == Tier.SEED).group_by(seeds)):
        planned[value] -= number
    return {"" if value is None else str(value): number for value, number in planned.items() if number}


async def used(session: AsyncSession) -> list[dict[str, Any]]:
    """What each planned row uses of the pack, equal rows as one with `rows`: how many."""
    wanted = [C[name] for name in USED]
    statement = select(*wanted, func.count().label("rows")).where(C.tier != Tier.SEED).group_by(*wanted)
    return [dict(row) for row in (await session.execute(statement)).mappings()]
