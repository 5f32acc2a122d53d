"""Stores prompt templates as immutable versions, finds the active ones, and counts what came of each.

Nothing here judges which version is better, and the text of a version never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, case, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.direct import often
from data.tables import Conversation, PromptTemplate, QualityMetrics, table_of
from data.vocabulary import Method, Status

TEMPLATES = table_of(PromptTemplate)
_ROWS = table_of(Conversation)
_QUALITY = table_of(QualityMetrics)


async def add_version(session: AsyncSession, values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Add a template's text as a new version and make it the active one, unless its newest version is the same text.

    Gives row id and version, or None when nothing changed.
    """
    newest = (
        await session.execute(
            select(TEMPLATES.c.content_hash, TEMPLATES.c.version)
            .where(TEMPLATES.c.template_id == values["template_id"])
            .order_by(TEMPLATES.c.version.desc())
            .limit(1)
        )
    ).first()
    if newest and newest.content_hash == values["content_hash"]:
        return None
    version = max(int(values["version"]), (newest.version if newest else 0) + 1)
    await session.execute(
        update(TEMPLATES).where(TEMPLATES.c.template_id == values["template_id"]).values(is_active=False)
    )
    result: Any = await session.execute(insert(TEMPLATES).values(**{**values, "version": version, "is_active": True}))
    return int(result.inserted_primary_key[0]), version


async def active(session: AsyncSession, stage: str) -> list[dict[str, Any]]:
    """Active versions of a stage's templates."""
    statement = (
        select(TEMPLATES)
        .where(TEMPLATES.c.stage == stage, TEMPLATES.c.is_active.is_(True))
        .order_by(TEMPLATES.c.template_id, TEMPLATES.c.version)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def active_ids(session: AsyncSession) -> tuple[int, ...]:
    """The active versions of all stages, without their texts."""
    statement = select(TEMPLATES.c.id).where(TEMPLATES.c.is_active.is_(True)).order_by(TEMPLATES.c.id)
    return tuple((await session.execute(statement)).scalars())


_ONE = often(select(TEMPLATES).where(TEMPLATES.c.id == bindparam("_id")))  # built once: asked for every row


async def by_row_id(session: AsyncSession, row_id: int) -> dict[str, Any] | None:
    """One exact version."""
    row = (await session.execute(_ONE, {"_id": row_id})).mappings().first()
    return dict(row) if row else None


async def count(session: AsyncSession) -> int:
    """How many versions there are."""
    return int((await session.execute(select(func.count()).select_from(TEMPLATES))).scalar_one())


async def versions(session: AsyncSession, template_id: str = "") -> list[dict[str, Any]]:
    """All versions of one template, or of all, the newest of each first, without their texts."""
    columns = [column for column in TEMPLATES.c if column.name not in ("text", "response_schema")]
    statement = select(*columns).order_by(TEMPLATES.c.template_id, TEMPLATES.c.version.desc())
    if template_id:
        statement = statement.where(TEMPLATES.c.template_id == template_id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def by_version(session: AsyncSession, template_id: str, version: int | None) -> dict[str, Any] | None:
    """One version with its text; None takes the newest of the active ones, else the newest."""
    statement = select(TEMPLATES).where(TEMPLATES.c.template_id == template_id)
    if version is not None:
        statement = statement.where(TEMPLATES.c.version == version)
    statement = statement.order_by(TEMPLATES.c.is_active.desc(), TEMPLATES.c.version.desc()).limit(1)
    row = (await session.execute(statement)).mappings().first()
    return dict(row) if row else None


async def set_shares(session: AsyncSession, template_id: str, shares: Mapping[int, float]) -> None:
    """Make exactly these versions of a template the active ones, each with its share; none: no version is active."""
    of_it = TEMPLATES.c.template_id == template_id
    await session.execute(update(TEMPLATES).where(of_it).values(is_active=False, share=1.0))
    for version, share in shares.items():
        await session.execute(
            update(TEMPLATES).where(of_it, TEMPLATES.c.version == version).values(is_active=True, share=share)
        )


async def results(session: AsyncSession) -> list[dict[str, Any]]:
    """What came of each version, practice and real rows apart: rows with a text, verdicts, scores, failed gates."""
    simulated = (_ROWS.c.generation_method == Method.SIMULATED).label("is_simulated")
    score = _ROWS.c.quality_score

    def number(condition: Any, name: str) -> Any:
        return func.sum(case((condition, 1), else_=0)).label(name)

    statement = (
        select(
            _ROWS.c.template_version_id,
            simulated,
            func.count().label("rows"),
            *(number(_ROWS.c.status == status, status.value) for status in _DECIDED),
            number(score.is_not(None), "scored"),
            func.avg(score).label("score"),
            number(_QUALITY.c.checked_at.is_not(None), "checked"),
            number(has_gate(), "gate_failed"),
        )
        .select_from(_ROWS.outerjoin(_QUALITY, _QUALITY.c.conversation_id == _ROWS.c.conversation_id))
        .where(_ROWS.c.template_version_id.is_not(None), _ROWS.c.turn_count > 0)
        .group_by(_ROWS.c.template_version_id, simulated)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


_DECIDED = (Status.APPROVED, Status.REJECTED, Status.NEEDS_EDIT)


def has_gate() -> Any:
    """Whether a conversation's figures name a failed gate; to be used where `quality_metrics` is joined."""
    each = func.json_each(_QUALITY.c.findings).table_valued("value")
    is_gate = func.json_extract(each.c.value, "$.severity") == "gate"
    return select(literal(1)).select_from(each).where(is_gate).exists()


async def reasons(session: AsyncSession) -> list[tuple[int, str, str, int]]:
    """Why rows stand rejected or to be edited: version's row id, status, reason ("" where none was given), rows."""
    columns = (_ROWS.c.template_version_id, _ROWS.c.status, _ROWS.c.verdict_reason)
    statement = (
        select(*columns, func.count())
        .where(_ROWS.c.template_version_id.is_not(None), _ROWS.c.status.in_((Status.REJECTED, Status.NEEDS_EDIT)))
        .group_by(*columns)
        .order_by(columns[0], func.count().desc(), columns[2])
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]
