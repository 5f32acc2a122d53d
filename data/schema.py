"""The schema of a new file as one script, `migrations/schema.sql`, which is what the migrations come to.

A new file needs none of their steps, and loading Alembic to take them costs as much as the first frame. After a new
migration `python -m data.schema` writes the script anew; a test holds both ways equal.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import tempfile
from pathlib import Path

from data import chunk_search, search
from data.migrations import APPLICATION_ID, HEAD

SCRIPT = Path(__file__).parent / "migrations" / "schema.sql"
_BETWEEN = ";\n\n"  # within a statement no line is empty
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


class _Connection(sqlite3.Connection):
    """Takes SQL as a connection of SQLAlchemy does: what makes the indexes of text search is given either."""

    exec_driver_sql = sqlite3.Connection.execute


def create(path: Path) -> bool:
    """Give an empty file the schema of this version, in one transaction; False where another program was faster.

    Raises sqlite3.Error.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None, factory=_Connection)) as db:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0]:
            return False
        for statement in SCRIPT.read_text(encoding="utf-8").split(_BETWEEN):
            db.execute(statement)
        search.follow(db)
        chunk_search.follow(db)
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL")  # last: until here a kill leaves an empty file
    return True


def script_of(path: Path) -> str:
    """The script that makes a file like this one, without what the indexes of text search add by themselves."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        made = [row for row in found.fetchall() if not _belongs_to_search(row[0], row[2])]
        statements = [sql for _, _, _, sql in made]
        for kind, name, _, _ in made:
            if kind == "table":
                rows = db.execute(f"SELECT * FROM {name}").fetchall()
                statements += [f"INSERT INTO {name} VALUES ({', '.join(map(_literal, row))})" for row in rows]
    return _BETWEEN.join(re.sub(r"\s*\n\s*", "\n    ", sql).replace("\n    )", "\n)") for sql in statements) + "\n"


def _belongs_to_search(kind: str, table: str) -> bool:
    by_itself = kind == "trigger" and table in ("conversations", "conversation_turns")
    return by_itself or (table.startswith((search.TABLE, chunk_search.TABLE)) and table != search.PENDING)


def _literal(value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    text = str(value)
    return _NOW if _MOMENT.fullmatch(text) else "'" + text.replace("'", "''") + "'"


def _write() -> None:
    from data.opening import migrate

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        migrate(path, HEAD)
        SCRIPT.write_text(script_of(path), encoding="utf-8")


if __name__ == "__main__":
    _write()
