"""Stores and lists the views that people saved. Screens read them by the compiled `listing` of `data.replay`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import SavedView, table_of

_VIEWS = table_of(SavedView)
V = _VIEWS.c


def listing() -> Select[Any]:
    """All views by name, as `core.views.View` names their parts."""
    return select(V.name, V.query, V.sort, V.columns, V.by, V.updated_at).order_by(V.name)


async def named(session: AsyncSession, name: str) -> dict[str, Any] | None:
    """The view of this name."""
    found = (await session.execute(select(_VIEWS).where(V.name == name))).mappings().first()
    return dict(found) if found else None


async def all_views(session: AsyncSession) -> list[dict[str, Any]]:
    """All views by name."""
    return [dict(row) for row in (await session.execute(listing())).mappings()]


async def put(
    session: AsyncSession, name: str, query: str, sort: str, columns: Sequence[str] | None, *, by: str
) -> None:
    """Add the view of this name, or put this one in its place."""
    values = {"query": query, "sort": sort, "columns": list(columns) if columns else None, "by": by}
    changed: Any = await session.execute(update(_VIEWS).where(V.name == name).values(values))
    if not changed.rowcount:
        await session.execute(insert(_VIEWS).values(name=name, created_by=by, **values))


async def remove(session: AsyncSession, name: str) -> None:
    """Take the view of this name away."""
    await session.execute(delete(_VIEWS).where(V.name == name))
