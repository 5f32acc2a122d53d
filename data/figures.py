"""Counts over the whole dataset for the quality dashboard: scores, states, findings, jobs, verdicts; each by kind.

A kind is how a text came about: `live`, `practice`, `file` (imported or written by hand) or `seed`. What is measured
against what, and every sentence about it, lives in core.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, case, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import AuditEntry, Conversation, ConversationTurn, GenerationJob, QualityMetrics, QueueItem, table_of
from data.templates import has_gate
from data.vocabulary import ItemStatus, Method, Status

_ROWS = table_of(Conversation)
_TURNS = table_of(ConversationTurn)
_QUALITY = table_of(QualityMetrics)
_ITEMS = table_of(QueueItem)
_JOBS = table_of(GenerationJob)
_AUDIT = table_of(AuditEntry)
DECIDED = (Status.APPROVED, Status.REJECTED, Status.NEEDS_EDIT)
VERDICTS = ("approve", "reject", "needs_edit", "reviewed")
PARTLY = ("annotate", "turn")  # jobs that leave the text, or most of it, as it was
LOOKED_BACK = 5_000  # verdicts that tell how fast people review

_KIND = case(
    (_ROWS.c.is_seed_example.is_(True), "seed"),
    (_ROWS.c.generation_method == Method.SIMULATED, "practice"),
    (_ROWS.c.generation_method.in_((Method.CLAUDE_API, Method.CLAUDE_BATCH)), "live"),
    else_="file",
).label("kind")
_WITH_QUALITY = _ROWS.outerjoin(_QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id)
_HAS_TEXT = _ROWS.c.turn_count > 0


def _number(condition: Any, name: str) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name)


async def rows_by_status(session: AsyncSession) -> dict[str, int]:
    """How many rows of the plan stand where."""
    statement = select(_ROWS.c.status, func.count()).group_by(_ROWS.c.status)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def states(session: AsyncSession, low_under: float, good_from: float) -> dict[str, dict[str, Any]]:
    """By kind: rows with a text, and how many of them were checked, passed, are complete, ready, flagged, score low, or
    wait for a verdict with a good score and no flag."""
    score, complete = _ROWS.c.quality_score, _QUALITY.c.all_required_fields_complete
    paid = func.coalesce(_ROWS.c.actual_cost_microusd, 0)
    statement = (
        select(
            _KIND,
            func.count().label("rows"),
            _number(_ROWS.c.needs_review.is_(True), "flagged"),
            _number(_ROWS.c.ready_for_training.is_(True), "ready"),
            _number(complete.is_(True), "complete"),
            _number(complete.is_not(None), "annotated"),
            _number(_QUALITY.c.checked_at.is_not(None), "checked"),
            _number(has_gate(), "gate_failed"),
            _number(score.is_not(None), "scored"),
            _number(score < low_under, "low"),
            _number(
                (score >= good_from) & (_ROWS.c.status == Status.GENERATED) & _ROWS.c.needs_review.is_(False), "good"
            ),
            func.coalesce(func.sum(score), 0.0).label("score_sum"),
            func.count(_ROWS.c.rubric_overall).label("rated"),
            func.coalesce(func.sum(_ROWS.c.rubric_overall), 0.0).label("rubric_sum"),
            _number(paid > 0, "paid"),
            func.sum(paid).label("cost_microusd"),
        )
        .select_from(_WITH_QUALITY)
        .where(_HAS_TEXT)
        .group_by(_KIND)
    )
    return {row["kind"]: dict(row) for row in (await session.execute(statement)).mappings()}


async def scores(session: AsyncSession) -> list[tuple[str, str, str, int, int, float]]:
    """Kind, tier, persona id, whole score (10 is 10 alone), rows, and the sum of their scores."""
    whole = cast(_ROWS.c.quality_score, Integer)
    groups = (_KIND, _ROWS.c.tier, _ROWS.c.persona_id, whole)
    statement = (
        select(*groups, func.count(), func.sum(_ROWS.c.quality_score))
        .where(_HAS_TEXT, _ROWS.c.quality_score.is_not(None))
        .group_by(*groups)
    )
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in await session.execute(statement)]


async def hours(session: AsyncSession) -> list[tuple[str, str, int, float]]:
    """Hour of generation as `2026-11-20 10`, kind, measured rows and the sum of their scores, oldest first."""
    hour = func.substr(cast(_ROWS.c.generated_at, String), 1, 13).label("hour")
    statement = (
        select(hour, _KIND, func.count(), func.sum(_ROWS.c.quality_score))
        .where(_HAS_TEXT, _ROWS.c.quality_score.is_not(None), _ROWS.c.generated_at.is_not(None))
        .group_by(hour, _KIND)
        .order_by(hour)
    )
    return [(row[0].replace("T", " "), row[1], row[2], row[3]) for row in await session.execute(statement)]


def _findings() -> tuple[Any, Any, Any]:
    each = func.json_each(_QUALITY.c.findings).table_valued("value", name="finding")
    return each, func.json_extract(each.c.value, "$.check"), func.json_extract(each.c.value, "$.severity")


async def findings(session: AsyncSession) -> list[tuple[str, str, str, int, str]]:
    """Check, severity, kind, in how many rows it found something, and an advice it gave."""
    each, check, severity = _findings()
    advice = func.min(func.json_extract(each.c.value, "$.advice"))
    statement = (
        select(check, severity, _KIND, func.count(_ROWS.c.id.distinct()), advice)
        .select_from(_ROWS.join(_QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id).join(each, true()))
        .where(_HAS_TEXT)
        .group_by(check, severity, _KIND)
    )
    return [(row[0], row[1], row[2], row[3], row[4] or "") for row in await session.execute(statement)]


async def rows_found_by(session: AsyncSession, checks: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """The conversations in which these checks found something, in plan order."""
    each, check, _ = _findings()
    statement = (
        select(_ROWS.c.conversation_id)
        .select_from(_ROWS.join(_QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id).join(each, true()))
        .where(_HAS_TEXT, check.in_(checks), _KIND.in_(kinds))
        .group_by(_ROWS.c.conversation_id, _ROWS.c.number)
        .order_by(_ROWS.c.number)
    )
    return list((await session.execute(statement)).scalars())


async def count_found_by(session: AsyncSession, checks: Sequence[str]) -> dict[str, int]:
    """By kind, in how many conversations any of these checks found something."""
    each, check, _ = _findings()
    statement = (
        select(_KIND, func.count(_ROWS.c.id.distinct()))
        .select_from(_ROWS.join(_QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id).join(each, true()))
        .where(_HAS_TEXT, check.in_(checks))
        .group_by(_KIND)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def item_ends(session: AsyncSession) -> dict[bool, tuple[int, int]]:
    """By whether it was practice: rows of jobs that were done, and that failed."""
    simulated = (_JOBS.c.provider == "simulated").label("simulated")
    statement = (
        select(simulated, _number(_ITEMS.c.status == ItemStatus.DONE, "done"), _failed())
        .select_from(_ITEMS.join(_JOBS, _ITEMS.c.job_id == _JOBS.c.id))
        .group_by(simulated)
    )
    return {bool(row[0]): (row[1], row[2]) for row in await session.execute(statement)}


def _failed() -> Any:
    return _number(_ITEMS.c.status == ItemStatus.FAILED, "failed")


async def first_time(session: AsyncSession) -> dict[str, tuple[int, int]]:
    """By kind: decided rows that were written here, and those approved as they were first written."""
    written = (
        select(_ITEMS.c.conversation_id, func.count().label("times"))
        .select_from(_ITEMS.join(_JOBS, _ITEMS.c.job_id == _JOBS.c.id))
        .where(_ITEMS.c.status == ItemStatus.DONE, _JOBS.c.type.not_in(PARTLY))
        .group_by(_ITEMS.c.conversation_id)
        .subquery()
    )
    at_once = (_ROWS.c.status == Status.APPROVED) & (written.c.times == 1)
    statement = (
        select(_KIND, func.count(), _number(at_once, "at_once"))
        .select_from(_ROWS.join(written, written.c.conversation_id == _ROWS.c.conversation_id))
        .where(_HAS_TEXT, _ROWS.c.status.in_(DECIDED))
        .group_by(_KIND)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(statement)}


async def verdict_times(session: AsyncSession) -> dict[str, list[datetime]]:
    """By person, when they gave verdicts, oldest first; several rows decided at once are one."""
    statement = (
        select(_AUDIT.c.actor, _AUDIT.c.at)
        .where(_AUDIT.c.entity == "conversation", _AUDIT.c.action.in_(VERDICTS))
        .order_by(_AUDIT.c.id.desc())
        .limit(LOOKED_BACK)
    )
    found: dict[str, set[datetime]] = {}
    for actor, at in await session.execute(statement):
        found.setdefault(actor, set()).add(at)
    return {actor: sorted(times) for actor, times in found.items()}


async def newest_with_text(session: AsyncSession, kinds: Sequence[str], limit: int) -> list[str]:
    """The newest conversations of these kinds that have a text."""
    statement = (
        select(_ROWS.c.conversation_id).where(_HAS_TEXT, _KIND.in_(kinds)).order_by(_ROWS.c.id.desc()).limit(limit)
    )
    return list((await session.execute(statement)).scalars())


async def responses(session: AsyncSession, ids: Sequence[str]) -> list[tuple[str, str]]:
    """(conversation, response) of the advisor, of some hundred conversations."""
    columns = (_TURNS.c.conversation_id, _TURNS.c.target_response)
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), 400):
        statement = select(*columns).where(_TURNS.c.conversation_id.in_(ids[start : start + 400])).order_by(*columns)
        found += [(row[0], row[1] or "") for row in await session.execute(statement)]
    return found


async def judged_verdicts(session: AsyncSession) -> list[tuple[str, float, str]]:
    """Rows that a judge scored and a person decided: kind, mean of the rubric (1 to 5), status."""
    judged = cast(_QUALITY.c.judge, String)
    statement = (
        select(_KIND, _ROWS.c.rubric_overall, _ROWS.c.status)
        .select_from(_WITH_QUALITY)
        .where(
            judged.is_not(None),
            judged != "null",
            _ROWS.c.rubric_overall.is_not(None),
            _ROWS.c.status.in_(DECIDED),
            _ROWS.c.is_seed_example.is_(False),
        )
    )
    return [(row[0], float(row[1]), str(row[2])) for row in await session.execute(statement)]
