"""A driver connection for the worker: statements inside a transaction run at once, only what may wait has a thread.

A statement under the write lock, or in a snapshot, takes microseconds; handing each to a thread and back takes ten
times as long. A writer's BEGIN (waits for another process), COMMIT and ROLLBACK (wait for the disk) keep their thread;
a reader waits for nobody. For programs whose statements are all small; the app, which filters and exports, must not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite


class InlineConnection(aiosqlite.Connection):
    """An aiosqlite connection that does not leave the event loop for a statement inside a transaction."""

    is_reader = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Only cursors: begin, commit, rollback and close belong to the connection or come outside of a transaction.
        if self.is_reader or fn == self._conn.cursor:
            return fn(*args, **kwargs)
        if isinstance(getattr(fn, "__self__", None), sqlite3.Cursor) and self.in_transaction:
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


def connect(path: str, **arguments: Any) -> InlineConnection:
    """As `aiosqlite.connect`, for SQLAlchemy's `async_creator_fn`."""

    def open_file() -> sqlite3.Connection:
        opened: sqlite3.Connection = sqlite3.connect(path, **{**arguments, "check_same_thread": False})
        return opened

    connection = InlineConnection(open_file, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a program's end does not wait for it
    return connection


def connect_reader(path: str, **arguments: Any) -> InlineConnection:
    """The same for a connection that only reads: nothing of it has to wait."""
    connection = connect(path, **arguments)
    connection.is_reader = True
    return connection
