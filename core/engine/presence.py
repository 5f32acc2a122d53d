"""What the worker tells of itself: in the database for every screen, and in its lock file for when nothing is stored.

The lock file is signed by the clock of the machine's run, so that neither a full disk nor a jump of the wall clock
makes a living worker look dead.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime

from core.engine.lock import Signature, owns_lock, sign_lock
from core.version import VERSION
from data import workers
from data.engines import AsyncSession, Database


class Presence:
    """The signs of life of one worker. Without a lock (in tests) only the database is told."""

    def __init__(self, database: Database, owner: str, lock: int | None, *, is_detached: bool) -> None:
        self._database, self._owner, self._lock, self._is_detached = database, owner, lock, is_detached
        self.trouble = ""  # why nothing can be stored now

    def sign(self, *, access: str, is_ending: bool) -> None:
        """Sign the lock file."""
        if self._lock is not None:
            signature = Signature(
                os.getpid(),
                socket.gethostname(),
                message=self.trouble,
                access=access,
                is_detached=self._is_detached,
                is_ending=is_ending,
            )
            sign_lock(self._lock, signature)

    @property
    def is_replaced(self) -> bool:
        """Whether another worker took the place of this one, which was silent for too long."""
        return self._lock is not None and not owns_lock(self._database.path, self._lock)

    async def tell_alive(self, session: AsyncSession, *, running: int, waits: str, now: datetime) -> None:
        """A heartbeat in the database; `waits` is what live jobs wait for."""
        await workers.beat(
            session,
            self._owner,
            {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "version": VERSION,
                "heartbeat_at": now,
                "running": running,
                "has_key": not waits,
                "stopped_at": None,
                "message": _waiting(waits) if waits and await workers.live_jobs_wait(session) else "",
            },
        )

    async def tell_gone(self, session: AsyncSession, *, now: datetime) -> None:
        """The goodbye."""
        await workers.beat(session, self._owner, {"stopped_at": now, "heartbeat_at": now, "running": 0})


def _waiting(why: str) -> str:
    """What live jobs wait for, as every screen shows it."""
    return f"a live job waits: {why[0].lower()}{why[1:].rstrip('.')}; start brightrun anew with ANTHROPIC_API_KEY set"
