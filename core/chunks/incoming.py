"""Gathers documents and chunks from rows of any source whose columns are named about as they should be.

`core.chunks.files` and `core.chunks.postgres` hand in rows (a name and its value, with the place they stand at); what
comes out is checked and complete. Nothing is guessed of the content; every refusal names its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.chunks.columns import (
    BOOKKEEPING,
    CATEGORY,
    CHUNK_DOCUMENT,
    CHUNK_ID,
    CHUNK_TITLE,
    CONFIDENCE,
    CONTROL,
    DOCUMENT_ID,
    DOCUMENT_TITLE,
    FULL_TEXT,
    GOOD,
    LEFT_OUT,
    MAX_ID,
    NAME,
    NESTED,
    POSITION,
    PRIMARY,
    SECTION,
    TAGS,
    TEXT,
    TOKENS,
    TRUE,
    VALUE,
    Row,
    column_of,
    columns_of,
    hashed,
    id_of,
    line_of,
    listed,
    named,
    names_of,
    number_of,
    said_of,
    share_of,
    taken,
    whole_of,
)
from core.errors import ImportFileError

MAX_CHUNKS, MAX_DOCUMENTS, MAX_VALUES = 100_000, 50_000, 6_000_000
MAX_TEXT, MAX_VALUE, MAX_NAME, MAX_TITLE = 200_000, 20_000, 200, 500
MAX_LONG = 12  # columns of a row that holds one dimension; with more of them each is a dimension
MAX_DIMENSIONS, MAX_CATEGORIES = 500, 200  # of a chunk, of a document
Dimension = tuple[str, str, float | None, float | None]  # name, value, number, confidence


@dataclass
class IncomingDocument:
    """A document of a source; categories are name, whether primary, and confidence."""

    document_id: str
    title: str
    place: str
    categories: dict[tuple[str, bool], tuple[str, float | None]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def primary_category(self) -> str:
        """The name of its primary category; "" where it names none."""
        return next((name for (_, is_primary), (name, _) in self.categories.items() if is_primary), "")


@dataclass
class IncomingChunk:
    """A chunk of a source with its dimensions by name."""

    chunk_id: str
    document_id: str
    place: str
    position: int
    title: str
    section: str
    text: str
    tokens: int | None
    text_hash: str  # by which two chunks are told to say the same
    extra: dict[str, Any] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether its source says that it is a good one."""
        return any(d[1].strip().casefold() in TRUE for name, d in self.dimensions.items() if column_of(name) in GOOD)


@dataclass
class Incoming:
    """Everything that a source holds."""

    source: str
    sha256: str
    documents: dict[str, IncomingDocument]
    chunks: dict[str, IncomingChunk]
    notes: tuple[str, ...] = ()


class Gatherer:
    """Takes rows in the order documents, categories, chunks, dimensions, and gives an `Incoming`."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._documents: dict[str, IncomingDocument] = {}
        self._chunks: dict[str, IncomingChunk] = {}
        self._aliases: dict[str, str] = {}  # other ids of a chunk -> its id
        self._ambiguous: set[str] = set()  # ids that several chunks answer to
        self._places: dict[str, int] = {}  # how many chunks of a document were taken
        self._values = 0
        self._strings: dict[str, str] = {}  # sixty dimensions of ten thousand chunks repeat few values
        self._notes: dict[str, int] = {}

    def take(self, kind: str, row: Row, place: str, *, is_flat: bool = False) -> None:
        """A row of the table or file of this kind."""
        match kind:
            case "documents":
                self.document(row, place)
            case "document_categories":
                self.category(row, place)
            case "chunks":
                self.chunk(row, place, is_flat=is_flat)
            case _:
                self.dimensions(row, place)

    def document(self, row: Row, place: str) -> str:
        """Take a document; gives its id."""
        columns = columns_of(row, place)
        document_id = id_of(columns, DOCUMENT_ID, place)
        title = line_of(taken(columns, DOCUMENT_TITLE), MAX_TITLE)
        document_id = document_id or (f"doc-{hashed(title)[:12]}" if title else "")
        if not document_id:
            raise ImportFileError(f"{place}: the document has neither id nor title.", f"One of: {named(DOCUMENT_ID)}.")
        if document_id in self._documents:
            raise ImportFileError(
                f"{place}: document {document_id} stands already at {self._documents[document_id].place}.",
                "Each document has an id of its own.",
            )
        if len(self._documents) >= MAX_DOCUMENTS:
            raise ImportFileError(f"{place}: there are more than {MAX_DOCUMENTS:,} documents.", "Import them in parts.")
        document = IncomingDocument(document_id, title or document_id, place)
        self._documents[document_id] = document
        self._categorise(document, columns, place)
        document.extra = self._extra(columns, FULL_TEXT)
        return document_id

    def category(self, row: Row, place: str) -> None:
        """Take a category of a document that was taken before."""
        columns = columns_of(row, place)
        document_id = id_of(columns, ("document_id", "doc_id", "document"), place)
        document = self._documents.get(document_id)
        if document is None:
            raise ImportFileError(f"{place}: there is no document {document_id!r}.", "Its document must be there, too.")
        kind = str(taken(columns, ("is_primary", "primary", "kind", "type", "category_type")) or "").strip().casefold()
        for name in names_of(taken(columns, CATEGORY)):
            confidence = share_of(columns.get("confidence"))
            self._add_category(document, name, is_primary=kind in TRUE, confidence=confidence, place=place)

    def chunk(self, row: Row, place: str, document_id: str = "", *, is_flat: bool = False) -> None:
        """Take a chunk; in a `flat` row what is no column of a chunk or its document is a dimension."""
        columns = columns_of(row, place)
        text = taken(columns, TEXT)
        if not isinstance(text, str) or not text.strip():
            raise ImportFileError(f"{place}: the chunk has no text.", f"Its text stands under {named(TEXT)}.")
        if len(text) > MAX_TEXT:
            raise ImportFileError(f"{place}: the chunk has more than {MAX_TEXT:,} characters.", "Cut it up.")
        if "\0" in text:
            raise ImportFileError(f"{place}: the text holds a NUL character.", "Mend it; nothing was imported.")
        nested = [columns.pop(name) for name in NESTED if name in columns]
        document_id = document_id or self._document_of(columns, place)
        self._places[document_id] = self._places.get(document_id, 0) + 1
        running = self._places[document_id]
        ids = [str(columns[name]).strip() for name in CHUNK_ID if columns.get(name) not in (None, "")]
        chunk_id = id_of(columns, CHUNK_ID, place) or f"{document_id}-{running:04}"[-MAX_ID:]
        if chunk_id in self._chunks:
            chunk_id = self._other_id(chunk_id, document_id, ids, place)
        if len(self._chunks) >= MAX_CHUNKS:
            raise ImportFileError(f"{place}: there are more than {MAX_CHUNKS:,} chunks.", "Import them in parts.")
        position = whole_of(taken(columns, POSITION))
        chunk = IncomingChunk(
            chunk_id,
            document_id,
            place,
            running if position is None else position,
            line_of(taken(columns, CHUNK_TITLE), MAX_TITLE),
            line_of(taken(columns, SECTION), MAX_TITLE),
            text,
            whole_of(taken(columns, TOKENS)),
            hashed(" ".join(unicodedata.normalize("NFKC", text).split())),
        )
        self._chunks[chunk_id] = chunk
        for other in ids:
            if self._aliases.setdefault(other, chunk_id) != chunk_id:
                self._ambiguous.add(other)
        for found in nested:
            self._take_nested(chunk, found, place)
        if is_flat and not nested:
            measured = {name: columns.pop(name) for name in list(columns) if name not in BOOKKEEPING | LEFT_OUT}
            self._take_wide(chunk, measured, place)
        chunk.extra = self._extra(columns, frozenset())

    def dimensions(self, row: Row, place: str) -> None:
        """Take a row of dimensions of a chunk that was taken before: one (name and value) or many (a column each)."""
        columns = columns_of(row, place, as_named=True)
        plain = {column_of(name): name for name in columns}
        named = next((plain[name] for name in ("chunk_id", "chunk", "chunk_uuid", "chunkid") if name in plain), "")
        wanted = str(columns.get(named) if named else "").strip()
        if wanted in self._ambiguous:
            raise ImportFileError(
                f"{place}: several chunks are called {wanted[:80]!r}.", "Name chunks by an id of their own."
            )
        chunk = self._chunks.get(self._aliases.get(wanted, wanted))
        if chunk is None:
            raise ImportFileError(f"{place}: there is no chunk {wanted[:80]!r}.", "Its chunk must be there, too.")
        name = next((plain[column] for column in NAME if column in plain), "")
        values = [plain[column] for column in VALUE if column in plain]
        if name and values and len(columns) <= MAX_LONG:
            value = next((columns[column] for column in values if columns[column] not in (None, "")), None)
            confidence = next((columns[plain[c]] for c in CONFIDENCE if c in plain and plain[c] not in values), None)
            self._measure(chunk, str(columns[name]), value, confidence, place)
            return
        measured = {n: v for n, v in columns.items() if n != named and column_of(n) not in BOOKKEEPING | LEFT_OUT}
        if any(n in chunk.dimensions for n in measured):
            self._note("chunks have several rows of dimensions: of a dimension the last value is kept")
        self._take_wide(chunk, measured, place)

    def note(self, sentence: str) -> None:
        """Something that a person should know of the source."""
        self._notes.setdefault(sentence, 0)

    def finish(self, sha256: str) -> Incoming:
        """What was gathered. Raises ImportFileError when there is no chunk."""
        if not self._chunks:
            raise ImportFileError(f"{self._source} holds no chunk.", "There is nothing to import.")
        empty = len(self._documents) - len({chunk.document_id for chunk in self._chunks.values()})
        if empty:
            self._notes[f"document{'s' if empty > 1 else ''} without any chunk"] = empty
        notes = tuple(f"{number:,} {what}" if number else what for what, number in self._notes.items())
        return Incoming(self._source, sha256, self._documents, self._chunks, notes)

    def _other_id(self, chunk_id: str, document_id: str, ids: Sequence[str], place: str) -> str:
        """Another id for a chunk whose own is taken by a chunk of another document: some number them in each anew."""
        former = self._chunks[chunk_id]
        other = next((i for i in ids if i not in self._chunks), f"{document_id}#{chunk_id}"[-MAX_ID:])
        if former.document_id == document_id or other in self._chunks:
            raise ImportFileError(
                f"{place}: chunk {chunk_id} stands already at {former.place}.", "Each chunk has an id of its own."
            )
        self._ambiguous.add(chunk_id)
        self._note("chunks have an id that a chunk of another document has: theirs is made of both")
        return other

    def _document_of(self, columns: dict[str, Any], place: str) -> str:
        """The document that a chunk's row names; one that was not taken before is made of what the row says of it."""
        named = id_of(columns, CHUNK_DOCUMENT, place)
        title = line_of(taken(columns, ("document_title", "doc_title", "file_name", "filename")), MAX_TITLE)
        document_id = named or (f"doc-{hashed(title)[:12]}" if title else "")
        if not document_id and len(self._documents) == 1 and not any(n in columns for n in (*PRIMARY, *TAGS)):
            return next(iter(self._documents))
        document_id = document_id or f"doc-{hashed(self._source)[:12]}"
        document = self._documents.get(document_id)
        if document is None:
            fallback = self._source.rpartition("/")[2] if not named else document_id
            document = IncomingDocument(document_id, title or fallback, place)
            self._documents[document_id] = document
        self._categorise(document, columns, place)
        return document_id

    def _categorise(self, document: IncomingDocument, columns: dict[str, Any], place: str) -> None:
        for name in names_of(taken(columns, PRIMARY))[:1]:
            if not document.primary_category:
                self._add_category(document, name, is_primary=True, confidence=None, place=place)
        for key in TAGS:
            for tag in listed(columns.pop(key, None)):
                if isinstance(tag, Mapping):
                    kind = str(tag.get("is_primary") or tag.get("kind") or tag.get("type") or "").strip().casefold()
                    label = next((tag[c] for c in CATEGORY if tag.get(c)), "")
                    self._add_category(
                        document,
                        str(label),
                        is_primary=kind in TRUE,
                        confidence=share_of(tag.get("confidence")),
                        place=place,
                    )
                else:
                    self._add_category(document, str(tag), is_primary=False, confidence=None, place=place)

    def _add_category(
        self, document: IncomingDocument, name: str, *, is_primary: bool, confidence: float | None, place: str
    ) -> None:
        name = line_of(name, MAX_TITLE)
        if not name:
            return
        is_primary = is_primary and document.primary_category in ("", name)
        key = " ".join(name.casefold().split())
        document.categories.setdefault((key, is_primary), (name, confidence))
        if len(document.categories) > MAX_CATEGORIES:
            raise ImportFileError(f"{place}: a document has more than {MAX_CATEGORIES} categories.", "Name fewer.")

    def _take_nested(self, chunk: IncomingChunk, found: Any, place: str) -> None:
        """Dimensions inside a chunk: an object of values or of objects, or a list of objects with a name each."""
        if isinstance(found, Mapping):
            for name, value in found.items():
                if isinstance(value, Mapping) and any(key in value for key in (*VALUE, *CONFIDENCE)):
                    said = next((value[key] for key in VALUE if value.get(key) is not None), None)
                    self._measure(
                        chunk, str(name), said, next((value[c] for c in CONFIDENCE if c in value), None), place
                    )
                else:
                    self._measure(chunk, str(name), value, None, place)
        elif isinstance(found, list):
            for number, entry in enumerate(found):
                name = (
                    next((entry[key] for key in NAME if entry.get(key)), None) if isinstance(entry, Mapping) else None
                )
                if name is None:
                    raise ImportFileError(f"{place}, dimensions[{number}] names no dimension.", f"{named(NAME)}.")
                said = next((entry[key] for key in VALUE if entry.get(key) is not None), None)
                self._measure(chunk, str(name), said, next((entry[c] for c in CONFIDENCE if c in entry), None), place)
        elif found is not None:
            raise ImportFileError(f"{place}: dimensions are no object.", "Write them as name and value.")

    def _take_wide(self, chunk: IncomingChunk, measured: Mapping[str, Any], place: str) -> None:
        """A column per dimension; `clarity_confidence` beside `clarity` is the confidence of that."""
        for name, value in measured.items():
            stem = name[: -len("_confidence")] if name.casefold().endswith("_confidence") else ""
            if stem and measured.get(stem) not in (None, "") and share_of(value) is not None:
                continue
            self._measure(chunk, name, value, measured.get(f"{name}_confidence"), place)

    def _measure(self, chunk: IncomingChunk, name: str, value: Any, confidence: Any, place: str) -> None:
        name = " ".join(name.split())
        if value is None or value == "" or not name:
            return  # not measured
        said = said_of(value)
        if len(name) > MAX_NAME or len(said) > MAX_VALUE or CONTROL.search(name) or "\0" in said:
            what = "is too long" if len(name) > MAX_NAME or len(said) > MAX_VALUE else "holds a control character"
            raise ImportFileError(f"{place}: the dimension {name[:60]!r} {what}.", "Mend it; nothing was imported.")
        keep = self._strings.setdefault
        name, said = keep(name, name), keep(said, said) if len(said) <= 40 else said
        chunk.dimensions[name] = (name, said, number_of(value), share_of(confidence))
        self._values += 1
        if len(chunk.dimensions) > MAX_DIMENSIONS or self._values > MAX_VALUES:
            most = (
                f"{MAX_DIMENSIONS} of a chunk" if len(chunk.dimensions) > MAX_DIMENSIONS else f"{MAX_VALUES:,} in all"
            )
            raise ImportFileError(f"{place}: there are more dimensions than {most}.", "Import fewer.")

    def _extra(self, columns: dict[str, Any], full_text: frozenset[str]) -> dict[str, Any]:
        """What no column has a place for, as it came."""
        kept = {}
        for name, value in columns.items():
            if name in LEFT_OUT:
                self.note(f"the column {name} is left out: vectors are of no use here")
            elif name in full_text:
                self.note("the documents' own full text is left out: it stands in their chunks")
            elif value not in (None, ""):
                kept[name] = value if isinstance(value, str | int | float | bool | list | dict) else str(value)
        return kept

    def _note(self, what: str) -> None:
        self._notes[what] = self._notes.get(what, 0) + 1
