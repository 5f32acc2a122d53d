"""Stores what a pack brings, and reads it back by key. Loading the same pack again replaces definitions, not rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from data.tables import EdgeCase, EmotionalArc, Pack, Persona, Scenario, Topic, table_of

KEYS: dict[type[SQLModel], str] = {
    Persona: "persona_key",
    EmotionalArc: "arc_key",
    Scenario: "scenario_key",
    EdgeCase: "edge_case_key",
    Topic: "topic_key",
}


async def replace_definitions(session: AsyncSession, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put definitions in place of those with the same keys."""
    if not rows:
        return
    table, key = table_of(model), KEYS[model]
    await session.execute(delete(table).where(table.c[key].in_([row[key] for row in rows])))
    await session.execute(insert(table), [dict(row) for row in rows])


async def put_pack(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store the pack's own entry in place of the former one."""
    packs = table_of(Pack)
    await session.execute(delete(packs).where(packs.c.pack_key == values["pack_key"]))
    await session.execute(insert(packs).values(**values))


async def put_settings(session: AsyncSession, pack_key: str, settings: Mapping[str, Any]) -> None:
    """Change the settings of a pack's entry."""
    packs = table_of(Pack)
    await session.execute(update(packs).where(packs.c.pack_key == pack_key).values(settings=dict(settings)))


async def get_pack(session: AsyncSession, pack_key: str = "") -> dict[str, Any] | None:
    """A pack's entry by key, or the first one."""
    packs = table_of(Pack)
    statement = select(packs).order_by(packs.c.id)
    if pack_key:
        statement = statement.where(packs.c.pack_key == pack_key)
    row = (await session.execute(statement)).mappings().first()
    return dict(row) if row else None


async def definitions(session: AsyncSession, model: type[SQLModel]) -> dict[str, dict[str, Any]]:
    """All definitions of a kind by key."""
    table: Table = table_of(model)
    return {row[KEYS[model]]: dict(row) for row in (await session.execute(select(table))).mappings()}
