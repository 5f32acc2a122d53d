"""Stores prompt templates as immutable versions and finds the active ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data.tables import PromptTemplate, table_of

TEMPLATES = table_of(PromptTemplate)


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


_ONE = select(TEMPLATES).where(TEMPLATES.c.id == bindparam("_id"))  # built once: asked for every row


async def by_row_id(session: AsyncSession, row_id: int) -> dict[str, Any] | None:
    """One exact version."""
    row = (await session.execute(_ONE, {"_id": row_id})).mappings().first()
    return dict(row) if row else None


async def count(session: AsyncSession) -> int:
    """How many versions there are."""
    return int((await session.execute(select(func.count()).select_from(TEMPLATES))).scalar_one())
