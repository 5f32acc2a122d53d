"""Reads source documents from files: JSON, JSON lines, a table (CSV), or a folder with a file for each kind of row.

Called by `core.chunks.reading`. Files are read as strictly as every import reads them; a refusal names line and column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.chunks.columns import column_of, listed
from core.chunks.incoming import Gatherer, Incoming
from core.errors import ImportFileError
from core.planning.table import delimiter_of
from core.seedformat.reading import NOTHING_IMPORTED, decode, json_lines, read_bytes, strict_text

TABLES = (".csv", ".tsv")
LINES = (".jsonl", ".ndjson")
KINDS = ("documents", "document_categories", "chunks", "chunk_dimensions")
MAX_ROWS = 2_000_000
Placed = tuple[str, dict[str, Any]]


def read_file(path: Path, format_: str) -> Incoming:
    """One file of chunks. Raises ImportFileError naming the place of whatever is wrong."""
    raw = read_bytes(path)
    name = path.name
    text = decode(raw, name)
    gatherer = Gatherer(name)
    if format_ == "csv" or (format_ == "auto" and path.suffix.lower() in TABLES):
        for place, row in table_rows(text, name):
            gatherer.chunk(row, place, is_flat=True)
    elif _is_lines(path, text):
        for number, record in json_lines(text, name):
            _take_record(gatherer, record, f"{name}, line {number}")
    else:
        _take_tree(gatherer, strict_text(text, name), name)
    return gatherer.finish(hashlib.sha256(raw).hexdigest())


def read_folder(folder: Path) -> Incoming:
    """A folder with chunks.csv and, where there are, the files of documents, categories and dimensions.

    Raises ImportFileError when it holds no chunks, or names the place of whatever is wrong.
    """
    found = {kind: _file_of(folder, kind) for kind in KINDS}
    if found["chunks"] is None:
        raise ImportFileError(
            f"{folder} holds no chunks.csv (or .json, .jsonl).", f"A folder has the files {', '.join(KINDS)}."
        )
    gatherer = Gatherer(folder.name)
    digest = hashlib.sha256()
    for kind in KINDS:
        path = found[kind]
        if path is None:
            continue
        raw = read_bytes(path)
        digest.update(path.name.encode() + b"\0" + raw + b"\0")
        flat = kind == "chunks" and found["chunk_dimensions"] is None
        for place, row in _rows(path, decode(raw, path.name)):
            gatherer.take(kind, row, place, is_flat=flat)
    return gatherer.finish(digest.hexdigest())


def _file_of(folder: Path, kind: str) -> Path | None:
    for suffix in (*TABLES, ".json", *LINES):
        path = folder / f"{kind}{suffix}"
        if path.is_file():
            return path
    return None


def _rows(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    if path.suffix.lower() in TABLES:
        yield from table_rows(text, path.name)
    elif _is_lines(path, text):
        yield from ((f"{path.name}, line {number}", record) for number, record in json_lines(text, path.name))
    else:
        tree = strict_text(text, path.name)
        if isinstance(tree, dict) and len(tree) == 1:
            tree = next(iter(tree.values()))  # {"chunks": […]}
        if not isinstance(tree, list):
            raise ImportFileError(f"{path.name} is no list.", "It holds a list of objects, one for each row.")
        yield from ((f"{path.name}, [{number}]", record) for number, record in enumerate(tree))


def table_rows(text: str, name: str) -> Iterator[Placed]:
    """The rows of a table by heading, with their place. Raises ImportFileError for what is no table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    line = 1
    try:
        heading = [title.strip() for title in next(reader, [])]
        plain = [column_of(title) for title in heading]
        twice = next((title for title, column in zip(heading, plain, strict=True) if plain.count(column) > 1), None)
        if twice is not None:
            raise ImportFileError(f"{name}, line 1: the heading {twice[:60]!r} stands twice.", "Name each column once.")
        for number, cells in enumerate(reader):
            start, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise ImportFileError(
                    f"{name}, line {start}: it has {len(cells)} fields, the heading has {len(heading)}.",
                    NOTHING_IMPORTED,
                )
            if number >= MAX_ROWS:
                raise ImportFileError(f"{name} has more than {MAX_ROWS:,} rows.", "Split it into several files.")
            yield f"{name}, line {start}", dict(zip(heading, cells, strict=True))
    except csv.Error as error:
        raise ImportFileError(f"{name}, line {reader.line_num}: {error}.", NOTHING_IMPORTED) from error


def _take_tree(gatherer: Gatherer, tree: Any, name: str) -> None:
    if isinstance(tree, list):
        for number, record in enumerate(tree):
            _take_record(gatherer, record, f"{name}, [{number}]")
        return
    known = {column_of(str(key)): key for key in tree} if isinstance(tree, dict) else {}
    if "documents" not in known and "chunks" in known and set(known) & {"title", "document_id", "id", "document_title"}:
        _take_record(gatherer, tree, name)
        return
    if not known.keys() & {"documents", "chunks"}:
        keys = ", ".join(sorted(str(key)[:30] for key in tree)[:6]) if isinstance(tree, dict) else type(tree).__name__
        raise ImportFileError(
            f"{name} holds no documents and no chunks; it has: {keys or 'nothing'}.",
            "An object with documents and their chunks, or a list of chunks.",
        )
    flat = "chunk_dimensions" not in known
    for kind in KINDS:
        entries = tree.get(known[kind]) if kind in known else None
        if entries is None:
            continue
        if not isinstance(entries, list):
            raise ImportFileError(f"{name}, {known[kind]} is no list.", "It holds a list of objects.")
        for number, entry in enumerate(entries):
            place = f"{name}, {known[kind]}[{number}]"
            if kind == "documents":
                _take_document(gatherer, entry, place)
            else:
                gatherer.take(kind, entry, place, is_flat=flat and kind == "chunks")


def _take_record(gatherer: Gatherer, record: Any, place: str) -> None:
    """A document with its chunks, or a chunk."""
    if isinstance(record, dict) and any(column_of(str(key)) == "chunks" for key in record):
        _take_document(gatherer, record, place)
    else:
        gatherer.chunk(record, place, is_flat=True)


def _take_document(gatherer: Gatherer, record: Any, place: str) -> None:
    if not isinstance(record, dict):
        raise ImportFileError(f"{place} is no object.", "A document is an object with chunks.")
    inside = {column_of(str(key)): key for key in record}
    own = {key: value for key, value in record.items() if column_of(str(key)) not in ("chunks", "document_categories")}
    document_id = gatherer.document(own, place)
    named_so = record.get(inside.get("document_categories", ""), None)
    for entry in [named_so] if isinstance(named_so, dict) else listed(named_so):
        category = entry if isinstance(entry, dict) else {"name": entry}
        gatherer.category({**category, "document_id": document_id}, place)
    chunks = record.get(inside.get("chunks", ""), None) or []
    if not isinstance(chunks, list):
        raise ImportFileError(f"{place}, chunks is no list.", "It holds a list of chunks.")
    for number, entry in enumerate(chunks):
        if isinstance(entry, str):
            entry = {"text": entry}
        here = f"{place}, chunks[{number}]"
        named = entry.get("document_id") if isinstance(entry, dict) else None
        if named not in (None, "") and str(named).strip() != document_id:
            raise ImportFileError(
                f"{here} names another document, {str(named)[:60]!r}.", "It stands in the wrong list."
            )
        without = {k: v for k, v in entry.items() if k != "document_id"} if isinstance(entry, dict) else entry
        gatherer.chunk(without, here, document_id, is_flat=True)


def _is_lines(path: Path, text: str) -> bool:
    """Whether every line is a document of its own: the name says so, or the first line is whole and more follow."""
    if path.suffix.lower() in LINES:
        return True
    first, _, rest = text.lstrip().partition("\n")
    if not rest.strip() or not first.startswith("{"):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True
