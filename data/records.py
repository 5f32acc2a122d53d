"""Keeps the records of files that came in and went out: one row per imported file, one per export.

Call in the transaction of the change it tells of. What an import's row holds in `counts` is what its undo needs.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Text, delete, func, insert, literal, select, update
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


async def imports(session: AsyncSession) -> list[dict[str, Any]]:
    """All import records, newest first, their counts without the rows: those of ten thousand are not for a list."""
    told = func.json_remove(_IMPORTS.c.counts, "$.rows", type_=_IMPORTS.c.counts.type).label("counts")
    columns = [told if column.name == "counts" else column for column in _IMPORTS.c]
    statement = select(*columns).order_by(_IMPORTS.c.id.desc())
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def imports_of(session: AsyncSession, sha256: str) -> list[dict[str, Any]]:
    """The imports of a file with this content, newest first."""
    statement = select(_IMPORTS).where(_IMPORTS.c.sha256 == sha256).order_by(_IMPORTS.c.id.desc())
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def set_warnings(session: AsyncSession, import_id: int, warnings: Sequence[str]) -> None:
    """Put other warnings in the place of an import's."""
    await session.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(warnings=list(warnings)))


async def set_counts(session: AsyncSession, import_id: int, counts: Mapping[str, Any]) -> None:
    """Put other counts, with what its undo needs, in the place of an import's."""
    await session.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(counts=dict(counts)))


async def drop_import(session: AsyncSession, import_id: int) -> None:
    """Forget an import of which nothing is here."""
    await session.execute(delete(_IMPORTS).where(_IMPORTS.c.id == import_id))


async def mark_undone(session: AsyncSession, import_id: int, at: datetime) -> None:
    """Note that an import was taken back."""
    await session.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(undone_at=at))


async def add_export(session: AsyncSession, values: Mapping[str, Any], ids: Iterable[str]) -> None:
    """Store what an export asked for and what it wrote: in its scope also which conversations, by their ids.

    They are put into one text some at a time: a list of a hundred thousand would be most of an export's memory.
    """
    named, each = io.StringIO(), iter(ids)
    while some := list(islice(each, 1000)):
        named.write((", " if named.tell() else "") + json.dumps(some)[1:-1])
    scope = f'{json.dumps(values["scope"])[:-1]}, "ids": [{named.getvalue()}]}}'
    await session.execute(insert(_EXPORTS).values(**{**values, "scope": literal(scope, Text())}))


async def exports(session: AsyncSession, *, limit: int = 200) -> list[dict[str, Any]]:
    """Export records, newest first."""
    statement = select(_EXPORTS).order_by(_EXPORTS.c.id.desc()).limit(limit)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def get_export(session: AsyncSession, export_id: str) -> dict[str, Any] | None:
    """One export record by its id."""
    row = (await session.execute(select(_EXPORTS).where(_EXPORTS.c.export_id == export_id))).mappings().first()
    return dict(row) if row else None
