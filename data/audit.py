"""Writes and reads the append-only audit log. Call `record` in the transaction of the change it tells of.

An entry whose `after` holds `undo` can be taken back; all entries of one step carry the same time: see
`core.review.steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import AuditEntry, table_of
from data.types import utc_now

_AUDIT = table_of(AuditEntry)
WINDOW = 20_000  # entries that are looked through for a person's last steps
PASSED_OVER = "pass_over"  # the action of an entry that changed nothing: undo leaves a step as it is


def entry(
    actor: str,
    action: str,
    entity: str,
    entity_id: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """One row of the audit log as values."""
    return {
        "at": at or utc_now(),
        "actor": actor,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "before": dict(before) if before is not None else None,
        "after": dict(after) if after is not None else None,
        "note": note,
        "created_by": actor,
    }


async def record(session: AsyncSession, entries: Iterable[dict[str, Any]]) -> None:
    """Append rows made by `entry`."""
    rows = list(entries)
    if rows:
        await session.execute(insert(_AUDIT), rows)


async def entries(
    session: AsyncSession, *, entity: str = "", entity_id: str = "", limit: int = 500
) -> list[dict[str, Any]]:
    """Rows of the audit log, newest first."""
    statement = select(_AUDIT).order_by(_AUDIT.c.id.desc()).limit(limit)
    if entity:
        statement = statement.where(_AUDIT.c.entity == entity)
    if entity_id:
        statement = statement.where(_AUDIT.c.entity_id == entity_id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def last_steps(session: AsyncSession, actor: str, limit: int) -> list[dict[str, Any]]:
    """One entry of each of a person's last steps that can be taken back, oldest first: `at`, `action`, `entity`,
    `entity_id`, the `verb` of the step and how many `rows` it has. The app asks for them at its start."""
    newest = (await session.execute(select(func.max(_AUDIT.c.id)))).scalar() or 0
    undo = _AUDIT.c.after["undo"]["verb"].as_string()
    grouped = (
        select(func.min(_AUDIT.c.id).label("first"), func.count().label("rows"))
        .where(_AUDIT.c.id > newest - WINDOW, _AUDIT.c.actor == actor, undo.is_not(None))
        .group_by(_AUDIT.c.at)
        .order_by(_AUDIT.c.at.desc())
        .limit(limit)
        .subquery()
    )
    wanted = (_AUDIT.c.at, _AUDIT.c.action, _AUDIT.c.entity, _AUDIT.c.entity_id, undo.label("verb"), grouped.c.rows)
    statement = select(*wanted).join(grouped, grouped.c.first == _AUDIT.c.id).order_by(_AUDIT.c.at)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def entries_at(
    session: AsyncSession, actor: str, at: datetime, *, after_id: int = 0, limit: int = 500
) -> list[dict[str, Any]]:
    """The entries of one step, in the order in which they were written."""
    statement = (
        select(_AUDIT)
        .where(_AUDIT.c.at == at, _AUDIT.c.actor == actor, _AUDIT.c.id > after_id)
        .order_by(_AUDIT.c.id)
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def later_steps(
    session: AsyncSession, actor: str, conversation_ids: Iterable[str], after_id: int
) -> list[dict[str, Any]]:
    """A person's own steps on these conversations since an entry, in order: `entity_id`, `action` and `version`."""
    undo = _AUDIT.c.after["undo"]
    statement = (
        select(_AUDIT.c.entity_id, _AUDIT.c.action, undo["version"].as_integer().label("version"))
        .where(
            _AUDIT.c.entity == "conversation",
            _AUDIT.c.entity_id.in_(list(conversation_ids)),
            _AUDIT.c.actor == actor,
            _AUDIT.c.id > after_id,
            _AUDIT.c.action != PASSED_OVER,
            undo["verb"].as_string().is_not(None),
        )
        .order_by(_AUDIT.c.id)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]
