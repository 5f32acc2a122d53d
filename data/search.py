"""The index behind text search: id, persona, topic and description of every row, and every message of its turns.

One FTS5 table that keeps no text of its own. Triggers note what is written beside it, and `data.engines` takes the
notes up before each commit: a trigger itself may not write to a virtual table, because files are opened as untrusted.
Where SQLite has no FTS5 there is no index, and `data.listing` looks through the text itself.
"""

from __future__ import annotations

import re
import sqlite3
from functools import cache
from typing import Any

TABLE = "conversation_search"
PENDING = f"{TABLE}_pending"
# An entry of the index names its conversation and the turn (0: what names the row), so that finding conversations
# needs no other table: entry >> TURN_BITS is `conversations.id`.
TURN_BITS = 16
SHORT = 3  # a shorter word would begin too many others: it is looked for in what names a row only
NAMES = "{conversation_id persona topic}"
TOPIC = "{topic description}"
_COLUMNS = "conversation_id, persona, topic, description, messages"
_NAMED = "conversation_id", "persona_name", "topic", "topic_description"
_CREATE_INDEX = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
    f"{_COLUMNS}, content='', tokenize='unicode61 remove_diacritics 2', prefix='3')"
)
_CREATE_PENDING = (
    f"CREATE TABLE {PENDING} (id INTEGER PRIMARY KEY, adds INTEGER NOT NULL, entry INTEGER NOT NULL, "
    "conversation_id TEXT, persona TEXT, topic TEXT, description TEXT, messages TEXT)",
    f"CREATE INDEX {PENDING}_by_entry ON {PENDING} (entry, id)",
)


def _row_entry(of: str) -> str:
    return f"{of}.id << {TURN_BITS}, " + ", ".join(f"{of}.{name}" for name in _NAMED) + ", ''"


def _turn_entry(of: str, conversation: str) -> str:
    said = f"{of}.user_input || char(10) || {of}.target_response"
    return f"({conversation}.id << {TURN_BITS}) + {of}.turn_number + 1, '', '', '', '', {said}"


def _note_row(of: str, adds: int) -> str:
    return f"INSERT INTO {PENDING} (adds, entry, {_COLUMNS}) VALUES ({adds}, {_row_entry(of)});"


def _note_turn(of: str, adds: int) -> str:
    """Of a turn whose conversation is gone nothing is noted: it went with its conversation."""
    return (
        f"INSERT INTO {PENDING} (adds, entry, {_COLUMNS}) SELECT {adds}, {_turn_entry(of, 'c')} "
        f"FROM conversations c WHERE c.conversation_id = {of}.conversation_id;"
    )


_TRIGGERS = {
    "search_row_added": f"AFTER INSERT ON conversations BEGIN {_note_row('new', 1)} END",
    "search_row_changed": f"AFTER UPDATE OF {', '.join(_NAMED)} ON conversations "
    f"BEGIN {_note_row('old', 0)} {_note_row('new', 1)} END",
    # Before: the turns go with their row, and after it nothing would tell whose they were.
    "search_row_removed": f"BEFORE DELETE ON conversations BEGIN {_note_row('old', 0)} "
    f"INSERT INTO {PENDING} (adds, entry, {_COLUMNS}) SELECT 0, {_turn_entry('t', 'old')} "
    "FROM conversation_turns t WHERE t.conversation_id = old.conversation_id; END",
    "search_turn_added": f"AFTER INSERT ON conversation_turns BEGIN {_note_turn('new', 1)} END",
    "search_turn_changed": "AFTER UPDATE OF conversation_id, turn_number, user_input, target_response "
    f"ON conversation_turns BEGIN {_note_turn('old', 0)} {_note_turn('new', 1)} END",
    "search_turn_removed": f"AFTER DELETE ON conversation_turns BEGIN {_note_turn('old', 0)} END",
}
_FILL = (
    f"INSERT INTO {TABLE} (rowid, {_COLUMNS}) SELECT {_row_entry('c')} FROM conversations c",
    f"INSERT INTO {TABLE} (rowid, {_COLUMNS}) SELECT {_turn_entry('t', 'c')} "
    "FROM conversation_turns t JOIN conversations c ON c.conversation_id = t.conversation_id",
)
# Of several notes on one entry the first tells what the index holds and the last what it shall hold.
_TAKE_UP = (
    f"INSERT INTO {TABLE} ({TABLE}, rowid, {_COLUMNS}) SELECT 'delete', entry, {_COLUMNS} FROM {PENDING} AS note "
    f"WHERE NOT adds AND id = (SELECT min(id) FROM {PENDING} WHERE entry = note.entry)",
    f"INSERT INTO {TABLE} (rowid, {_COLUMNS}) SELECT entry, {_COLUMNS} FROM {PENDING} AS note "
    f"WHERE adds AND id = (SELECT max(id) FROM {PENDING} WHERE entry = note.entry)",
    f"DELETE FROM {PENDING}",
)


@cache
def is_available() -> bool:
    """Whether this SQLite has FTS5; then every database that is opened has the index."""
    connection = sqlite3.connect(":memory:")
    try:
        return any(row[0] == "ENABLE_FTS5" for row in connection.execute("PRAGMA compile_options"))
    finally:
        connection.close()


def _has_table(connection: Any, name: str) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def create(connection: Any) -> None:
    """Make the index, filled with what is there. `connection` is one of SQLAlchemy's."""
    for statement in _CREATE_PENDING:
        connection.exec_driver_sql(statement)
    follow(connection)


def drop(connection: Any) -> None:
    """Take the index away."""
    rest(connection)
    for table in (TABLE, PENDING):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def rest(connection: Any) -> None:
    """Take the triggers away: SQLite renames no table that a trigger names, and migrations rename tables."""
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def follow(connection: Any) -> None:
    """Note what is written from here on; where the file comes from a SQLite without FTS5, make the index first.

    A migration that changed texts fills it anew.
    """
    if not is_available() or not _has_table(connection, PENDING):
        return
    if not _has_table(connection, TABLE):
        for statement in (_CREATE_INDEX, *_FILL):
            connection.exec_driver_sql(statement)
    for name, body in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def take_up(connection: Any) -> None:
    """Bring the index up to what was written in this transaction. Called before every commit."""
    if "takes_notes" not in connection.info:  # once for a connection: a commit shall not read the schema
        connection.info["takes_notes"] = is_available() and _has_table(connection, PENDING)
    if not connection.info["takes_notes"]:
        return
    if not connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {PENDING})").scalar():
        return
    for statement in _TAKE_UP:
        connection.exec_driver_sql(statement)


def match_of(word: str, columns: str = "") -> str:
    """The FTS5 expression for a searched phrase, whose last word may be the beginning of one; "" for no word in it."""
    terms = re.findall(r"[^\W_]+", word)  # about as the index splits it; which words exactly it finds itself
    if not terms:
        return ""
    if not columns and sum(map(len, terms)) < SHORT:
        columns = NAMES
    phrase = word.replace('"', '""').replace("\0", "")
    return f'{f"{columns} : " if columns else ""}"{phrase}"*'


def needs_reading(word: str) -> bool:
    """Whether the index, which knows words only, cannot tell for sure: "100%" is more than 100."""
    return re.search(r"[^\w\s'’.,:;!?-]", word) is not None
