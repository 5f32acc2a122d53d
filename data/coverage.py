"""How the plan is spread over its dimensions: what coverage counts and what proposals of new rows are balanced by.

Hand-written examples (tier seed) are left out: target shares are about what is planned.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import func, select
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
    for (row, column, status), number in (await _tally(session, rows, columns, "status")).items():
        figures = cells.setdefault((row, column), [0, 0, 0])
        figures[0] += number
        figures[1] += 0 if status in _WITHOUT_TEXT else number
        figures[2] += number if status == Status.APPROVED else 0
    return [(row, column, *figures) for (row, column), figures in cells.items()]


async def counts(session: AsyncSession, dimension: str) -> dict[str, int]:
    """How many rows are planned for each value of a dimension."""
    return {value: number for (value,), number in (await _tally(session, dimension)).items()}


async def _tally(session: AsyncSession, *dimensions: str) -> dict[tuple[str, ...], int]:
    statement = select(joined(*(C[DIMENSIONS[name]] for name in dimensions))).where(C.tier != Tier.SEED)
    return await asyncio.to_thread(tallied, (await session.execute(statement)).scalar(), len(dimensions))


async def used(session: AsyncSession) -> list[dict[str, Any]]:
    """What each planned row uses of the pack, equal rows as one with `rows`: how many."""
    wanted = [C[name] for name in USED]
    statement = select(*wanted, func.count().label("rows")).where(C.tier != Tier.SEED).group_by(*wanted)
    return [dict(row) for row in (await session.execute(statement)).mappings()]
