"""Database engines after the measured SQLite recipe: one writer, several read-only readers, told apart at BEGIN.

The writer's pool of one is the lock within a process; `BEGIN IMMEDIATE` is the lock between processes. The driver's
default (deferred BEGIN) loses concurrent increments silently, so do not simplify this.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from data.errors import StorageError

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)


def _engine(path: Path, *, writer: bool) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        connect_args={"timeout": 30, "isolation_level": None},
        pool_size=1 if writer else 4,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS if writer else (*PRAGMAS, "query_only=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


class Database:
    """Async sessions on one database file: `read()` sees a snapshot, `write()` commits at its end or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, writer=True)
        self._reader = _engine(path, writer=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A read-only session. Raises StorageError when the file cannot be read."""
        try:
            async with AsyncSession(self._reader, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            raise storage_error(error, self.path) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction that holds the write lock. Raises StorageError when it cannot be stored."""
        try:
            async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise storage_error(error, self.path) from error

    async def close(self) -> None:
        """Give back all connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def storage_error(error: DBAPIError | Exception, path: Path) -> StorageError:
    """One clear sentence for what the driver said."""
    text = str(getattr(error, "orig", error))
    low = text.lower()
    if "disk is full" in low or "disk i/o" in low:
        return StorageError(
            f"The disk with {path} is full; nothing was written.",
            "Make room, then try again: nothing is lost.",
        )
    if "locked" in low or "busy" in low:
        return StorageError(
            f"Another program holds {path} locked.", "Close it, or wait for it to finish, then try again."
        )
    if "readonly" in low or "read-only" in low or "unable to open" in low:
        return StorageError(
            f"{path} cannot be opened for writing.", "Check its permissions and that its folder exists."
        )
    if "not a database" in low or "malformed" in low or "no such table" in low or "no such column" in low:
        return StorageError(f"{path} is not a brightrun database.", "Name another file with --db, or restore a backup.")
    return StorageError(f"The database {path} refused: {text}.", "Run brightrun doctor to see what is wrong.")


def set_private_umask() -> None:
    """Files made from here on are for their owner only. Every entry point calls this first."""
    os.umask(0o077)


__all__ = ["AsyncSession", "Database", "set_private_umask", "storage_error"]
