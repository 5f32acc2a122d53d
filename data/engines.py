"""Database engines after the measured SQLite recipe: one writer, several read-only readers, told apart at BEGIN.

The writer's pool of one is the lock within a process; `BEGIN IMMEDIATE` is the lock between processes. The driver's
default (deferred BEGIN) loses concurrent increments silently, so do not simplify this.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from data.errors import StorageError
from data.opening import trouble

WAIT_TOLD_S = 2.0  # a person who waits longer for another program's lock is told
WAIT_LOOK_S = 0.25
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)


def _engine(path: Path, *, writer: bool, on_wait: Callable[[bool], None] = lambda _: None) -> AsyncEngine:
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
        on_wait(True)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
        finally:
            on_wait(False)

    return engine


class Database:
    """Async sessions on one database file: `read()` sees a snapshot, `write()` commits at its end or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting_since: float | None = None
        self._writer = _engine(path, writer=True, on_wait=self._note_wait)
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
        except IntegrityError:
            raise  # a defect of ours, or two who wrote the same: the caller knows which
        except DBAPIError as error:
            raise storage_error(error, self.path) from error

    async def tell_waiting(self, tell: Callable[[], None], after_s: float = WAIT_TOLD_S) -> None:
        """Call `tell` once when another process has kept the write lock for so long. Run it beside the work."""
        while not self.waits_since(after_s):  # noqa: ASYNC110  the wait begins and ends inside the driver
            await asyncio.sleep(WAIT_LOOK_S)
        tell()

    def waits_since(self, seconds: float) -> bool:
        """Whether something has waited that long for another process's write lock."""
        return self._waiting_since is not None and time.monotonic() - self._waiting_since >= seconds

    def _note_wait(self, waits: bool) -> None:
        self._waiting_since = time.monotonic() if waits else None

    async def close(self) -> None:
        """Give back all connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def storage_error(error: DBAPIError | Exception, path: Path) -> StorageError:
    """One clear sentence for what the driver said."""
    return trouble(str(getattr(error, "orig", error)), path)


def set_private_umask() -> None:
    """Files made from here on are for their owner only. Every entry point calls this first."""
    os.umask(0o077)


__all__ = ["AsyncSession", "Database", "set_private_umask", "storage_error"]
