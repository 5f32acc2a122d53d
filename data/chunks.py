"""Writes source documents and chunks as they are imported and taken back, and the links and marks that people make.

Call in the transaction of the audit row that tells of it. The text index is kept here, beside what it indexes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from data import chunk_search
from data.chunk_listing import CATEGORIES, CHUNKS, DIMENSIONS, DOCUMENTS, LINKS
from data.conversations import CONVERSATIONS

_PART = 500
_ADD_DIMENSIONS = f"INSERT INTO {DIMENSIONS.name} ({', '.join(c.name for c in DIMENSIONS.c)}) VALUES (?, ?, ?, ?, ?, ?)"
_C, _D, _L = CHUNKS.c, DOCUMENTS.c, LINKS.c
_ROW = CONVERSATIONS.c


async def known_documents(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Row id and title of those documents that are here, by document id."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), _PART):
        statement = select(_D.document_id, _D.id, _D.title).where(_D.document_id.in_(ids[start : start + _PART]))
        found |= {row["document_id"]: dict(row) for row in (await session.execute(statement)).mappings()}
    return found


async def known_chunks(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """The hash of the text of those chunks that are here, by chunk id."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), _PART):
        statement = select(_C.chunk_id, _C.text_hash).where(_C.chunk_id.in_(ids[start : start + _PART]))
        found |= {row[0]: row[1] for row in (await session.execute(statement)).all()}
    return found


async def known_texts(session: AsyncSession, hashes: Sequence[str]) -> dict[str, str]:
    """The chunk that has a text already, by the text's hash."""
    found: dict[str, str] = {}
    for start in range(0, len(hashes), _PART):
        statement = select(_C.text_hash, _C.chunk_id).where(_C.text_hash.in_(hashes[start : start + _PART]))
        found |= {row[0]: row[1] for row in (await session.execute(statement)).all()}
    return found


async def add_documents(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add documents and give their row ids by document id."""
    if rows:
        await session.execute(insert(DOCUMENTS), [dict(row) for row in rows])
    return {key: row["id"] for key, row in (await known_documents(session, [r["document_id"] for r in rows])).items()}


async def add_categories(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add categories of documents; `document` is the row id."""
    if rows:
        await session.execute(insert(CATEGORIES), [dict(row) for row in rows])


async def next_chunk(session: AsyncSession) -> int:
    """The row id after the highest in use: chunks are added with ids, because their dimensions name them."""
    return int((await session.execute(select(func.coalesce(func.max(_C.id), 0)))).scalar_one()) + 1


async def add_chunks(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]], dimensions: Sequence[tuple[Any, ...]]
) -> None:
    """Add chunks with consecutive row ids, and their dimensions in the order of the columns.

    There may be sixty times as many of those, so they are handed to the driver as they are.
    """
    if not rows:
        return
    await session.execute(insert(CHUNKS), [dict(row) for row in rows])
    if dimensions:
        connection = await session.connection()
        await connection.exec_driver_sql(_ADD_DIMENSIONS, list(dimensions))
    first, last = rows[0]["id"], rows[-1]["id"]
    await _with_connection(session, lambda connection: chunk_search.add(connection, first, last))


async def touched_chunks(session: AsyncSession, import_id: int) -> list[tuple[str, str]]:
    """Chunks of an import that people use, each with how: linked or marked. One whose mark is gone is free again."""
    linked = exists().where(_L.chunk == _C.id)
    marked = _C.is_example & (_C.marked_by != "")
    statement = select(_C.chunk_id, linked).where(_C.import_id == import_id, linked | marked).order_by(_C.id)
    return [(row[0], "linked" if row[1] else "marked") for row in (await session.execute(statement)).all()]


async def remove_import(session: AsyncSession, import_id: int) -> tuple[int, int]:
    """Take the chunks of an import away, and those of its documents that no other import filled; gives both numbers."""
    await _with_connection(session, lambda connection: chunk_search.remove(connection, import_id))
    chunks: Any = await session.execute(delete(CHUNKS).where(_C.import_id == import_id))
    filled = exists().where(_C.document == _D.id)
    documents: Any = await session.execute(delete(DOCUMENTS).where(_D.import_id == import_id, ~filled))
    # A document that another import has filled stays, and is that one's from now on.
    others = select(func.min(_C.import_id)).where(_C.document == _D.id).scalar_subquery()
    await session.execute(update(DOCUMENTS).where(_D.import_id == import_id).values(import_id=others))
    return int(chunks.rowcount), int(documents.rowcount)


async def _with_connection(session: AsyncSession, work: Any) -> None:
    connection = await session.connection()

    def run(sync: Connection) -> None:
        work(sync)

    await connection.run_sync(run)


async def links_between(
    session: AsyncSession, chunks: Collection[int], conversation_ids: Collection[str]
) -> set[tuple[int, str]]:
    """Which of these chunks are linked to which of these conversations."""
    wanted, names, found = set(chunks), list(conversation_ids), set[tuple[int, str]]()
    for start in range(0, len(names), _PART):  # a conversation draws on few chunks
        statement = select(_L.chunk, _L.conversation_id).where(_L.conversation_id.in_(names[start : start + _PART]))
        found |= {(row[0], row[1]) for row in (await session.execute(statement)).all() if row[0] in wanted}
    return found


async def add_links(session: AsyncSession, pairs: Sequence[tuple[int, str]], note: str, by: str) -> None:
    """Link chunks to conversations, behind those that are linked already."""
    ids = list(dict.fromkeys(conversation for _, conversation in pairs))
    places: dict[str, int] = dict.fromkeys(ids, 0)
    for start in range(0, len(ids), _PART):
        statement = (
            select(_L.conversation_id, func.max(_L.position))
            .where(_L.conversation_id.in_(ids[start : start + _PART]))
            .group_by(_L.conversation_id)
        )
        places |= {row[0]: row[1] + 1 for row in (await session.execute(statement)).all()}
    rows = []
    for chunk, conversation_id in pairs:
        position = places[conversation_id]
        places[conversation_id] += 1
        rows.append(
            {
                "chunk": chunk,
                "conversation_id": conversation_id,
                "position": position,
                "note": note,
                "created_by": by,
            }
        )
    if rows:
        await session.execute(insert(LINKS), rows)
    await _name_sources(session, ids)


async def remove_links(session: AsyncSession, pairs: Iterable[tuple[int, str]]) -> None:
    """Take links away."""
    wanted = list(pairs)
    for chunk, conversation_id in wanted:
        await session.execute(delete(LINKS).where(_L.chunk == chunk, _L.conversation_id == conversation_id))
    await _name_sources(session, list(dict.fromkeys(conversation for _, conversation in wanted)))


async def _name_sources(session: AsyncSession, conversation_ids: Sequence[str]) -> None:
    """Name a conversation's first source in its row. Its version stays: nobody's decision is out of date by that."""
    first = (
        select(LINKS.c.chunk)
        .where(_L.conversation_id == _ROW.conversation_id)
        .order_by(_L.position, _L.id)
        .limit(1)
        .scalar_subquery()
    )
    chunk = select(_C.chunk_id).where(_C.id == first).scalar_subquery()
    document = (
        select(_D.document_id).where(_D.id == select(_C.document).where(_C.id == first).scalar_subquery())
    ).scalar_subquery()
    for start in range(0, len(conversation_ids), _PART):
        await session.execute(
            update(CONVERSATIONS)
            .where(_ROW.conversation_id.in_(conversation_ids[start : start + _PART]))
            .values(
                chunk_id=func.coalesce(chunk, ""),
                document_id=func.coalesce(document, ""),
                updated_at=_ROW.updated_at,
            )
        )


async def mark(session: AsyncSession, chunks: Sequence[int], *, is_example: bool, by: str, at: datetime) -> None:
    """Mark chunks as examples, or take the mark away."""
    for start in range(0, len(chunks), _PART):
        await session.execute(
            update(CHUNKS)
            .where(_C.id.in_(chunks[start : start + _PART]))
            .values(is_example=is_example, marked_by=by, marked_at=at)
        )


async def links_kept(session: AsyncSession, conversation_id: str, chunk_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Those of these chunks that a conversation draws on, with everything that puts them back: in their order."""
    statement = (
        select(_C.chunk_id, _L.position, _L.note, _L.created_by)
        .join(CHUNKS, _C.id == _L.chunk)
        .where(_L.conversation_id == conversation_id, _C.chunk_id.in_(list(chunk_ids)))
        .order_by(_L.position, _L.id)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def remove_kept_links(session: AsyncSession, conversation_id: str, links: Sequence[Mapping[str, Any]]) -> None:
    """Take these links of a conversation away."""
    wanted = select(_C.id).where(_C.chunk_id.in_([link["chunk_id"] for link in links]))
    await session.execute(delete(LINKS).where(_L.conversation_id == conversation_id, _L.chunk.in_(wanted)))
    await _name_sources(session, [conversation_id])


async def put_back_links(
    session: AsyncSession, conversation_id: str, links: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Let a conversation draw on chunks again, at their old places; gives those that are still there."""
    names = [link["chunk_id"] for link in links]
    wanted = select(_C.chunk_id, _C.id).where(_C.chunk_id.in_(names))
    known = {row[0]: row[1] for row in (await session.execute(wanted)).all()}
    back = [dict(link) for link in links if link["chunk_id"] in known]
    if back:
        values = [{**link, "chunk": known[link["chunk_id"]], "conversation_id": conversation_id} for link in back]
        for value in values:
            del value["chunk_id"]
        await session.execute(insert(LINKS), values)
        await _name_sources(session, [conversation_id])
    return back


async def marks_of(session: AsyncSession, chunk_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Whether chunks are examples, and who said so when, by chunk id; those that are gone are missing."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(chunk_ids), _PART):
        statement = select(_C.chunk_id, _C.is_example, _C.marked_by, _C.marked_at).where(
            _C.chunk_id.in_(chunk_ids[start : start + _PART])
        )
        for row in (await session.execute(statement)).mappings():
            found[row["chunk_id"]] = {name: row[name] for name in ("is_example", "marked_by", "marked_at")}
    return found


async def mark_again(session: AsyncSession, chunk_id: str, mark: Mapping[str, Any]) -> None:
    """Put a mark back as `marks_of` gave it."""
    await session.execute(update(CHUNKS).where(_C.chunk_id == chunk_id).values(**mark))
