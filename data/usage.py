"""What calls have really taken and cost: by template for estimates, by stage and template for the views of a job.

Reads `generation_logs` only. Practice and real calls are never mixed: the simulator counts tokens by a rule of thumb.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import GenerationJob, GenerationLog, PromptTemplate, table_of

LOGS = table_of(GenerationLog)
JOBS = table_of(GenerationJob)
TEMPLATES = table_of(PromptTemplate)
NEWEST = 5_000  # calls that an estimate looks back on


@dataclass(frozen=True)
class Past:
    """Calls that worked, of one template version with one model."""

    calls: int
    tokens_per_character: float  # of the prompt
    output_tokens: float  # the mean


async def past_calls(session: AsyncSession, *, is_real: bool) -> dict[tuple[int, str], Past]:
    """What the newest calls that worked have taken, by template version and model."""
    of_kind = JOBS.c.provider != "simulated" if is_real else JOBS.c.provider == "simulated"
    newest = (
        select(
            LOGS.c.template_version_id.label("template"),
            LOGS.c.model,
            LOGS.c.output_tokens,
            (LOGS.c.input_tokens + LOGS.c.cache_creation_input_tokens + LOGS.c.cache_read_input_tokens).label("input"),
            (func.length(LOGS.c.request["system"].as_string()) + func.length(LOGS.c.request["user"].as_string())).label(
                "characters"
            ),
        )
        .select_from(LOGS.join(JOBS, LOGS.c.job_id == JOBS.c.id))
        .where(LOGS.c.stop_reason == "end_turn", LOGS.c.template_version_id.is_not(None), of_kind)
        .order_by(LOGS.c.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    sums = (func.count(), func.sum(newest.c.input), func.sum(newest.c.characters), func.avg(newest.c.output_tokens))
    statement = select(newest.c.template, newest.c.model, *sums).group_by(newest.c.template, newest.c.model)
    rows = (await session.execute(statement)).all()
    return {
        (row[0], row[1]): Past(row[2], (row[3] or 0) / row[4], float(row[5] or 0)) for row in rows if row[4] and row[3]
    }


async def costs_of_job(session: AsyncSession, job_id: int) -> list[dict[str, Any]]:
    """Calls, rejected calls, tokens and cost of a job by stage and template version."""
    kind = case(
        (LOGS.c.stage.like("annotation%"), "annotation"),  # one call per turn, named annotation:1 and so on
        (LOGS.c.stage.like("turn:%"), "turn"),
        else_=LOGS.c.stage,
    ).label("stage")
    statement = (
        select(
            kind,
            TEMPLATES.c.name.label("template"),
            TEMPLATES.c.version,
            func.count().label("calls"),
            func.sum(case((LOGS.c.error_class != "", 1), else_=0)).label("rejected"),
            func.sum(LOGS.c.input_tokens).label("input_tokens"),
            func.sum(LOGS.c.cache_read_input_tokens).label("cached_tokens"),
            func.sum(LOGS.c.output_tokens).label("output_tokens"),
            func.sum(LOGS.c.cost_microusd).label("cost_microusd"),
        )
        .select_from(LOGS.outerjoin(TEMPLATES, LOGS.c.template_version_id == TEMPLATES.c.id))
        .where(LOGS.c.job_id == job_id)
        .group_by(kind, TEMPLATES.c.name, TEMPLATES.c.version)
        .order_by(func.min(LOGS.c.id))
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def costs_by_template(session: AsyncSession) -> dict[int, dict[str, int]]:
    """By template version: real calls made with it, the rows they were for, and what they cost."""
    statement = (
        select(
            LOGS.c.template_version_id,
            func.count().label("calls"),
            func.count(func.distinct(LOGS.c.conversation_id)).label("rows"),
            func.sum(LOGS.c.cost_microusd).label("cost_microusd"),
        )
        .select_from(LOGS.join(JOBS, LOGS.c.job_id == JOBS.c.id))
        .where(LOGS.c.template_version_id.is_not(None), JOBS.c.provider != "simulated")
        .group_by(LOGS.c.template_version_id)
    )
    rows = (await session.execute(statement)).mappings()
    return {row["template_version_id"]: {k: int(row[k]) for k in ("calls", "rows", "cost_microusd")} for row in rows}
