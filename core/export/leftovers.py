"""What killed exports left in a folder: hidden drafts, which the next export into the folder removes.

Every export holds the folder while it works there, together with others; who can have it alone knows that nobody
writes, and may clear it. Called by the outbox. Touches nothing but drafts with our names that belong to the same user.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from pathlib import Path

_DRAFT = re.compile(r"\.[0-9a-f]{12}-[0-9]+\.part")


class Hold:
    """A folder that an export works in; the system ends the hold of a process that dies."""

    _descriptor = -1

    def __init__(self, folder: Path) -> None:
        """Hold the folder, and clear it first if nobody else does. A file system without locks is left as it is."""
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # another export works here, and holds it as long
            else:
                _clear(folder)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)  # at most as long as another one clears

    def release(self) -> None:
        """The export is over."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.release()


def _clear(folder: Path) -> None:
    with os.scandir(folder) as entries:
        drafts = [entry for entry in entries if _DRAFT.fullmatch(entry.name)]
    for entry in drafts:
        if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
            Path(entry.path).unlink()
