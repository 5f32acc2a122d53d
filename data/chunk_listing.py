"""Reads of source documents and chunks: the list and its pages, one chunk, facets, and what conversations draw on.

The list is ids in order, fetched once per filter, and pages are read by id. Ten thousand chunks with sixty dimensions
each stay quick because every filter is answered by one index.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, column, distinct, exists, func, or_, select, table, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from data import chunk_search, search
from data.chunk_criteria import ChunkFilter, DimensionTest, plain
from data.direct import often
from data.tables import Chunk, ChunkDimension, ChunkLink, Conversation, Document, DocumentCategory, table_of

CHUNKS, DOCUMENTS, CATEGORIES = table_of(Chunk), table_of(Document), table_of(DocumentCategory)
DIMENSIONS, LINKS = table_of(ChunkDimension), table_of(ChunkLink)
_C, _D, _K, _X, _L = CHUNKS.c, DOCUMENTS.c, CATEGORIES.c, DIMENSIONS.c, LINKS.c
_PART = 500
_INDEX = table(chunk_search.TABLE, column("rowid"), column(chunk_search.TABLE))
BEGINNING = 200  # characters of the text that a list needs
# SQLite steps over equal entries of an index only when it is told so: sixty steps instead of 600,000.
_NAMES = text(
    "WITH RECURSIVE names(name) AS (SELECT min(name) FROM chunk_dimensions UNION ALL SELECT (SELECT min(name) FROM "
    "chunk_dimensions d WHERE d.name > names.name) FROM names WHERE names.name IS NOT NULL) "
    "SELECT name FROM names WHERE name IS NOT NULL"
)


class ListedChunk(NamedTuple):
    """A chunk as a list shows it; `beginning` is how its text begins, `links` by how many conversations it is used."""

    id: int
    chunk_id: str
    document_id: str
    document_title: str
    position: int
    title: str
    section: str
    beginning: str
    primary_category: str
    is_example: bool
    links: int


def _tests(test: DimensionTest) -> Any:
    name = _X.name == test.name
    if test.comparison in ("=", "!="):
        same: Any = _X.value_key == plain(test.value)
        with suppress(ValueError):  # 0.70 is 0.7
            same = or_(same, _X.number == float(test.value))
        found = _C.id.in_(select(_X.chunk).where(name, same))
        return ~found if test.comparison == "!=" else found
    bound = float(test.value)
    compared = {
        ">": _X.number > bound,
        ">=": _X.number >= bound,
        "<": _X.number < bound,
        "<=": _X.number <= bound,
    }[test.comparison]
    return _C.id.in_(select(_X.chunk).where(name, compared))


def _word(word: str) -> Any:
    """Chunks that hold a phrase; what the index cannot tell for sure is looked up in the text itself."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    reading = or_(*(where_.ilike(f"%{escaped}%", escape="\\") for where_ in (_C.title, _C.section, _C.text)))
    expression = chunk_search.match(word)
    if not search.is_available() or not expression:
        return reading
    indexed = _C.id.in_(select(_INDEX.c.rowid).where(_INDEX.c[chunk_search.TABLE].op("MATCH")(expression)))
    return and_(indexed, reading) if search.needs_reading(word) else indexed


def where(wanted: ChunkFilter) -> Any:
    """The condition on `chunks`."""
    clauses: list[Any] = [_word(word) for word in wanted.words if word.strip()]
    if wanted.categories:
        names = [" ".join(name.casefold().split()) for name in wanted.categories]  # these are not cut
        clauses.append(_C.document.in_(select(_K.document).where(_K.name_key.in_(names))))
    if wanted.documents:
        named = or_(_D.document_id.in_(wanted.documents), _D.title.in_(wanted.documents))
        clauses.append(_C.document.in_(select(_D.id).where(named)))
    clauses += [_tests(test) for test in wanted.dimensions]
    if wanted.is_example is not None:
        clauses.append(_C.is_example.is_(wanted.is_example))
    if wanted.is_linked is not None:
        linked = exists().where(_L.chunk == _C.id)
        clauses.append(linked if wanted.is_linked else ~linked)
    if wanted.linked_to:
        clauses.append(_C.id.in_(select(_L.chunk).where(_L.conversation_id == wanted.linked_to)))
    return and_(*clauses) if clauses else true()


def list_ids(wanted: ChunkFilter) -> Select[Any]:
    """Row ids in the order of documents and of their text."""
    return select(_C.id).where(where(wanted)).order_by(_C.document, _C.position, _C.id)


async def ids(session: AsyncSession, wanted: ChunkFilter, limit: int | None = None) -> list[int]:
    """The row ids that match, in order; as one text, because ten thousand rows to fetch take longer than the filter."""
    inner = list_ids(wanted).limit(limit).subquery()
    found = (await session.execute(select(func.group_concat(inner.c.id)))).scalar_one()
    return [int(row_id) for row_id in found.split(",")] if found else []


async def page(session: AsyncSession, row_ids: Sequence[int]) -> dict[int, ListedChunk]:
    """Listed chunks by row id."""
    links = select(func.count()).where(_L.chunk == _C.id).scalar_subquery()
    found: dict[int, ListedChunk] = {}
    for start in range(0, len(row_ids), _PART):
        statement = (
            select(
                _C.id,
                _C.chunk_id,
                _D.document_id,
                _D.title,
                _C.position,
                _C.title,
                _C.section,
                func.substr(_C.text, 1, BEGINNING),
                _D.primary_category,
                _C.is_example,
                links,
            )
            .join(DOCUMENTS, _D.id == _C.document)
            .where(_C.id.in_(row_ids[start : start + _PART]))
        )
        found |= {row[0]: ListedChunk._make(row) for row in (await session.execute(statement)).all()}
    return found


async def get(session: AsyncSession, chunk_id: str) -> dict[str, Any] | None:
    """One chunk with its document's id, title, primary category and extra."""
    statement = (
        select(
            *CHUNKS.c,
            _D.document_id,
            _D.title.label("document_title"),
            _D.primary_category,
            _D.extra.label("document_extra"),
        )
        .join(DOCUMENTS, _D.id == _C.document)
        .where(_C.chunk_id == chunk_id)
    )
    row = (await session.execute(statement)).mappings().first()
    return dict(row) if row else None


async def row_ids_of(session: AsyncSession, chunk_ids: Sequence[str]) -> dict[str, int]:
    """Row ids by chunk id; unknown ones are missing."""
    found: dict[str, int] = {}
    for start in range(0, len(chunk_ids), _PART):
        statement = select(_C.chunk_id, _C.id).where(_C.chunk_id.in_(chunk_ids[start : start + _PART]))
        found |= {row[0]: row[1] for row in (await session.execute(statement)).all()}
    return found


async def dimensions_of(session: AsyncSession, row_id: int) -> list[dict[str, Any]]:
    """Name, value, number and confidence of every dimension of a chunk, by name."""
    statement = select(_X.name, _X.value, _X.number, _X.confidence).where(_X.chunk == row_id).order_by(_X.name)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def categories_of(session: AsyncSession, documents: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Names of the categories of documents, the primary ones first, by the row id of the document."""
    found: dict[int, list[dict[str, Any]]] = {}
    wanted = list(dict.fromkeys(documents))
    for start in range(0, len(wanted), _PART):
        statement = (
            select(_K.document, _K.name, _K.is_primary, _K.confidence)
            .where(_K.document.in_(wanted[start : start + _PART]))
            .order_by(_K.document, _K.is_primary.desc(), _K.position)
        )
        for row in (await session.execute(statement)).mappings():
            found.setdefault(row["document"], []).append(dict(row))
    return found


async def full_rows(session: AsyncSession, row_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Chunks with text, document id and title, in the order of the ids."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(row_ids), _PART):
        statement = (
            select(
                *(_C[name] for name in ("id", "chunk_id", "document", "title", "section", "text", "is_example")),
                _D.document_id,
                _D.title.label("document_title"),
            )
            .join(DOCUMENTS, _D.id == _C.document)
            .where(_C.id.in_(row_ids[start : start + _PART]))
        )
        found |= {row["id"]: dict(row) for row in (await session.execute(statement)).mappings()}
    return [found[row_id] for row_id in row_ids if row_id in found]


async def totals(session: AsyncSession) -> dict[str, int]:
    """How many documents, chunks, linked chunks and examples there are."""
    statement = select(
        select(func.count()).select_from(DOCUMENTS).scalar_subquery(),
        select(func.count()).select_from(CHUNKS).scalar_subquery(),
        select(func.count(distinct(_L.chunk))).scalar_subquery(),
        select(func.count()).select_from(CHUNKS).where(_C.is_example.is_(True)).scalar_subquery(),
    )
    row = (await session.execute(statement)).one()
    return dict(zip(("documents", "chunks", "linked", "examples"), row, strict=True))


async def count(session: AsyncSession, wanted: ChunkFilter) -> int:
    """How many chunks match."""
    return int((await session.execute(select(func.count()).select_from(CHUNKS).where(where(wanted)))).scalar_one())


async def categories(session: AsyncSession) -> list[tuple[str, bool, int]]:
    """Every category with whether it is a primary one, and in how many chunks; the most used first."""
    sizes = select(_C.document, func.count().label("chunks")).group_by(_C.document).subquery()
    statement = (
        select(func.min(_K.name), func.max(_K.is_primary), func.coalesce(func.sum(sizes.c.chunks), 0))
        .select_from(CATEGORIES.join(sizes, sizes.c.document == _K.document))
        .group_by(_K.name_key)
        .order_by(func.max(_K.is_primary).desc(), func.sum(sizes.c.chunks).desc(), _K.name_key)
    )
    return [(str(row[0]), bool(row[1]), int(row[2])) for row in (await session.execute(statement)).all()]


async def documents(session: AsyncSession) -> list[dict[str, Any]]:
    """Every document with how many chunks it has, in the order of the list."""
    sizes = select(_C.document, func.count().label("chunks")).group_by(_C.document).subquery()
    statement = (
        select(_D.document_id, _D.title, _D.primary_category, func.coalesce(sizes.c.chunks, 0).label("chunks"))
        .select_from(DOCUMENTS.outerjoin(sizes, sizes.c.document == _D.id))
        .order_by(_D.id)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def dimension_names(session: AsyncSession) -> list[str]:
    """The names of all dimensions, as their sources write them."""
    return [str(row[0]) for row in (await session.execute(_NAMES)).all()]


async def dimension_values(session: AsyncSession, name: str, limit: int) -> list[tuple[str, int]]:
    """The most frequent values of a dimension with how many chunks have them."""
    statement = (
        select(func.min(_X.value_key), func.count())
        .where(_X.name == name)
        .group_by(_X.value_key)
        .order_by(func.count().desc(), _X.value_key)
        .limit(limit)
    )
    return [(str(row[0]), int(row[1])) for row in (await session.execute(statement)).all()]


async def links_of(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What conversations draw on, in the order in which it was linked: the chunk with its text, and the link."""
    found: dict[str, list[dict[str, Any]]] = {}
    wanted = list(dict.fromkeys(conversation_ids))
    for start in range(0, len(wanted), _PART):
        statement = (
            select(
                _L.conversation_id,
                _L.note,
                _L.created_at.label("linked_at"),
                _L.created_by.label("linked_by"),
                *(_C[name] for name in ("id", "chunk_id", "title", "section", "text")),
                _D.document_id,
                _D.title.label("document_title"),
            )
            .select_from(LINKS.join(CHUNKS, _C.id == _L.chunk).join(DOCUMENTS, _D.id == _C.document))
            .where(_L.conversation_id.in_(wanted[start : start + _PART]))
            .order_by(_L.conversation_id, _L.position, _L.id)
        )
        for row in (await session.execute(statement)).mappings():
            found.setdefault(row["conversation_id"], []).append(dict(row))
    return found


_LINKS_OF_ONE = often(select(func.count()).select_from(LINKS).where(_L.conversation_id == bindparam("_id")))


async def is_linked(session: AsyncSession, conversation_id: str) -> bool:
    """Whether a conversation draws on any chunk. A worker asks for every row."""
    return bool((await session.execute(_LINKS_OF_ONE, {"_id": conversation_id})).scalar_one())


async def has_links(session: AsyncSession) -> bool:
    """Whether any conversation draws on any chunk."""
    return (await session.execute(select(_L.id).limit(1))).first() is not None


async def used_by(session: AsyncSession, row_id: int) -> list[dict[str, Any]]:
    """The conversations that draw on a chunk: id, topic and status."""
    rows = table_of(Conversation)
    statement = (
        select(rows.c.conversation_id, rows.c.topic, rows.c.status, _L.note, _L.created_by, _L.created_at)
        .select_from(LINKS.join(rows, rows.c.conversation_id == _L.conversation_id))
        .where(_L.chunk == row_id)
        .order_by(rows.c.number)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def examples(session: AsyncSession, limit: int) -> list[dict[str, Any]]:
    """Chunks that are marked as examples, with their document: those marked first come first."""
    statement = (
        select(_C.id, _C.chunk_id, _C.document, _C.title, _C.text, _D.primary_category)
        .join(DOCUMENTS, _D.id == _C.document)
        .where(_C.is_example.is_(True))
        .order_by(_C.marked_at.is_(None), _C.marked_at, _C.id)
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]
