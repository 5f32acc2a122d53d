"""What the worker tells of itself in the database, so that every screen knows whether somebody is at work."""

from __future__ import annotations

import os
import socket
from datetime import datetime

from core.version import VERSION
from data import workers
from data.engines import AsyncSession


async def tell_alive(session: AsyncSession, owner: str, *, running: int, has_key: bool, now: datetime) -> None:
    """A heartbeat, with what the worker waits for."""
    await workers.beat(
        session,
        owner,
        {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": VERSION,
            "heartbeat_at": now,
            "running": running,
            "has_key": has_key,
            "stopped_at": None,
            "message": "" if has_key else await workers.waiting_for_key(session),
        },
    )


async def tell_gone(session: AsyncSession, owner: str, *, now: datetime) -> None:
    """The goodbye."""
    await workers.beat(session, owner, {"stopped_at": now, "heartbeat_at": now, "running": 0})
