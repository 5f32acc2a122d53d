"""A worker's standing on a database: its name, its lease, its signs of life, and the only door by which it stores.

The worker and its rows write through `write` and `sessions`. Both refuse a worker that was replaced, or that was silent
for longer than its lease; such a one may `begin_anew` under another name, with nothing in hand.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from core.engine import lock
from core.engine.lease import Lease
from core.engine.presence import Presence
from core.engine.providers import ProviderSource
from core.errors import DiskFullError, PassingStorageError
from data import billing, jobs, queue, steering, workers
from data.engines import WAIT_TOLD_S, AsyncSession, Database

BEAT_S = 2.0
FULL = "The disk is full. Make room: it goes on by itself."

log = logging.getLogger("brightrun.worker")


class Standing:
    """One worker's right to work on a database."""

    def __init__(
        self,
        database: Database,
        providers: ProviderSource,
        held: int | None,
        *,
        is_detached: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._providers, self._held, self._is_detached = database, providers, held, is_detached
        self._clock = clock
        self.path: Path = database.path
        self.is_full = False  # the disk, when something was last stored or not
        self.is_ending = False
        self._take_name()

    def _take_name(self) -> None:
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.lease = Lease(lock.SILENCE_S)
        self.sessions = LeasedSessions(self._database, self.lease, self._note)
        self._presence = Presence(self._database, self.owner, self._held, is_detached=self._is_detached)

    @property
    def lease_s(self) -> float:
        """How long the rows that it claims are its own without a sign of life."""
        return self.lease.length_s

    @property
    def trouble(self) -> str:
        """Why nothing can be stored now."""
        return self._presence.trouble

    @trouble.setter
    def trouble(self, why: str) -> None:
        self._presence.trouble = why

    @property
    def is_replaced(self) -> bool:
        """Whether another worker took its place."""
        return self._presence.is_replaced

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction. Raises ReplacedError once another has its place, LapsedError once its lease has lapsed."""
        async with self.sessions.write() as session:
            await workers.refuse_replaced(session, self.owner)
            yield session

    def _note(self, error: PassingStorageError | None) -> None:
        """Something was stored, or could not be for now."""
        self.is_full = self.is_full or isinstance(error, DiskFullError)
        if error is not None:
            self.trouble = FULL if isinstance(error, DiskFullError) else str(error)
        elif not self.is_full:
            self.trouble = ""

    async def begin(self) -> int:
        """Take back what a former worker had, and let jobs go on that waited for room; how many rows came back."""
        now = self._clock()
        async with self.write() as session:
            await workers.end_other_workers(session, self.owner, now)
            taken_back = await queue.requeue_of_dead_owner(session, self.owner)
            await steering.cancel_dropped(session, now)
            await billing.clear_reservations(session)
            await jobs.go_on(session)
            await self._tell_alive(session, running=0)
        return taken_back

    def begin_anew(self) -> bool:
        """Take another name and a new lease after a silence. False when another worker has the place."""
        with lock.nobody_takes_over(self.path):
            if self.is_replaced:
                return False
            self._take_name()
            self.sign()
        return True

    def sign(self) -> None:
        """Give a sign of life that needs no database, so that neither a full disk nor a lock makes it look dead."""
        if self.lease.renew():
            self._presence.sign(access=self._providers.mark, is_ending=self.is_ending)

    async def sign_for_ever(self, give_up: Callable[[object], None]) -> None:
        """Sign again and again, until another has its place: then `give_up` is told why."""
        while True:
            if self.is_replaced:
                give_up("Another worker has taken over: this one was not heard of for too long.")
                return
            if not self.trouble and self._database.waits_since(WAIT_TOLD_S):
                self.trouble = f"Another program holds {self.path} locked; waiting for it."
            self.sign()
            await asyncio.sleep(BEAT_S)

    async def beat(self, running: list[int]) -> None:
        """A heartbeat in the database, for every screen; keeps the leases of these items alive."""
        async with self.write() as session:
            await self._tell_alive(session, running=len(running))
            await queue.extend_leases(session, self.owner, running, self._clock() + timedelta(seconds=self.lease_s))

    async def _tell_alive(self, session: AsyncSession, *, running: int) -> None:
        await self._presence.tell_alive(session, running=running, waits=self._providers.message, now=self._clock())

    async def say_goodbye(self) -> None:
        """Tell that it ends."""
        async with self.write() as session:
            await self._presence.tell_gone(session, now=self._clock())


class LeasedSessions:
    """Sessions on a database under one lease: nothing is stored once it has lapsed. For the rows begun under it."""

    def __init__(self, database: Database, lease: Lease, note: Callable[[PassingStorageError | None], None]) -> None:
        self._database, self._lease, self._note = database, lease, note

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """As `Database.read`."""
        return self._database.read()

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        """As `Database.write`, with the lease checked before it begins and right before it is committed."""
        return _LeasedWrite(self._database.write(check=self._lease.check), self._note)


class _LeasedWrite(AbstractAsyncContextManager[AsyncSession]):
    """A write whose outcome is noted. A plain class, as in `data.engines`: every row comes by three times."""

    def __init__(
        self, write: AbstractAsyncContextManager[AsyncSession], note: Callable[[PassingStorageError | None], None]
    ) -> None:
        self._write, self._note = write, note

    async def __aenter__(self) -> AsyncSession:
        try:
            return await self._write.__aenter__()
        except PassingStorageError as error:
            self._note(error)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._write.__aexit__(kind, error, trace)
        except PassingStorageError as failure:
            self._note(failure)
            raise
        if isinstance(error, PassingStorageError):
            self._note(error)
        elif error is None:
            self._note(None)
