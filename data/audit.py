"""Writes and reads the append-only audit log. Call `record` in the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import AuditEntry, table_of
from data.types import utc_now

_AUDIT = table_of(AuditEntry)


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
