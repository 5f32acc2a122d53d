"""One commit for all writers of a process that wait at the same time: a commit waits for the disk, a write does not.

`data.engines` puts every `Database.write` through it. What a member wrote is stored when its block is left, or nothing
of it; who fails takes nobody else's work along, unless the database itself failed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any, Literal, cast

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from data import search
from data.direct import DirectSession, told
from data.errors import StorageError

GATHER_S = 0.02  # a worker's commits are so far apart: a commit costs as much as what three rows write


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
        self.turn = asyncio.Lock()  # first come, first served
        self._connection: AsyncConnection | None = None
        self._stored: asyncio.Future[None] | None = None
        self._free_at = 0.0  # when a worker may begin again; until then writers gather
        self._gathering: asyncio.Future[None] | None = None
        self._committing: set[asyncio.Task[None]] = set()
        self._checks: set[Callable[[], None]] = set()  # of those in the transaction
        self._info: dict[str, Any] = {}  # what `data.search` remembers of an inline connection

    def member(self, check: Callable[[], None] | None = None) -> AbstractAsyncContextManager[AsyncSession]:
        """A session in the common transaction; what it wrote is stored once the block is left.

        `check` raises when the member may not store any more; it is asked again right before the commit.
        """
        return _Member(self, check)

    async def gather(self) -> None:
        """Wait until a worker may begin its next transaction, so that many writers share it; others never wait."""
        if self._gathering is None:
            loop = asyncio.get_running_loop()
            if not self._inline or self._connection is not None or loop.time() >= self._free_at:
                return
            self._gathering = loop.create_future()
            loop.call_at(self._free_at, self._gathered)
        await asyncio.shield(self._gathering)

    def _gathered(self) -> None:
        gathering, self._gathering = self._gathering, None
        if gathering is not None:
            gathering.set_result(None)

    async def enter(self, check: Callable[[], None] | None) -> tuple[AsyncConnection, bool]:
        """For the member whose turn it is: the transaction's connection, and whether it is the first in it."""
        if check is not None:
            check()
        is_first = self._connection is None
        connection = self._connection or await self._begin()
        if check is not None:
            self._checks.add(check)
        return connection, is_first

    def leave(self, *, is_first: bool) -> asyncio.Future[None]:
        """What tells a member whose part is done that it is stored; the first sees to the commit."""
        stored = self._stored
        assert stored is not None
        if is_first:
            task = asyncio.create_task(self._commit(stored))
            self._committing.add(task)
            task.add_done_callback(self._committing.discard)
        return stored

    async def fail(self, error: BaseException, *, is_first: bool) -> None:
        """A member's part has failed and is taken back: with the first's, or with the database, all of it fails."""
        connection = self._connection
        if is_first or (isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)):
            await self._abandon(error)
        elif connection is not None and not driver_of(connection).in_transaction:  # as a full disk ends all of it
            await self._abandon(StorageError("The database took back what was being stored.", "Try again."))

    def part(self, connection: AsyncConnection, *, is_first: bool) -> AbstractAsyncContextManager[AsyncSession]:
        """A member's part of the transaction, taken back alone when it fails."""
        return _InlinePart(connection, is_first) if self._inline else _part(connection, is_first=is_first)

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
            await whole(connection.close())
            raise
        self._connection, self._stored = connection, asyncio.get_running_loop().create_future()
        self._checks.clear()
        return connection

    async def _commit(self, stored: asyncio.Future[None]) -> None:
        async with self.turn:
            if self._stored is not stored or self._connection is None:
                return  # it failed before
            try:
                await self._take_up(self._connection)
                for check in self._checks:
                    check()
                await self._connection.commit()
            except BaseException as error:  # noqa: BLE001  those who wait are told
                await self._abandon(error)
                return
            self._resting, self._connection, self._stored = self._connection, None, None
            self._free_at = asyncio.get_running_loop().time() + GATHER_S
            stored.set_result(None)

    async def _take_up(self, connection: AsyncConnection) -> None:
        if not self._inline:
            await connection.run_sync(search.take_up)
            return
        try:
            search.take_up(_Plain(driver_of(connection), self._info))
        except sqlite3.Error as error:
            raise told(error, "search index", connection.dialect) from error

    async def _abandon(self, error: BaseException) -> None:
        """Take the whole transaction back, and tell those who wait for it."""
        connection, stored, self._connection, self._stored = self._connection, self._stored, None, None
        if stored is not None and not stored.done():
            stored.set_exception(error if isinstance(error, Exception) else StorageError("The writing was broken off."))
            stored.exception()  # nobody may be waiting for it
        if connection is not None:
            await whole(connection.close())  # rolls back


@asynccontextmanager
async def _part(connection: AsyncConnection, *, is_first: bool) -> AsyncIterator[AsyncSession]:
    """A member's part of the common transaction, taken back alone when it fails."""
    # The first may take back the whole transaction, which saves it the two statements of a savepoint.
    mode: Literal["rollback_only", "create_savepoint"] = "rollback_only" if is_first else "create_savepoint"
    cause: BaseException | None = None
    try:
        async with AsyncSession(connection, expire_on_commit=False, join_transaction_mode=mode) as session:
            try:
                yield session
                await whole(session.commit())
            except BaseException as error:
                cause = error
                raise
    except DBAPIError:
        if cause is None:
            raise
        # A full disk ends the whole transaction: that the savepoint is gone by then is not what went wrong.
        raise cause from None


# The contexts of a worker's every write are plain classes: as generators they cost more than its statements.


class _Member(AbstractAsyncContextManager[AsyncSession]):
    """`GroupCommit.member`."""

    def __init__(self, group: GroupCommit, check: Callable[[], None] | None) -> None:
        self._group, self._check, self._is_first = group, check, False

    async def __aenter__(self) -> AsyncSession:
        group = self._group
        await group.gather()
        await group.turn.acquire()
        try:
            connection, self._is_first = await group.enter(self._check)
            self._part = group.part(connection, is_first=self._is_first)
            try:
                return await self._part.__aenter__()
            except BaseException as error:
                await group.fail(error, is_first=self._is_first)
                raise
        except BaseException:
            group.turn.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        group = self._group
        try:
            try:
                await self._part.__aexit__(kind, error, trace)
            except BaseException as failure:
                await group.fail(failure, is_first=self._is_first)
                raise
            if error is not None:
                await group.fail(error, is_first=self._is_first)
                return
            stored = group.leave(is_first=self._is_first)
        finally:
            group.turn.release()
        await asyncio.shield(stored)


class _Plain:
    """The driver's connection as `data.search` asks one of SQLAlchemy's."""

    def __init__(self, driver: sqlite3.Connection, info: dict[str, Any]) -> None:
        self._driver, self.info = driver, info

    def exec_driver_sql(self, sql: str, values: tuple[Any, ...] = ()) -> _Found:
        """Run a statement."""
        return _Found(self._driver.execute(sql, values))


class _Found:
    """What a statement gave."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.fetchone = cursor.fetchone

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        row = self.fetchone()
        return None if row is None else row[0]


class _InlinePart(AbstractAsyncContextManager[AsyncSession]):
    """`_part` without SQLAlchemy's session, for a worker."""

    def __init__(self, connection: AsyncConnection, is_first: bool) -> None:
        self._connection, self._driver, self._is_first = connection, driver_of(connection), is_first

    async def __aenter__(self) -> AsyncSession:
        if not self._is_first:
            self._run("SAVEPOINT part")
        return cast(AsyncSession, DirectSession(self._connection, self._driver))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_first:
            return
        if error is None:
            self._run("RELEASE part")
        elif self._driver.in_transaction:  # an error of the database may have ended all of it
            self._run("ROLLBACK TO part", "RELEASE part")

    def _run(self, *statements: str) -> None:
        try:
            for statement in statements:
                self._driver.execute(statement)
        except sqlite3.Error as error:
            raise told(error, "SAVEPOINT", self._connection.dialect) from error


def driver_of(connection: AsyncConnection) -> sqlite3.Connection:
    """The driver's own connection under one of SQLAlchemy's."""
    outer: Any = connection.sync_connection
    driver = outer.connection.driver_connection._conn
    assert isinstance(driver, sqlite3.Connection)
    return driver


async def whole(work: Awaitable[None]) -> None:
    """Do it to its end, and only then let a cancellation through."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
