"""Keeps conversations whole as versions, and reads and puts back what was kept.

Review, rewriting and imports keep one before they overwrite, clear or remove. A kept version is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from data.conversations import (
    EMOTIONS,
    QUALITY,
    SENTENCES,
    STRATEGIES,
    TURNS,
    TextRows,
    get_many,
    insert_text,
    put_quality,
)
from data.tables import ChunkLink, ConversationMetadata, ConversationVersion, table_of
from data.types import utc_now

VERSIONS = table_of(ConversationVersion)
_LINKS = table_of(ChunkLink)
_METADATA = table_of(ConversationMetadata)
DELETED = "deleted"  # why a version is kept of a row that is cleared or removed
_RECORDED = frozenset({"id", "created_at", "created_by", "updated_at"})  # of a row itself, not of what it holds


async def snapshot(session: AsyncSession, conversation_id: str) -> dict[str, Any]:
    """A conversation whole, as JSON-ready values: its row, text and quality figures."""
    return (await snapshots(session, [conversation_id]))[conversation_id]


async def snapshots(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The same for a few hundred at once."""
    wholes: dict[str, dict[str, Any]] = {
        name: {"conversation": None, "turns": [], "emotions": [], "strategies": [], "sentences": [], "quality": None}
        for name in ids
    }
    for name, stored in (await get_many(session, ids)).items():
        wholes[name]["conversation"] = _plain(stored)
    turns = select(TURNS).where(TURNS.c.conversation_id.in_(ids))
    owners: dict[str, dict[str, Any]] = {}
    for row in (await session.execute(turns.order_by(TURNS.c.conversation_id, TURNS.c.turn_number))).mappings():
        owners[row["turn_id"]] = wholes[row["conversation_id"]]
        wholes[row["conversation_id"]]["turns"].append(_plain(dict(row)))
    turn_ids = select(TURNS.c.turn_id).where(TURNS.c.conversation_id.in_(ids))
    for table, part in ((EMOTIONS, "emotions"), (STRATEGIES, "strategies"), (SENTENCES, "sentences")):
        statement = select(table).where(table.c.turn_id.in_(turn_ids)).order_by(table.c.id)
        for row in (await session.execute(statement)).mappings():
            owners[row["turn_id"]][part].append(_plain(dict(row)))
    for row in (await session.execute(select(QUALITY).where(QUALITY.c.conversation_id.in_(ids)))).mappings():
        wholes[row["conversation_id"]]["quality"] = _plain(dict(row))
    links = select(_LINKS).where(_LINKS.c.conversation_id.in_(ids)).order_by(_LINKS.c.position)
    for row in (await session.execute(links)).mappings():
        wholes[row["conversation_id"]].setdefault("links", []).append(_plain(dict(row)))
    facts = select(_METADATA).where(_METADATA.c.conversation_id.in_(ids)).order_by(_METADATA.c.id)
    for row in (await session.execute(facts)).mappings():
        wholes[row["conversation_id"]].setdefault("metadata", []).append(_plain(dict(row)))
    return wholes


async def keep_version(session: AsyncSession, conversation_id: str, reason: str, by: str) -> None:
    """Put the conversation as it is now into `conversation_versions`."""
    await keep_versions(session, [conversation_id], reason, by)


async def keep_versions(session: AsyncSession, ids: Sequence[str], reason: str, by: str) -> None:
    """The same for at most a few hundred."""
    now = utc_now()
    kept = [
        {
            "conversation_id": name,
            "version": whole["conversation"]["version"] if whole["conversation"] else 0,
            "reason": reason,
            "snapshot": whole,
            "by": by,
            "at": now,
            "created_by": by,
        }
        for name, whole in (await snapshots(session, ids)).items()
    ]
    if kept:
        await session.execute(insert(VERSIONS), kept)


async def versions_of(session: AsyncSession, conversation_id: str) -> list[dict[str, Any]]:
    """Former versions, newest first."""
    statement = select(VERSIONS).where(VERSIONS.c.conversation_id == conversation_id).order_by(VERSIONS.c.id.desc())
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def versions_at(session: AsyncSession, numbers: Mapping[str, int], reason: str) -> dict[str, dict[str, Any]]:
    """The snapshots that were kept for a reason at these versions, by conversation; for at most a few hundred."""
    statement = select(VERSIONS.c.conversation_id, VERSIONS.c.version, VERSIONS.c.snapshot).where(
        VERSIONS.c.conversation_id.in_(list(numbers)),
        VERSIONS.c.version.in_(set(numbers.values())),
        VERSIONS.c.reason == reason,
    )
    rows = (await session.execute(statement.order_by(VERSIONS.c.id))).all()
    return {name: snapshot for name, version, snapshot in rows if numbers[name] == version}


async def kept_snapshot(session: AsyncSession, conversation_id: str, version: int) -> dict[str, Any] | None:
    """The conversation whole, as it was kept at a version."""
    statement = (
        select(VERSIONS.c.snapshot)
        .where(VERSIONS.c.conversation_id == conversation_id, VERSIONS.c.version == version)
        .order_by(VERSIONS.c.id.desc())
        .limit(1)
    )
    return (await session.execute(statement)).scalar()


async def last_said(session: AsyncSession, ids: Sequence[str], column: str) -> dict[str, str]:
    """What a column of text last said in the kept versions of conversations, which may be gone; none where nothing."""
    found: dict[str, str] = {}
    said = VERSIONS.c.snapshot["conversation"][column].as_string()
    for start in range(0, len(ids), 500):
        part = VERSIONS.c.conversation_id.in_(ids[start : start + 500])
        rows = await session.execute(select(VERSIONS.c.conversation_id, said).where(part).order_by(VERSIONS.c.id))
        found |= {name: value for name, value in rows.all() if value}
    return found


async def restore_text(session: AsyncSession, whole: Mapping[str, Any]) -> None:
    """Put the text and quality figures of a snapshot back (the row itself is the caller's)."""
    await insert_text(session, text_of_snapshot(whole))
    figures = quality_of_snapshot(whole)
    if figures is not None:
        await put_quality(session, figures)


def text_of_snapshot(whole: Mapping[str, Any]) -> TextRows:
    """The text rows of a snapshot, to be put back."""
    return TextRows(
        turns=[_fresh(r) for r in whole["turns"]],
        emotions=[_fresh(r) for r in whole["emotions"]],
        strategies=[_fresh(r) for r in whole["strategies"]],
        sentences=[_fresh(r) for r in whole["sentences"]],
    )


def quality_of_snapshot(whole: Mapping[str, Any]) -> dict[str, Any] | None:
    """The quality figures of a snapshot, to be put back; None where it has none."""
    if not whole.get("quality"):
        return None
    return {**_fresh(whole["quality"]), "checked_at": datetime.fromisoformat(whole["quality"]["checked_at"])}


async def removed_ids(session: AsyncSession, ids: Sequence[str]) -> set[str]:
    """Those of these ids, which no row has, that a row had until somebody removed it."""
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        part = VERSIONS.c.conversation_id.in_(ids[start : start + 500])
        kept = select(VERSIONS.c.conversation_id).where(part, VERSIONS.c.reason == DELETED)
        found |= set((await session.execute(kept)).scalars())
    return found


async def restore_beside(session: AsyncSession, whole: Mapping[str, Any]) -> None:
    """Give a row that was removed and is put back its free-form facts, and the chunks of its snapshot that are there
    still."""
    facts = [{**_fresh(fact), "created_by": fact["created_by"]} for fact in whole.get("metadata", ())]
    if facts:
        await session.execute(insert(_METADATA), facts)
    from data.tables import Chunk  # a review does without the tables of sources

    chunks = table_of(Chunk)
    links = [{**_fresh(link), "created_by": link["created_by"]} for link in whole.get("links", ())]
    known = select(chunks.c.id).where(chunks.c.id.in_([link["chunk"] for link in links]))
    there = set((await session.execute(known)).scalars()) if links else set()
    kept = [link for link in links if link["chunk"] in there]
    if kept:
        await session.execute(insert(_LINKS), kept)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}


def _fresh(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _RECORDED}
