"""Runs compiled statements on stdlib sqlite3, read-only and in the caller's thread: what a key press waits for.

The first frame replays the statements saved from the last listing, so that it needs no ORM at all; later the same
reader runs what `data.listing` compiles. A page of 100 rows costs about 3 ms at 100,000 rows.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.criteria import Statement
from data.errors import StorageError
from data.migrations import HEAD

FORMAT = 3
CACHE_KB = 512  # of SQLite's own for a connection: the system keeps the file in memory anyway


class Reader:
    """A read-only connection for one thread. Raises StorageError when the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA query_only=ON")
            self._db.execute(f"PRAGMA cache_size=-{CACHE_KB}")
            # A connection of its own: data_version changes when any other connection commits.
            self._watch = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None, check_same_thread=False
            )
            self._version_sql = "PRAGMA data_version"
        except sqlite3.Error as error:
            raise StorageError(f"{path} cannot be read: {error}.", "Check its permissions.") from error

    def rows(self, statement: Statement, **values: object) -> list[tuple[Any, ...]]:
        """All rows of a statement, its named parameters replaced by `values`."""
        try:
            return self._db.execute(statement.sql, statement.bound(values)).fetchall()
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be read: {error}.", "Run brightrun doctor.") from error

    def column(self, statement: Statement) -> list[Any]:
        """The first column of a statement's rows, without the rows: of 100,000 they would stay with the process."""
        try:
            return [row[0] for row in self._db.execute(statement.sql, statement.params)]
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be read: {error}.", "Run brightrun doctor.") from error

    def ids(self, statement: Statement) -> array[int]:
        """The ids a listing statement gives, in order. One at a time: a list or a text of 100,000 takes memory that
        stays with the process."""
        try:
            return array("q", (row[0] for row in self._db.execute(statement.sql, statement.params)))
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be read: {error}.", "Run brightrun doctor.") from error

    def data_version(self) -> int:
        """Changes when another connection has committed; 6 microseconds, so poll this and not the tables."""
        try:
            return int(self._watch.execute(self._version_sql).fetchone()[0])
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be read: {error}.", "Run brightrun doctor.") from error

    def goes_on(self, job_id: int) -> bool:
        """Whether rows of a job may be begun; a dozen microseconds."""
        sql = "SELECT 1 FROM generation_jobs WHERE id = ? AND status IN ('queued', 'running') AND stop_requested = ''"
        try:
            return self._db.execute(sql, (job_id,)).fetchone() is not None
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be read: {error}.", "Run brightrun doctor.") from error

    def close(self) -> None:
        """Close both connections."""
        self._db.close()
        self._watch.close()


def saved_view(path: Path, name: str) -> tuple[Any, ...] | None:
    """The view saved under this name, in any case, as `data.views.listing` gives it. Before the first frame: no ORM.

    None also where there is no such file or no table of views yet: then the name can only be a query.
    """
    sql = (
        "SELECT name, query, sort, columns, by, updated_at FROM saved_views "
        "WHERE name = ? COLLATE NOCASE ORDER BY name = ? DESC LIMIT 1"
    )
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            found: tuple[Any, ...] | None = db.execute(sql, (name, name)).fetchone()
    except (sqlite3.Error, OSError):
        return None  # what is wrong with the file is told by whoever opens it in earnest
    return found


def loaded(path: Path) -> str:
    """Which packs, by their contents, and how many versions of templates a database holds; "" when that cannot be read.

    Before the ORM, as `saved_view`.
    """
    sql = (
        "SELECT group_concat(pack_key || '=' || content_hash, ' '), (SELECT count(*) FROM prompt_templates) "
        "FROM (SELECT pack_key, content_hash FROM packs ORDER BY id)"
    )
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            packs, templates = db.execute(sql).fetchone()
    except (sqlite3.Error, OSError):
        return ""  # what is wrong with the file is told by whoever opens it in earnest
    return f"{packs} {templates}" if packs else ""


def save_statements(file: Path, statements: Mapping[str, Statement], extra: Mapping[str, Any]) -> None:
    """Keep the statements of a listing for the next start, with the schema version they fit."""
    body = {
        "format": FORMAT,
        "schema": HEAD,
        "statements": {name: [s.sql, list(s.params), list(s.names)] for name, s in statements.items()},
        "extra": dict(extra),
    }
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(body), encoding="utf-8")
    temporary.replace(file)


def load_statements(file: Path) -> tuple[dict[str, Statement], dict[str, Any]] | None:
    """The saved statements and what was kept beside them, or None where there are none that fit this schema."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        if body["format"] != FORMAT or body["schema"] != HEAD:
            return None
        statements = {
            name: Statement(sql, tuple(params), tuple(names))
            for name, (sql, params, names) in body["statements"].items()
        }
        return statements, dict(body["extra"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a missing or damaged cache only costs the slower start
