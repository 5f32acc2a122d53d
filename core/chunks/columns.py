"""Understands rows of any source: which column is meant by a name, and what a value is as text, figure or list.

`core.chunks.incoming` builds on it. Pure; what is no id, or stands twice, is refused with its place.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import ImportFileError

MAX_ID = 200
DOCUMENT_ID = ("document_id", "doc_id", "document", "id", "uuid")
DOCUMENT_TITLE = ("document_title", "title", "doc_title", "name", "file_name", "filename")
PRIMARY = ("primary_category", "document_category", "content_category", "category")
TAGS = ("secondary_tags", "secondary_categories", "tags", "categories", "labels")
CHUNK_ID = ("chunk_id", "id", "uuid")
CHUNK_DOCUMENT = ("document_id", "doc_id", "document")
TEXT = ("chunk_text", "text", "content", "body")
CHUNK_TITLE = ("chunk_title", "title", "chunk_handle", "handle", "heading")
SECTION = ("section", "section_heading", "section_title")
POSITION = ("position", "chunk_index", "index", "sequence", "ordinal", "chunk_number")
TOKENS = ("tokens", "token_count")
NAME = ("name", "dimension", "dimension_name", "dimension_key", "key")
VALUE = ("value", "dimension_value", "text_value", "value_text", "score", "numeric_value", "value_numeric")
CONFIDENCE = ("confidence", "confidence_score")
CATEGORY = ("category", "category_name", "name", "label", "tag", "value", "category_id")
NESTED = ("dimensions", "chunk_dimensions")
GOOD = frozenset({"is_good", "good", "good_example", "is_example", "is_good_example", "use_as_example"})
# Of documents and chunks left out, and told: texts that the chunks have anyway, and vectors of some model.
LEFT_OUT = frozenset({"embedding", "embeddings", "vector", "content_embedding", "search_vector", "tsv"})
FULL_TEXT = frozenset({"content", "text", "body", "full_text", "raw_text"})
# Of rows of dimensions: what says whose they are and when they came, and measures nothing.
BOOKKEEPING = frozenset({"id", "uuid", "chunk_id", "document_id", "doc_id", "run_id", "created_at", "updated_at",
                          "generated_at", "user_id", "created_by"})  # fmt: skip
TRUE = ("1", "true", "yes", "t", "y", "primary")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


Row = Mapping[str, Any]


def column_of(name: str) -> str:
    """`Chunk Text`, `chunk-text` and `chunkText` are `chunk_text`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return "_".join(re.split(r"[\s_-]+", spaced.lower())).strip("_")


def columns_of(row: Row, place: str, *, as_named: bool = False) -> dict[str, Any]:
    """The values of a row by plain column name; those that we do not know keep the name that they have."""
    if not isinstance(row, Mapping):
        raise ImportFileError(f"{place} is no object.", "Each document, chunk and category is an object.")
    found: dict[str, Any] = {}
    for name, value in row.items():
        column = column_of(str(name))
        key = str(name).strip() if as_named or column not in _KNOWN else column
        if key in found:
            raise ImportFileError(f"{place}: two columns mean {key[:60]}.", "Take one of them out.")
        found[key] = value
    return found


_KNOWN = BOOKKEEPING | LEFT_OUT | FULL_TEXT | {
    *(*DOCUMENT_ID, *DOCUMENT_TITLE, *PRIMARY, *TAGS, *CHUNK_ID, *CHUNK_DOCUMENT, *TEXT, *CHUNK_TITLE, *SECTION),
    *(*POSITION, *TOKENS, *NESTED, *CATEGORY, "confidence"),
    *("chunks", "is_primary", "primary", "kind", "type", "category_type", "document_categories"),
}  # fmt: skip


def taken(columns: dict[str, Any], names: Iterable[str]) -> Any:
    """The first of these columns that says something; it is taken out."""
    for name in names:
        if columns.get(name) not in (None, ""):
            return columns.pop(name)
    return None


def id_of(columns: dict[str, Any], names: Iterable[str], place: str) -> str:
    for name in names:
        value = columns.get(name)
        if isinstance(value, bool | float | Mapping | list):
            raise ImportFileError(
                f"{place}, {name}: {str(value)[:60]!r} is no id.", "An id is a text or a whole number."
            )
        said = "" if value is None else str(value).strip()
        if said:
            if len(said) > MAX_ID or CONTROL.search(said):
                raise ImportFileError(f"{place}, {name}: {said[:60]!r} can be no id.", f"At most {MAX_ID} characters.")
            del columns[name]
            return said
    return ""


def line_of(value: Any, limit: int) -> str:
    said = "" if value is None else " ".join(str(value).replace("\0", " ").split())
    return said if len(said) <= limit else said[: limit - 1] + "…"


def listed(value: Any) -> list[Any]:
    """A list, or a text that lists: as JSON, as PostgreSQL writes arrays, or with semicolons, bars or commas."""
    if value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, list):
                return found
        text = text.strip("{}")
        mark = next((mark for mark in (";", "|", ",") if mark in text), None)
        return [part.strip().strip('"') for part in text.split(mark)] if mark else [text]
    return [value]


def names_of(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = next((value[c] for c in CATEGORY if value.get(c)), "")
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    return [str(value)] if value not in (None, "") else []


def said_of(value: Any) -> str:
    """A value as text, verbatim."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def number_of(value: Any) -> float | None:
    if isinstance(value, bool | Mapping | list | tuple):
        return None
    try:
        number = float(str(value).strip())
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def share_of(value: Any) -> float | None:
    """A confidence, where it is a share of one."""
    number = number_of(value) if value is not None else None
    return number if number is not None and 0 <= number <= 1 else None


def whole_of(value: Any) -> int | None:
    number = number_of(value) if value is not None else None
    return int(number) if number is not None and number == int(number) and 0 <= number < 2**31 else None


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def named(names: Iterable[str]) -> str:
    return ", ".join(names)
