"""What happens when the disk is full: open jobs pause with that reason as soon as it can be stored, and go on by
themselves once there is room.

The worker looks here before it claims. Nothing is begun while the disk is full; answers that are paid for wait in
memory (`core.pipeline.attempts`). What a person paused stays paused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from pathlib import Path

from core.engine.standing import FULL, Standing
from core.errors import StorageError
from data import jobs

LOOK_S = 5.0
ROOM_BYTES = 2_000_000  # some conversations with their logs: with less, the next answer would have no room again

log = logging.getLogger("brightrun.worker")


def has_room(database: Path) -> bool:
    """Whether that much can be written beside the database; also where a quota, not the disk, is at its end."""
    try:
        with tempfile.TemporaryFile(dir=database.parent) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
    except OSError:
        return False
    return True


class Room:
    """Remembers that the disk was full, and looks now and then whether it still is."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._is_told = False
        self._next_at = 0.0

    async def is_there(self) -> bool:
        """False while the disk is full. Has jobs pause for it, and go on after it."""
        standing = self._standing
        if not standing.is_full:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._next_at:
            return False
        self._next_at = now + LOOK_S
        if not has_room(standing.path):
            await self._tell()
            return False
        try:
            async with standing.write() as session:
                resumed = await jobs.go_on(session)
        except StorageError as error:
            log.error("%s", error)
            return False
        standing.is_full = self._is_told = False
        standing.trouble = ""
        log.info("there is room again; jobs that go on: %s", ", ".join(map(str, resumed)) or "none")
        return True

    async def _tell(self) -> None:
        """Have the jobs say why they pause, as soon as so little can be stored."""
        if self._is_told:
            return
        with contextlib.suppress(StorageError):  # the lock file says it meanwhile
            async with self._standing.write() as session:
                rested = await jobs.rest(session, FULL)
            self._is_told = True
            self._standing.trouble = FULL
            log.warning("jobs that pause until there is room: %s", ", ".join(map(str, rested)) or "none")
