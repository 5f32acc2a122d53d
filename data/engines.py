"""Database engines after the measured SQLite recipe: one writer, several read-only readers, told apart at BEGIN.

The writer's pool of one is the lock within a process; `BEGIN IMMEDIATE` is the lock between processes. The driver's
default (deferred BEGIN) loses concurrent increments silently, so do not simplify this.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, cast

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from data.commits import GroupCommit, driver_of, whole
from data.direct import DirectSession, told
from data.errors import StorageError
from data.inline import connect as connect_inline
from data.inline import connect_reader
from data.opening import trouble

WAIT_TOLD_S = 2.0  # a person who waits longer for another program's lock is told
WAIT_LOOK_S = 0.25
LEAVE_WAIT_S = 5.0  # for what is still being read or written when the database is closed
READER_CACHE_KB = 512  # of SQLite's own for each: the system keeps the file in memory anyway, once for all
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)


def _engine(path: Path, *, writer: bool, inline: bool, on_wait: Callable[[bool], None] = lambda _: None) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        connect_args={
            "timeout": 30,
            "isolation_level": None,
            **({"async_creator_fn": connect_inline if writer else connect_reader} if inline else {}),
        },
        pool_size=1 if writer else 4,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS if writer else (*PRAGMAS, "query_only=ON", f"cache_size=-{READER_CACHE_KB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection) -> None:  # type: ignore[no-untyped-def]
        if inline and not writer and connection.connection.driver_connection.in_transaction:
            return  # `Database.read` has begun it on the driver
        on_wait(True)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
        finally:
            on_wait(False)

    @event.listens_for(engine.sync_engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        # A cancelled task leaves a sound connection: what it had asked for is done in the driver's thread, in its turn.
        if isinstance(context.original_exception, asyncio.CancelledError):
            context.is_disconnect = False

    return engine


class _Write(AbstractAsyncContextManager[AsyncSession]):
    """`Database.write`."""

    def __init__(self, database: Database, member: AbstractAsyncContextManager[AsyncSession]) -> None:
        self._database, self._member = database, member

    async def __aenter__(self) -> AsyncSession:
        self._database.begin_use()
        try:
            return await self._member.__aenter__()
        except BaseException as error:
            self._database.end_use()
            self._tell(error)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._member.__aexit__(kind, error, trace)
        except BaseException as failure:
            self._tell(failure)
            raise
        finally:
            self._database.end_use()
        if error is not None:
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        """Raise what the driver said as a StorageError, but for a defect of ours or two who wrote the same."""
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            raise storage_error(error, self._database.path) from error


class Database:
    """Async sessions on one database file: `read()` sees a snapshot, `write()` commits at its end or not at all."""

    def __init__(self, path: Path, *, inline: bool = False) -> None:
        """`inline`: for a worker, whose statements are all small (see `data.inline`)."""
        self.path = path
        self._waiting_since: float | None = None
        self._writer = _engine(path, writer=True, inline=inline, on_wait=self._note_wait)
        self._reader = _engine(path, writer=False, inline=inline)
        self._group = GroupCommit(self._writer, inline=inline)
        self._inline = inline
        self._readers: list[tuple[AsyncConnection, sqlite3.Connection]] = []  # of an inline database, at rest
        self._in_use = 0  # blocks of `read` and `write` that are open
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A read-only session. Raises StorageError when the file cannot be read."""
        with self._used():
            try:
                if self._inline:
                    async with self._read_inline() as direct:
                        yield direct
                else:
                    session = AsyncSession(self._reader, expire_on_commit=False)
                    try:
                        yield session
                    finally:
                        await whole(session.close())
            except DBAPIError as error:
                raise storage_error(error, self.path) from error

    @contextmanager
    def _used(self) -> Iterator[None]:
        self.begin_use()
        try:
            yield
        finally:
            self.end_use()

    def begin_use(self) -> None:
        """A block of `read` or `write` begins."""
        self._in_use += 1
        self._idle.clear()

    def end_use(self) -> None:
        """It has ended."""
        self._in_use -= 1
        if not self._in_use:
            self._idle.set()

    @asynccontextmanager
    async def _read_inline(self) -> AsyncIterator[AsyncSession]:
        """A snapshot on a reader that stays out of the pool, because taking it out costs more than most reads."""
        if self._readers:
            connection, driver = self._readers.pop()
        else:
            connection = await self._reader.connect()
            driver = driver_of(connection)
        try:
            try:
                driver.execute("BEGIN")
            except sqlite3.Error as error:
                raise told(error, "BEGIN", connection.dialect) from error
            yield cast(AsyncSession, DirectSession(connection, driver))
        except BaseException:
            await whole(connection.close())  # rolls back
            raise
        if connection.in_transaction():
            await connection.rollback()
        else:
            driver.rollback()
        self._readers.append((connection, driver))

    def write(self, *, check: Callable[[], None] | None = None) -> AbstractAsyncContextManager[AsyncSession]:
        """A session that holds the write lock; all of it is stored when the block is left, or nothing of it.

        Writers of this process that wait at the same time share one commit (`GroupCommit`). Raises StorageError when
        it cannot be stored. Never open a second one inside: it would wait for the first. With `check`, nothing is
        stored once it raises, and neither is what others wrote in the same commit.
        """
        return _Write(self, self._group.member(check))

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

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give back all connections, once those who still read or write have left; they were cancelled by now."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), LEAVE_WAIT_S)
        await self._group.finish()
        while self._readers:
            await self._readers.pop()[0].close()
        await self._reader.dispose()
        await self._writer.dispose()


class Sessions(Protocol):
    """Where rows are read and stored: a `Database`, or one whose owner may lose the right to store."""

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """As `Database.read`."""

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        """As `Database.write`."""


def storage_error(error: DBAPIError | Exception, path: Path) -> StorageError:
    """One clear sentence for what the driver said."""
    return trouble(str(getattr(error, "orig", error)), path)


def set_private_umask() -> None:
    """Files made from here on are for their owner only. Every entry point calls this first."""
    os.umask(0o077)


__all__ = ["AsyncSession", "Database", "Sessions", "set_private_umask", "storage_error"]
