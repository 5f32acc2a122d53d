"""Places what a source holds beside what is here already, and stores it part by part, all of it or nothing.

`ChunkService` calls it. A chunk that is here with the same text is left out and counted; one of the same id with
another text refuses the import, because conversations may draw on the former one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from core.chunks.incoming import Incoming, IncomingChunk
from core.chunks.mapping import Mapper, mapper_of
from core.chunks.records import ChunkImportReport
from core.errors import ImportFileError
from core.importing.report import Undone
from data import audit, chunks, records
from data.chunk_criteria import plain
from data.engines import AsyncSession, Database
from data.types import utc_now

STEP, PART = 250, 500  # chunks that are stored at a time, and in one transaction: some half a second
BROKEN_OFF = "it was broken off and only a part of it is here: import it again for the rest, or take it back"
KEPT_WARNINGS = 1000
_SHOWN = 3
_WAY_OUT = {
    "linked": "unlink it first: brightrun chunks unlink.",
    "marked": "take its mark away first: brightrun chunks mark ID --no-example.",
}


@dataclass
class _Placed:
    """Which chunks come in, and what is told of the others."""

    new: list[IncomingChunk] = field(default_factory=list)
    known: int = 0
    repeated: list[str] = field(default_factory=list)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)  # those that are here: row id and title


async def look(session: AsyncSession, incoming: Incoming, mapper: Mapper) -> ChunkImportReport:
    """What an import would bring. Raises ImportFileError when a chunk or document is here and says something else."""
    placed = await _place(session, incoming)
    return await _report(session, incoming, placed, mapper)


async def store(
    database: Database, incoming: Incoming, actor: str, on_progress: Callable[[int, int], None] | None
) -> ChunkImportReport:
    """Store it, with its record and audit row. Raises ImportFileError as `look` does.

    Others wait for one part at a time, not for all of it. What fails or is stopped is taken back; only a process that
    is killed leaves a beginning, whose record says so.
    """
    under_way: _UnderWay | None = None
    try:
        while under_way is None or under_way.done < len(under_way.placed.new):
            async with database.write() as session:
                if under_way is None:
                    under_way = await _begin(session, incoming, actor)
                done = await _store_part(session, under_way, actor)
                if done == len(under_way.placed.new):
                    await _finish(session, under_way, incoming, actor)
            under_way.done = done
            if on_progress is not None:
                on_progress(done, len(under_way.placed.new))
    except BaseException:
        if under_way is not None and 0 < under_way.done < len(under_way.placed.new):
            await asyncio.shield(_take_back(database, under_way.import_id))
        raise
    return replace(under_way.report, import_id=under_way.import_id)


@dataclass
class _UnderWay:
    """An import that is being stored: how much of it is, and the row ids of its documents."""

    placed: _Placed
    report: ChunkImportReport
    import_id: int
    documents: dict[str, int]
    done: int = 0


async def _begin(session: AsyncSession, incoming: Incoming, actor: str) -> _UnderWay:
    """Decide what comes in, and store its record and documents."""
    placed = await _place(session, incoming)
    report = await _report(session, incoming, placed, await mapper_of(session))
    if not placed.new:
        raise ImportFileError(
            f"{incoming.source}: all of its {len(incoming.chunks):,} chunks are here already.", "Nothing was imported."
        )
    import_id = await records.add_import(
        session,
        {
            "by": actor,
            "at": utc_now(),
            "file": incoming.source,
            "sha256": incoming.sha256,
            "header": None,
            "counts": report.counts(),
            "warnings": [BROKEN_OFF],
            "created_by": actor,
        },
    )
    return _UnderWay(placed, report, import_id, await _store_documents(session, incoming, placed, import_id, actor))


async def _store_part(session: AsyncSession, under_way: _UnderWay, actor: str) -> int:
    """Store the next chunks; gives how many there are then."""
    part = under_way.placed.new[under_way.done : under_way.done + PART]
    if under_way.done:
        await _check_undisturbed(session, part)
    number = await chunks.next_chunk(session)
    keys = lru_cache(maxsize=4096)(plain)  # few values are repeated often
    for start in range(0, len(part), STEP):
        some = part[start : start + STEP]
        ids = range(number + start, number + start + len(some))
        await chunks.add_chunks(
            session,
            [
                {
                    "id": row_id,
                    "chunk_id": chunk.chunk_id,
                    "document": under_way.documents[chunk.document_id],
                    "position": chunk.position,
                    "title": chunk.title,
                    "section": chunk.section,
                    "text": chunk.text,
                    "text_hash": chunk.text_hash,
                    "tokens": chunk.tokens,
                    "is_example": chunk.is_good,
                    "extra": chunk.extra or None,
                    "import_id": under_way.import_id,
                    "created_by": actor,
                }
                for row_id, chunk in zip(ids, some, strict=True)
            ],
            [
                (row_id, name, value, keys(value), figure, confidence)
                for row_id, chunk in zip(ids, some, strict=True)
                for name, value, figure, confidence in chunk.dimensions.values()
            ],
        )
    return under_way.done + len(part)


async def _check_undisturbed(session: AsyncSession, part: Sequence[IncomingChunk]) -> None:
    """Between two parts somebody else may have imported, or taken an import back."""
    known = await chunks.known_chunks(session, [chunk.chunk_id for chunk in part])
    wanted = list(dict.fromkeys(chunk.document_id for chunk in part))
    if known or len(await chunks.known_documents(session, wanted)) < len(wanted):
        raise ImportFileError(
            f"{part[0].place}: somebody else imported or took back source documents at the same time.",
            "Nothing of it was stored; import it again.",
        )


async def _finish(session: AsyncSession, under_way: _UnderWay, incoming: Incoming, actor: str) -> None:
    """All is stored: the record says no longer that it was broken off."""
    await records.set_warnings(session, under_way.import_id, under_way.report.warnings[:KEPT_WARNINGS])
    about = {"file": incoming.source, "sha256": incoming.sha256, **under_way.report.counts()}
    await audit.record(session, [audit.entry(actor, "import", "import", str(under_way.import_id), after=about)])


async def _take_back(database: Database, import_id: int) -> None:
    """Nothing of it stays, nor its record."""
    async with database.write() as session:
        await chunks.remove_import(session, import_id)
        await records.drop_import(session, import_id)


async def undo(session: AsyncSession, record: dict[str, Any], actor: str) -> Undone:
    """Take an import of chunks back. Raises ImportFileError naming a chunk that people have linked or marked since."""
    import_id = int(record["id"])
    touched = await chunks.touched_chunks(session, import_id)
    if touched:
        name, how = touched[0]
        more = f", and {len(touched) - 1:,} more were used" if len(touched) > 1 else ""
        raise ImportFileError(
            f"Import {import_id} cannot be undone: chunk {name} was {how} since{more}.",
            f"Nothing was undone; {_WAY_OUT[how]}",
        )
    gone, documents = await chunks.remove_import(session, import_id)
    await records.mark_undone(session, import_id, utc_now())
    undone = Undone(import_id, (), (), (), chunks=gone, documents=documents)
    entry = audit.entry(actor, "undo_import", "import", str(import_id), after={"did": undone.sentence()})
    await audit.record(session, [entry])
    return undone


async def _place(session: AsyncSession, incoming: Incoming) -> _Placed:
    placed = _Placed(documents=await chunks.known_documents(session, list(incoming.documents)))
    for name, here in placed.documents.items():
        coming = incoming.documents[name]
        if here["title"] != coming.title and coming.title != name:
            raise ImportFileError(
                f"{coming.place}: document {name} is {here['title'][:60]!r} here, and {coming.title[:60]!r} there.",
                "Two documents cannot have one id: give it another, or take the former import back.",
            )
    hashes = {chunk.chunk_id: chunk.text_hash for chunk in incoming.chunks.values()}
    known = await chunks.known_chunks(session, list(hashes))
    said = await chunks.known_texts(session, list(set(hashes.values())))
    for chunk in incoming.chunks.values():
        text_hash = hashes[chunk.chunk_id]
        if chunk.chunk_id in known:
            if known[chunk.chunk_id] != text_hash:
                raise ImportFileError(
                    f"{chunk.place}: chunk {chunk.chunk_id} is here already with another text.",
                    "Give it another id, or take the former import back: brightrun import list.",
                )
            placed.known += 1
        elif text_hash in said:
            placed.repeated.append(f"{chunk.chunk_id} repeats {said[text_hash]} word for word")
        else:
            said[text_hash] = chunk.chunk_id
            placed.new.append(chunk)
    return placed


async def _report(session: AsyncSession, incoming: Incoming, placed: _Placed, mapper: Mapper) -> ChunkImportReport:
    dimensions = Counter(name for chunk in placed.new for name in chunk.dimensions)
    documents = {chunk.document_id for chunk in placed.new}
    named = Counter(incoming.documents[chunk.document_id].primary_category for chunk in placed.new)
    warnings = list(incoming.notes)
    before = [r for r in await records.imports_of(session, incoming.sha256) if r["undone_at"] is None]
    if before:
        warnings.insert(0, f"this content was imported before (import {before[0]['id']})")
    if named.pop("", 0):
        nameless = sum(1 for name in documents if not incoming.documents[name].primary_category)
        warnings.append(f"{nameless:,} of the documents name no primary category: they propose none")
    warnings += [f"{sentence}: left out" for sentence in placed.repeated[:_SHOWN]]
    if len(placed.repeated) > _SHOWN:
        warnings.append(f"… and {len(placed.repeated) - _SHOWN:,} more chunks repeat others: left out")
    return ChunkImportReport(
        source=incoming.source,
        sha256=incoming.sha256,
        documents=len(documents),
        new_documents=len(documents - placed.documents.keys()),
        chunks=len(placed.new),
        known=placed.known,
        repeated=len(placed.repeated),
        measured=dimensions.total(),
        examples=sum(1 for chunk in placed.new if chunk.is_good),
        characters=sum(len(chunk.text) for chunk in placed.new),
        categories={name: mapper.match("content_category", name) for name, _ in named.most_common()},
        dimensions=dict(dimensions.most_common()),
        warnings=tuple(warnings),
    )


async def _store_documents(
    session: AsyncSession, incoming: Incoming, placed: _Placed, import_id: int, actor: str
) -> dict[str, int]:
    """The row id of every document that a new chunk is of; those that are new are added with their categories."""
    wanted = list(dict.fromkeys(chunk.document_id for chunk in placed.new))
    new = [incoming.documents[name] for name in wanted if name not in placed.documents]
    added = await chunks.add_documents(
        session,
        [
            {
                "document_id": document.document_id,
                "title": document.title,
                "primary_category": document.primary_category,
                "extra": document.extra or None,
                "import_id": import_id,
                "created_by": actor,
            }
            for document in new
        ],
    )
    await chunks.add_categories(
        session,
        [
            {
                "document": added[document.document_id],
                "position": position,
                "name": name,
                "name_key": key,
                "is_primary": is_primary,
                "confidence": confidence,
                "created_by": actor,
            }
            for document in new
            for position, ((key, is_primary), (name, confidence)) in enumerate(document.categories.items())
        ],
    )
    return {name: added[name] if name in added else int(placed.documents[name]["id"]) for name in wanted}
