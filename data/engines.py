"""Database engines after the measured SQLite recipe: one writer, several read-only readers, told apart at BEGIN.

The writer's pool of one is the lock within a process; `BEGIN IMMEDIATE` is the lock between processes. The driver's
default (deferred BEGIN) loses concurrent increments silently, so do not simplify this.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol, Self, cast

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from data import search
from data.direct import DirectSession, told
from data.errors import StorageError
from data.inline import connect as connect_inline
from data.inline import connect_reader
from data.opening import trouble

WAIT_TOLD_S = 2.0  # a person who waits longer for another program's lock is told
WAIT_LOOK_S = 0.25
LEAVE_WAIT_S = 5.0  # for what is still being read or written when the database is closed
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
        for pragma in PRAGMAS if writer else (*PRAGMAS, "query_only=ON"):
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


class GroupCommit:
    """One transaction for the writers that wait at the same time: a commit waits for the disk, a write does not.

    Writers go one after another in the order they came; the commit queues up behind those who wait already, and only
    after it do all of them return. One that fails takes back its own part alone, unless the database itself failed:
    then nothing of the transaction is stored, and everybody in it is told so.
    """

    def __init__(self, engine: AsyncEngine, *, inline: bool) -> None:
        self._engine = engine
        self._inline = inline
        self._resting: AsyncConnection | None = None  # between two transactions: taking it out of the pool costs much
        self._turn = asyncio.Lock()  # first come, first served
        self._connection: AsyncConnection | None = None
        self._stored: asyncio.Future[None] | None = None
        self._committing: set[asyncio.Task[None]] = set()
        self._checks: set[Callable[[], None]] = set()  # of those in the transaction

    @asynccontextmanager
    async def member(self, check: Callable[[], None] | None = None) -> AsyncIterator[AsyncSession]:
        """A session in the common transaction; what it wrote is stored once the block is left.

        `check` raises when the member may not store any more; it is asked again right before the commit.
        """
        async with self._turn:
            if check is not None:
                check()
            is_first = self._connection is None
            connection = self._connection or await self._begin()
            if check is not None:
                self._checks.add(check)
            part = _part_inline if self._inline else _part
            try:
                async with part(connection, is_first=is_first) as session:
                    yield session
            except BaseException as error:
                if is_first or (isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)):
                    await self._abandon(error)
                raise
            stored = self._stored
            assert stored is not None
            if is_first:
                task = asyncio.create_task(self._commit(stored))
                self._committing.add(task)
                task.add_done_callback(self._committing.discard)
        await asyncio.shield(stored)

    async def finish(self) -> None:
        """Wait for what is being committed, also where nobody waits for it any more, and give the connection back."""
        while self._committing:
            await asyncio.wait(set(self._committing))
        resting, self._resting = self._resting, None
        if resting is not None:
            await resting.close()

    async def _begin(self) -> AsyncConnection:
        """Begin, which waits for the lock of the file."""
        resting, self._resting = self._resting, None
        connection = resting or await self._engine.connect()
        try:
            await connection.begin()
        except BaseException:
            await _whole(connection.close())
            raise
        self._connection, self._stored = connection, asyncio.get_running_loop().create_future()
        self._checks.clear()
        return connection

    async def _commit(self, stored: asyncio.Future[None]) -> None:
        async with self._turn:
            if self._stored is not stored or self._connection is None:
                return  # it failed before
            try:
                await self._connection.run_sync(search.take_up)
                for check in self._checks:
                    check()
                await self._connection.commit()
            except BaseException as error:  # noqa: BLE001  those who wait are told
                await self._abandon(error)
                return
            self._resting, self._connection, self._stored = self._connection, None, None
            stored.set_result(None)

    async def _abandon(self, error: BaseException) -> None:
        """Take the whole transaction back, and tell those who wait for it."""
        connection, stored, self._connection, self._stored = self._connection, self._stored, None, None
        if stored is not None and not stored.done():
            stored.set_exception(error if isinstance(error, Exception) else StorageError("The writing was broken off."))
            stored.exception()  # nobody may be waiting for it
        if connection is not None:
            await _whole(connection.close())  # rolls back


@asynccontextmanager
async def _part(connection: AsyncConnection, *, is_first: bool) -> AsyncIterator[AsyncSession]:
    """A member's part of the common transaction, taken back alone when it fails."""
    # The first may take back the whole transaction, which saves it the two statements of a savepoint.
    mode: Literal["rollback_only", "create_savepoint"] = "rollback_only" if is_first else "create_savepoint"
    async with AsyncSession(connection, expire_on_commit=False, join_transaction_mode=mode) as session:
        yield session
        await _whole(session.commit())


@asynccontextmanager
async def _part_inline(connection: AsyncConnection, *, is_first: bool) -> AsyncIterator[AsyncSession]:
    """The same without SQLAlchemy's session, for a worker."""
    driver = _driver_of(connection)
    session = cast(AsyncSession, DirectSession(connection, driver))
    if is_first:
        yield session
        return
    try:
        driver.execute("SAVEPOINT part")
        try:
            yield session
        except BaseException:
            if driver.in_transaction:  # an error of the database may have ended all of it
                driver.execute("ROLLBACK TO part")
                driver.execute("RELEASE part")
            raise
        driver.execute("RELEASE part")
    except sqlite3.Error as error:
        raise told(error, "SAVEPOINT", connection.dialect) from error


def _driver_of(connection: AsyncConnection) -> sqlite3.Connection:
    """The driver's own connection under one of SQLAlchemy's."""
    outer: Any = connection.sync_connection
    driver = outer.connection.driver_connection._conn
    assert isinstance(driver, sqlite3.Connection)
    return driver


async def _whole(work: Awaitable[None]) -> None:
    """Do it to its end, and only then let a cancellation through."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


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
                        await _whole(session.close())
            except DBAPIError as error:
                raise storage_error(error, self.path) from error

    @contextmanager
    def _used(self) -> Iterator[None]:
        self._in_use += 1
        self._idle.clear()
        try:
            yield
        finally:
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
            driver = _driver_of(connection)
        try:
            try:
                driver.execute("BEGIN")
            except sqlite3.Error as error:
                raise told(error, "BEGIN", connection.dialect) from error
            yield cast(AsyncSession, DirectSession(connection, driver))
        except BaseException:
            await _whole(connection.close())  # rolls back
            raise
        if connection.in_transaction():
            await connection.rollback()
        else:
            driver.rollback()
        self._readers.append((connection, driver))

    @asynccontextmanager
    async def write(self, *, check: Callable[[], None] | None = None) -> AsyncIterator[AsyncSession]:
        """A session that holds the write lock; all of it is stored when the block is left, or nothing of it.

        Writers of this process that wait at the same time share one commit (`GroupCommit`). Raises StorageError when
        it cannot be stored. Never open a second one inside: it would wait for the first. With `check`, nothing is
        stored once it raises, and neither is what others wrote in the same commit.
        """
        with self._used():
            try:
                async with self._group.member(check) as session:
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
