"""Tells what a file holds by its content and reads it: seed JSON of both layouts, or records that trainers take.

Called by `core.importing.incoming`. The name of a file decides nothing but whether it is a table (.csv, .tsv).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.importing import chats
from core.seedformat.documents import SeedDocument, document_of, is_grouped
from core.seedformat.reading import decode, json_lines, strict_text

CHATS = ("openai", "anthropic", "sharegpt", "trl", "alpaca")
FORMATS = ("auto", "seed-json", *CHATS, "csv")
TABLES = (".csv", ".tsv")


def is_table(path: Path, format_: str) -> bool:
    """Whether a file is read as a plan in a table."""
    return format_ == "csv" or (format_ == "auto" and path.suffix.lower() in TABLES)


def document(raw: bytes, name: str, format_: str = "auto") -> SeedDocument:
    """Read a file of conversations. Raises ImportFileError naming the place of whatever is wrong."""
    text = decode(raw, name)
    digest = hashlib.sha256(raw).hexdigest()
    if format_ == "seed-json":
        return document_of(strict_text(text, name), name, digest)
    records: Iterator[chats.Record]
    if _is_lines(text):
        records = ((f"{name}, line {number}", record) for number, record in json_lines(text, name))
    else:
        tree = strict_text(text, name)
        if format_ == "auto" and _is_seed(tree):
            return document_of(tree, name, digest)
        records = iter(_records(tree, name))
    conversations, found, notes = chats.conversations_of(records, format_, name)
    header = {"format": found}
    return SeedDocument(name, digest, header, tuple(conversations), "records", notes)


def _is_seed(tree: Any) -> bool:
    """Whether this is a seed file, if perhaps a poor one."""
    return isinstance(tree, dict) and (
        "training_pairs" in tree or is_grouped(tree) or not (tree.keys() & set(chats.PARTS))
    )


def _records(tree: Any, name: str) -> list[chats.Record]:
    if isinstance(tree, list):
        if not tree:
            raise ImportFileError(f"{name} is an empty list.", "There is nothing to import.")
        return [(f"{name}, [{number}]", record) for number, record in enumerate(tree)]
    return [(name, tree)]


def _is_lines(text: str) -> bool:
    """Whether every line is a document: the first one is whole, and something follows."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    if end < 0 or not text[end:].strip() or text[start] not in "{":
        return False
    try:
        json.loads(text[start:end])
    except (ValueError, RecursionError):
        return False
    return True
