"""Reads source documents from a PostgreSQL database that has them in tables, in one read-only transaction.

Called by `core.chunks.reading`. Columns are found out from the database itself. The password of the URL is given to the
driver alone: it is in no message, log or record, and errors of the driver are passed on without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.chunks.columns import column_of
from core.chunks.incoming import Gatherer, Incoming
from core.chunks.sources import is_readable, redacted_source, source_label
from core.errors import ImportFileError

if TYPE_CHECKING:
    import psycopg

TABLES = ("documents", "document_categories", "chunks", "chunk_dimensions")
CONNECT_S, STATEMENT_MS = 10, 120_000
FETCH = 500
_COLUMNS = """
SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
WHERE table_name = ANY(%s) AND table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY table_schema, table_name, ordinal_position
"""
_ORDERS = {
    "documents": ("created_at", "id", "document_id"),
    "document_categories": ("document_id", "position", "id"),
    "chunks": ("document_id", "chunk_index", "position", "char_start", "id", "chunk_id"),
    "chunk_dimensions": ("chunk_id", "generated_at", "created_at", "id"),  # of several runs the newest comes last
}
_VECTORS = ("tsvector", "USER-DEFINED", "bytea")  # of no use here, and large


def read_database(url: str) -> Incoming:
    """Everything in the four tables. Raises ImportFileError when the database cannot be reached or lacks a table."""
    label = source_label(url)
    if not is_readable(url):
        raise ImportFileError(
            "The PostgreSQL URL cannot be read.",
            "postgresql://user:password@host:5432/database; in a password @ is written %40, / %2F, # %23, ? %3F.",
        )
    try:
        import psycopg
    except ImportError:
        raise ImportFileError(
            "Reading a PostgreSQL database needs psycopg, which is not installed.",
            'Install it: pip install "brightrun[postgresql]".',
        ) from None
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_S, application_name="brightrun") as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # all tables as of one moment
            connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
            incoming = _read(connection, label)
            connection.rollback()
            return incoming
    except psycopg.errors.QueryCanceled:
        raise ImportFileError(
            f"{label}: a query took longer than {STATEMENT_MS // 1000} s and was given up.",
            "Try again when it is less busy.",
        ) from None
    except (psycopg.Error, UnicodeError) as error:
        said = redacted_source(" ".join(str(error).split()) or type(error).__name__, url)
        hint = "Check host, name and password, and that it may be read."
        # Without the cause: what the driver says may hold what must not be shown.
        raise ImportFileError(f"{label} cannot be read: {said[:300].rstrip('.')}.", hint) from None


def _read(connection: psycopg.Connection[Any], label: str) -> Incoming:
    schema, columns = _columns(connection, label)
    gatherer, digest = Gatherer(label), hashlib.sha256()
    flat = "chunk_dimensions" not in columns
    for table in TABLES:
        if table not in columns:
            gatherer.note(f"there is no table {table}")
            continue
        wanted = [name for name, kind in columns[table] if kind not in _VECTORS]
        if len(wanted) < len(columns[table]):
            gatherer.note(f"{len(columns[table]) - len(wanted)} columns of {table} hold vectors or bytes: left out")
        for number, row in enumerate(_rows(connection, schema, table, wanted), 1):
            place = f"{table}, row {number}"
            digest.update(repr(tuple(row.values())).encode("utf-8", "surrogatepass"))
            gatherer.take(table, row, place, is_flat=flat)
    return gatherer.finish(digest.hexdigest())


def _columns(connection: psycopg.Connection[Any], label: str) -> tuple[str, dict[str, list[tuple[str, str]]]]:
    """The schema with the tables, and name and type of the columns of each. Raises ImportFileError without chunks."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for schema, table, column, kind in connection.execute(_COLUMNS, (list(TABLES),)).fetchall():
        found.setdefault(schema, {}).setdefault(table, []).append((column, kind))
    having = [schema for schema, tables in found.items() if "chunks" in tables]
    if not having:
        raise ImportFileError(
            f"{label} has no table chunks that you may read.", f"It needs the tables {', '.join(TABLES)}."
        )
    row = connection.execute("SELECT current_schemas(false)").fetchone()
    path = list(row[0]) if row else []
    chosen = next((schema for schema in path if schema in having), having[0] if len(having) == 1 else "")
    if not chosen:
        raise ImportFileError(
            f"{label} has the tables in several schemas: {', '.join(having)}.",
            "Name one: add ?options=-csearch_path%3DSCHEMA to the URL.",
        )
    return chosen, found[chosen]


def _rows(connection: psycopg.Connection[Any], schema: str, table: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a table, some hundred at a time: a cursor of the server holds the rest."""
    from psycopg import sql

    plain = {column_of(name): name for name in reversed(columns)}
    order = [sql.Identifier(plain[name]) for name in _ORDERS[table] if name in plain]
    statement = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
    )
    if order:
        statement += sql.SQL(" ORDER BY ") + sql.SQL(", ").join(order)
    with connection.cursor(name=f"brightrun_{table}") as cursor:
        cursor.itersize = FETCH
        cursor.execute(statement)
        for row in cursor:
            yield {name: _plain(value) for name, value in zip(columns, row, strict=True)}


def _plain(value: Any) -> Any:
    """A value as a file would have it: times, ids and decimals as text and figures."""
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
