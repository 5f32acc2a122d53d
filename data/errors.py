"""The root of all errors that a person may read, and the ones that storage raises.

Every message is one sentence for a person; the hint says what to do. Front ends print both and never a traceback.
"""

from __future__ import annotations


class BrightrunError(Exception):
    """An expected failure: `message` says what happened, `hint` the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class StorageError(BrightrunError):
    """The database cannot be opened, read or written."""


class PassingStorageError(StorageError):
    """Nothing can be stored for now: the disk is full, or another program holds the file. It passes by itself."""


class DiskFullError(PassingStorageError):
    """There is no room to store anything."""


class StaleRowError(StorageError):
    """Somebody else changed the row first: nothing was overwritten."""
