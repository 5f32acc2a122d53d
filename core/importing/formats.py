"""Tells what a file holds by its content and reads it: seed JSON of both layouts, or records that trainers take.

Called by `core.importing.incoming`. The name of a file decides nothing but whether it is a table (.csv, .tsv).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.importing import chats
from core.seedformat.documents import SeedConversation, SeedDocument, document_of, is_grouped, is_listed, is_pair
from core.seedformat.mapping import Tree
from core.seedformat.reading import decode, json_lines, strict_text
from core.seedformat.streaming import NotPlainError, line_values, seed_conversations

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
        records = _placed(json_lines(text, name), name)
    else:
        tree = strict_text(text, name)
        if format_ == "auto" and _is_seed(tree):
            return document_of(tree, name, digest)
        records = iter(_records(tree, name))
    told = chats.Told()
    conversations = tuple(chats.conversations_of(records, format_, name, told))
    return SeedDocument(name, digest, {"format": told.format}, conversations, "records", tuple(told.notes))


def streamed(raw: bytes, name: str, format_: str, take: Callable[[SeedConversation], None]) -> SeedDocument:
    """The same, but each conversation is handed to `take` as soon as it is read, and the document has none.

    Raises NotPlainError, perhaps after some of them: then `document` has to read it as a whole.
    """
    digest = hashlib.sha256(raw).hexdigest()
    line, _, rest = raw.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if format_ != "seed-json" and rest.strip() and _is_document(line):
        told = chats.Told()
        try:
            for conversation in chats.conversations_of(_placed(line_values(raw, name), name), format_, name, told):
                take(conversation)
        except ImportFileError as error:
            raise NotPlainError from error
        return SeedDocument(name, digest, {"format": told.format}, (), "records", tuple(told.notes))
    if format_ not in ("auto", "seed-json"):
        raise NotPlainError
    header: Tree = {}
    lists_groups = False
    for conversation in seed_conversations(raw, name, header):
        lists_groups = "around" in conversation.filed
        take(conversation)
    return SeedDocument(name, digest, header, (), "conversations" if lists_groups else "pairs")


def _placed(values: Iterator[tuple[int, Any]], name: str) -> Iterator[chats.Record]:
    return ((f"{name}, line {number}", value) for number, value in values)


def _is_seed(tree: Any) -> bool:
    """Whether this is a seed file, if perhaps a poor one."""
    if is_listed(tree) or is_pair(tree):
        return True
    return isinstance(tree, dict) and (
        "training_pairs" in tree or is_grouped(tree) or not (tree.keys() & {*chats.PARTS, "chosen"})
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
    return _is_document(text[start:end])


def _is_document(line: str | bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
