"""Reads a source of documents: a file, a folder, or a PostgreSQL database. Blocking: call it in a thread."""

from __future__ import annotations

import os
from pathlib import Path

from core.chunks.files import read_file, read_folder
from core.chunks.incoming import Incoming
from core.chunks.sources import is_database
from core.errors import ImportFileError
from core.home import expanded

FORMATS = ("auto", "json", "csv", "postgresql")


def read_source(source: str, format_: str = "auto") -> Incoming:
    """Everything that a source holds. Raises ImportFileError naming the place of whatever is wrong."""
    source = source.strip()
    if format_ not in FORMATS:
        raise ImportFileError(f"There is no format {format_!r}.", f"Formats are {', '.join(FORMATS)}.")
    if is_database(source):
        from core.chunks.postgres import read_database

        return read_database(source)
    if format_ == "postgresql":
        raise ImportFileError("That is no PostgreSQL URL.", "It begins with postgresql://.")
    if not source:
        raise ImportFileError("No source is named.", "Name a file, a folder, or a PostgreSQL URL.")
    path = expanded(source)
    return read_folder(Path(path)) if os.path.isdir(path) else read_file(Path(path), format_)  # noqa: PTH112
