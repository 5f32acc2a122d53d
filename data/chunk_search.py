"""The index behind text search in chunks: an FTS5 table over titles, sections and texts that keeps no text of its own.

`data.chunks` writes it beside the chunks themselves, in the same transaction; nothing else adds or removes chunks, so
there are no triggers. Where SQLite has no FTS5 there is no index, and the text itself is looked through.
"""

from __future__ import annotations

from typing import Any

from data.search import is_available, match_of

TABLE = "chunk_search"
COLUMNS = "title, section, text"
_CREATE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5({COLUMNS}, content='chunks', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2', prefix='3')"
)
_FILL = f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')"
# The range of ids is that of one batch, which nobody else can have written in between.
_ADD = f"INSERT INTO {TABLE} (rowid, {COLUMNS}) SELECT id, {COLUMNS} FROM chunks WHERE id BETWEEN ? AND ?"
_REMOVE = (
    f"INSERT INTO {TABLE} ({TABLE}, rowid, {COLUMNS}) SELECT 'delete', id, {COLUMNS} FROM chunks WHERE import_id = ?"
)


def _has_table(connection: Any, name: str) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def follow(connection: Any) -> None:
    """Make the index where it is lacking, filled with what is there. `connection` is one of SQLAlchemy's."""
    if is_available() and _has_table(connection, "chunks") and not _has_table(connection, TABLE):
        for statement in (_CREATE, _FILL):
            connection.exec_driver_sql(statement)


def drop(connection: Any) -> None:
    """Take the index away."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")


def add(connection: Any, first: int, last: int) -> None:
    """Take up the chunks that were stored with these row ids."""
    if is_available():
        connection.exec_driver_sql(_ADD, (first, last))


def remove(connection: Any, import_id: int) -> None:
    """Forget the chunks of an import; before they are deleted, because the index asks them for their text."""
    if is_available():
        connection.exec_driver_sql(_REMOVE, (import_id,))


def match(word: str) -> str:
    """The FTS5 expression for a searched phrase; "" for no word in it."""
    return match_of(word, "{title section text}")
