"""Writes the files of an export under temporary names, and gives them their names all together at the end.

Whatever goes wrong before that, nothing that looks finished is left behind, and a file that is there already is never
touched. Knows nothing of formats.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_ATTEMPTS = 10_000


@dataclass
class Draft:
    """One file being written. `name` is the one it wants; `path` where it is until it gets it."""

    name: str
    path: Path
    _stream: BinaryIO
    conversations: int = 0
    records: int = 0
    bytes: int = 0
    sha256: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, text: str) -> None:
        """Add text. Raises UnicodeEncodeError for half a character, which no file could hold."""
        raw = text.encode()
        self._digest.update(raw)
        self.bytes += self._stream.write(raw)

    def finish(self) -> None:
        """Bring what was written to the disk, and take its hash."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self.sha256 = self._digest.hexdigest()

    def abandon(self) -> None:
        """Close the file however far it got, and remove it."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self.path.unlink(missing_ok=True)

    def is_intact(self) -> bool:
        """Whether the disk gives back what was written."""
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            while part := stream.read(1 << 20):
                digest.update(part)
        return digest.hexdigest() == self.sha256


class Outbox:
    """The files of one export in one folder: drafts first, then all published, or none."""

    def __init__(self, folder: Path, export_id: str) -> None:
        self._folder = folder
        self._export_id = export_id
        self._published: list[Path] = []
        self.drafts: list[Draft] = []

    def open(self, name: str) -> Draft:
        """Begin a file, readable by its owner only. Raises OSError when the folder does not allow it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f".{self._export_id}-{len(self.drafts)}.part"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        draft = Draft(name, path, os.fdopen(descriptor, "wb", buffering=1 << 18))
        self.drafts.append(draft)
        return draft

    def publish(self, draft: Draft) -> Path:
        """Give a finished draft its name, or that name with -2, -3 … where a file has it."""
        wanted = Path(draft.name)
        for attempt in range(1, _ATTEMPTS):
            name = draft.name if attempt == 1 else f"{wanted.stem}-{attempt}{wanted.suffix}"
            path = self._folder / name
            if _rename_to_new(draft.path, path):
                self._published.append(path)
                return path
        raise OSError(f"there are {_ATTEMPTS} files called {wanted.stem} already")

    def settle(self) -> None:
        """Bring the names to the disk: from here on the export is there."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def discard(self) -> None:
        """Remove every file of this export, also those that have their names."""
        for draft in self.drafts:
            draft.abandon()
        for path in self._published:
            path.unlink(missing_ok=True)
        self._published.clear()


def safe_name(name: str, fallback: str) -> str:
    """A file name from outside that cannot leave its folder or hide in it; `fallback` when nothing is left.

    >>> safe_name("../../etc/pass wd.json", "x.json")
    'pass-wd.json'
    """
    stem = _UNSAFE.sub("-", re.split(r"[/\\]", name)[-1].removesuffix(".json")).strip(".-")[:120]
    return f"{stem}.json" if stem else fallback


def _rename_to_new(old: Path, new: Path) -> bool:
    """Rename unless the new name is taken; a link is the one way that two programs cannot both succeed with."""
    try:
        os.link(old, new)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if new.exists():
            return False
        old.rename(new)
        return True
    old.unlink()
    return True
