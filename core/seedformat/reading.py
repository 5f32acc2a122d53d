"""Reads files from outside strictly: UTF-8, JSON without NaN or repeated keys, within limits of size, depth and count.

Import, export verification and `brightrun check` read through here. Every refusal names file, line and column in a
sentence for a person; nothing is guessed and nothing is read beyond the limits.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import ImportFileError
from core.seedformat.scanning import MAX_DEPTH, first_fault, line_and_column, line_at

MAX_BYTES = 128 * 1024 * 1024
MAX_VALUES = 6_000_000  # objects, lists and entries of one document: what memory has to hold
NOTHING_IMPORTED = "Mend the file; nothing was imported."
_HALF = re.compile("[\ud800-\udfff]")
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a ZIP archive or a workbook",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a database",
}
# What Python's parser says, and what a person understands.
_SENTENCES = {
    "Expecting value": "a value was expected here (a text needs quotation marks)",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing here",
    "Expecting ':' delimiter": "a colon is missing behind the key",
    "Expecting property name enclosed in double quotes": "a key in double quotation marks was expected here",
    "Unterminated string starting at": "the text that begins here never ends (a quotation mark is missing)",
    "Invalid control character at": "a control character stands raw in a text",
    "Invalid \\escape": "there is no such escape in JSON",
    "Invalid \\uXXXX escape": "an escape \\u needs four hexadecimal digits",
    "Extra data": "the document ends before this, and more follows",
    "Illegal trailing comma before end of object": "a comma stands before the closing brace",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
}


def read_bytes(path: Path) -> bytes:
    """The content of a file, as it is at one moment.

    Raises ImportFileError when it cannot be read, is too large, changes meanwhile, or is a pipe or a device: those may
    never end, and cannot be read a second time.
    """
    try:
        # A pipe without a writer would hold the opening for ever; for a file the flag means nothing.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            before = os.fstat(stream.fileno())
            if stat.S_ISDIR(before.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(before.st_mode):
                raise ImportFileError(f"{path} is no file but a pipe or device.", "Save its content to a file first.")
            raw = stream.read(MAX_BYTES + 1) if before.st_size <= MAX_BYTES else b""
            after = os.fstat(stream.fileno())
    except FileNotFoundError as error:
        raise ImportFileError(f"{path} does not exist.", "Check the name.") from error
    except PermissionError as error:
        raise ImportFileError(f"{path} may not be read by you.", "Ask its owner, or change its permissions.") from error
    except IsADirectoryError as error:
        raise ImportFileError(f"{path} is a folder.", "Name a file in it.") from error
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise ImportFileError(f"{path} cannot be read: {why}.", "Check the name and the medium it lies on.") from error
    except ValueError as error:  # a NUL in the name
        raise ImportFileError(f"{str(path)!r} is no name of a file.", "Check the name.") from error
    if before.st_size > MAX_BYTES or len(raw) > MAX_BYTES:
        raise ImportFileError(f"{path} is larger than {MAX_BYTES >> 20} MiB.", "Split it into several files.")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ImportFileError(
            f"{path} was changed while it was read.", "Wait until it is written, then import it again."
        )
    return raw


def decode(raw: bytes, name: str) -> str:
    """The text of a file. Raises ImportFileError for an empty one, and for everything that is not plain UTF-8."""
    for mark, kind in _MARKS.items():
        if raw.startswith(mark):
            raise ImportFileError(f"{name} is {kind}, not UTF-8 text.", "Save or export it as UTF-8.")
    if not raw.strip(b" \t\r\n\xef\xbb\xbf"):
        raise ImportFileError(f"{name} is empty.", "There is nothing to import; check that it was saved.")
    nul = raw.find(b"\0")
    if nul >= 0:
        if raw[:400].count(b"\0") * 3 > len(raw[:400]):
            raise ImportFileError(f"{name} is not UTF-8: it looks like UTF-16.", "Save it as UTF-8.")
        line, column = raw.count(b"\n", 0, nul) + 1, nul - raw.rfind(b"\n", 0, nul)
        raise ImportFileError(f"{name}, line {line}, column {column}: there is a NUL byte.", NOTHING_IMPORTED)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        begin = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[begin : error.start].decode("utf-8", "replace")) + 1
        if error.reason == "unexpected end of data" and error.end == len(raw):
            what, hint = "the file ends in the middle of a character", "It seems to be cut off; copy it again."
        else:
            what = f"the byte 0x{raw[error.start]:02X} is not UTF-8 (the file seems to be Latin-1 or Windows-1252)"
            hint = "Save it as UTF-8."
        raise ImportFileError(f"{name}, line {line}, column {column}: {what}.", hint) from error


def strict_json(raw: bytes, name: str) -> Any:
    """Parse UTF-8 JSON without NaN, Infinity, duplicate keys or excessive depth.

    Raises ImportFileError with file, line and column, and the text of the line.
    """
    return strict_text(decode(raw, name), name)


def strict_text(text: str, name: str, first_line: int = 1) -> Any:
    """The same for text already decoded; `first_line` is where it stands in its file."""
    _check_count(text, name)
    try:
        tree = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _refused(text, name, first_line, error.pos, _sentence(text, error), "") from error
    except (_RefusedError, ValueError, RecursionError) as error:
        fault = first_fault(text)
        if fault is None:
            raise ImportFileError(f"{name}: {error}.", NOTHING_IMPORTED) from error
        raise _refused(text, name, first_line, *fault, NOTHING_IMPORTED) from error
    # UTF-8 itself cannot hold half a character, only an escape can.
    if (("\\ud" in text or "\\uD" in text) and has_half(tree)) or is_deep(tree):
        fault = first_fault(text)
        if fault is not None:
            raise _refused(text, name, first_line, *fault, NOTHING_IMPORTED)
    return tree


def json_lines(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """Line number and value of every line that is not blank. Raises ImportFileError as `strict_text` does."""
    _check_count(text, name)
    start, number = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if not line.isspace() and line:
            yield number, strict_text(line, name, number)
        start, number = end + 1, number + 1


def _check_count(text: str, name: str) -> None:
    if text.count("[") + text.count("{") + text.count(",") > MAX_VALUES:
        raise ImportFileError(f"{name} holds more than {MAX_VALUES:,} values.", "Split it into several files.")


def _refused(text: str, name: str, first_line: int, position: int, what: str, hint: str) -> ImportFileError:
    line, column = line_and_column(text, position)
    shown = f"The line reads: {line_at(text, position)}"
    place = f"{name}, line {line + first_line - 1}, column {column}"
    return ImportFileError(f"{place}: {what}.", f"{shown}\n  {hint}" if hint else shown)


def _sentence(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) and error.msg not in ("Extra data", "Unterminated string starting at"):
        return "the file ends here, in the middle of its content (it seems to be cut off)"
    if error.msg == "Expecting value" and text[error.pos] == "'":
        return "texts need double quotation marks"
    known = _SENTENCES.get(error.msg) or _SENTENCES.get(error.msg.removesuffix(" at").rstrip())
    return known or error.msg[:1].lower() + error.msg[1:]


class _RefusedError(ValueError):
    """Valid for Python's parser, but not JSON."""


def _no_constant(name: str) -> Any:
    raise _RefusedError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError(f"{text[:30]} is larger than a number can be")
    return number


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise _RefusedError("a key stands twice in one object")
    return tree


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_duplicates)


def strict_decoder() -> json.JSONDecoder:
    """Refuses what `strict_text` refuses, but for depth and halves of characters; it knows no places."""
    return _DECODER


def has_half(tree: Any) -> bool:
    """Whether a text of the tree holds half a character."""
    return bool(_HALF.search(json.dumps(tree, ensure_ascii=False)))


def is_deep(tree: Any, levels: int = MAX_DEPTH) -> bool:
    """Whether the tree has more levels than allowed; goes level by level."""
    level = [tree]
    for _ in range(levels):
        level = [
            child
            for node in level
            if node.__class__ is dict or node.__class__ is list
            for child in (node.values() if node.__class__ is dict else node)
            if child.__class__ is dict or child.__class__ is list
        ]
        if not level:
            return False
    return True
