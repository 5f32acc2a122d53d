"""Keeps the records of files that came in and went out: one row per imported file, one per export.

Call in the transaction of the change it tells of. What an import's row holds in `counts` is what its undo needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import ExportLog, ImportRecord, table_of

_IMPORTS = table_of(ImportRecord)
_EXPORTS = table_of(ExportLog)


async def add_import(session: AsyncSession, values: Mapping[str, Any]) -> int:
    """Store the record of one file and give its id."""
    result: Any = await session.execute(insert(_IMPORTS).values(**values))
    return int(result.inserted_primary_key[0])


async def get_import(session: AsyncSession, import_id: int) -> dict[str, Any] | None:
    """One import record."""
    row = (await session.execute(select(_IMPORTS).where(_IMPORTS.c.id == import_id))).mappings().first()
    return dict(row) if row else None


async def imports(session: AsyncSession, *, sha256: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Import records, newest first; of one file's content when its hash is given."""
    statement = select(_IMPORTS).order_by(_IMPORTS.c.id.desc()).limit(limit)
    if sha256:
        statement = statement.where(_IMPORTS.c.sha256 == sha256)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def mark_undone(session: AsyncSession, import_id: int, at: datetime) -> None:
    """Note that an import was taken back."""
    await session.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(undone_at=at))


async def add_export(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store what an export asked for and what it wrote."""
    await session.execute(insert(_EXPORTS).values(**values))


async def exports(session: AsyncSession, *, limit: int = 200) -> list[dict[str, Any]]:
    """Export records, newest first."""
    statement = select(_EXPORTS).order_by(_EXPORTS.c.id.desc()).limit(limit)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def get_export(session: AsyncSession, export_id: str) -> dict[str, Any] | None:
    """One export record by its id."""
    row = (await session.execute(select(_EXPORTS).where(_EXPORTS.c.export_id == export_id))).mappings().first()
    return dict(row) if row else None
