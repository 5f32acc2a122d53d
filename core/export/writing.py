"""Writes the files of an export under temporary names, and gives them their names all together at the end.

Whatever goes wrong before that, nothing that looks finished is left behind, and a file that is there already is never
touched unless that was asked for. Knows nothing of formats.
"""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import os
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.export.leftovers import Hold

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_ATTEMPTS = 10_000
_PORTION, _AHEAD = 1 << 20, 8  # bytes that are written in one go, and how many of these may wait
_SYNC = 32 << 20


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
    part: str = ""
    begin: int = 0  # where the records begin, behind what stands before them

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()
        self._waiting: list[builtins.bytes] = []
        self._size = 0
        self._thread: ThreadPoolExecutor | None = None
        self._portions: deque[Future[None]] = deque()
        self._synced = 0
        self.stored = 0  # bytes that have reached the file; each time to the end of what one `write` was given

    def write(self, text: str) -> int:
        """Add text; gives its bytes. Raises UnicodeEncodeError for half a character, which no file could hold."""
        return self.write_bytes(text.encode())

    def write_bytes(self, raw: builtins.bytes) -> int:
        """Add bytes."""
        self._waiting.append(raw)
        self._size += len(raw)
        self.bytes += len(raw)
        if self._size >= _PORTION:
            self._send()
        return len(raw)

    def _send(self) -> None:
        """Hash and write what waits, beside the making of the next records: neither needs the interpreter."""
        while len(self._portions) >= _AHEAD:
            self._portions.popleft().result()
        raw = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "export")
        self._portions.append(self._thread.submit(self._store, raw))

    def _store(self, raw: builtins.bytes) -> None:
        self._stream.write(raw)
        self._stream.flush()
        self.stored += len(raw)
        self._digest.update(raw)
        if self.stored - self._synced >= _SYNC:  # little is left to wait for at the end
            self._synced = self.stored
            os.fdatasync(self._stream.fileno())

    def _await(self) -> None:
        """Wait for what was sent. Raises OSError for what could not be written."""
        try:
            while self._portions:
                self._portions.popleft().result()
        finally:
            if self._thread is not None:
                self._thread.shutdown()
                self._thread = None
            self._portions.clear()

    def finish(self) -> None:
        """Bring what was written to the disk, and take its hash."""
        self._await()
        raw = b"".join(self._waiting)
        self._waiting = []
        self._digest.update(raw)
        self._stream.write(raw)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self.sha256 = self._digest.hexdigest()

    def abandon(self) -> None:
        """Close the file however far it got, and remove it."""
        with contextlib.suppress(OSError):
            self._await()
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


class DamagedError(ValueError):
    """The disk gives back something else than was written."""


class Outbox:
    """The files of one export: drafts in the folder first, then all published together, or none."""

    def __init__(self, folder: Path, export_id: str, *, overwrite: bool = False) -> None:
        self._folder = folder
        self._export_id = export_id
        self._overwrite = overwrite
        self._published: list[Path] = []
        self._identities: dict[Path, tuple[int, int] | None] = {}
        self._made: list[Path] = []
        self._set_aside: list[tuple[Path, Path]] = []
        self._hold: Hold | None = None
        self.drafts: list[Draft] = []

    def open(self, name: str) -> Draft:
        """Begin a file, readable by its owner only. Raises OSError when the folder does not allow it."""
        if not self._folder.is_dir():
            missing = [self._folder, *self._folder.parents]
            self._made += [path for path in missing if not path.exists()][::-1]
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._hold is None:
            self._hold = Hold(self._folder)
        path = self._folder / f".{self._export_id}-{len(self.drafts)}.part"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        draft = Draft(name, path, os.fdopen(descriptor, "wb", buffering=1 << 16))
        self.drafts.append(draft)
        return draft

    def publish(self, own_folder: str) -> list[Path]:
        """Give every finished draft its name, in their order.

        Where one of the names is taken, all go to a new folder `own_folder` beside it (or that name with -2, -3 …), so
        that what belongs together stays together; with `overwrite` the old files are replaced.
        """
        if len({draft.name for draft in self.drafts}) != len(self.drafts):
            raise OSError("two files of this export have the same name")
        if self._overwrite:
            return self._replace()
        for attempt in range(_ATTEMPTS):
            folder = self._folder
            if attempt:
                folder = self._folder / (own_folder if attempt == 1 else f"{own_folder}-{attempt}")
                try:
                    folder.mkdir(mode=0o700)
                except FileExistsError:
                    continue
                self._made.append(folder)
            if self._link_all(folder):
                return list(self._published)
        raise OSError(f"there are {_ATTEMPTS} folders called {own_folder} already")

    def sync(self) -> None:
        """Bring the names to the disk: from here on the export is there."""
        for folder in {path.parent for path in self._published}:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def settle(self) -> None:
        """All is done: what was replaced goes for good."""
        for aside, _ in self._set_aside:
            aside.unlink(missing_ok=True)
        self._set_aside.clear()
        self._leave()

    def discard(self) -> None:
        """Remove every file of this export, also those that have their names, and put back what they replaced."""
        for draft in self.drafts:
            draft.abandon()
        for path in self._published:
            if _identity(path) == self._identities[path]:  # else another export has replaced it meanwhile
                path.unlink(missing_ok=True)
        self._published.clear()
        for aside, path in reversed(self._set_aside):
            if _identity(path) is None:
                aside.rename(path)
            else:
                aside.unlink(missing_ok=True)  # as it would have gone with the one that stands there now
        self._set_aside.clear()
        self._leave()
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):  # somebody else put a file there
                folder.rmdir()

    def _leave(self) -> None:
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def _link_all(self, folder: Path) -> bool:
        if any((folder / draft.name).exists() or (folder / draft.name).is_symlink() for draft in self.drafts):
            return False
        for draft in self.drafts:
            if not _rename_to_new(draft.path, folder / draft.name):
                raise OSError(f"{draft.name} was made by another program in this moment")
            self._identities[folder / draft.name] = _identity(folder / draft.name)
            self._published.append(folder / draft.name)
        return True

    def _replace(self) -> list[Path]:
        # The old manifest goes first and the new one comes last: between them nothing looks finished.
        for number, draft in enumerate(reversed(self.drafts)):
            path = self._folder / draft.name
            if path.is_dir() and not path.is_symlink():
                raise IsADirectoryError(f"{draft.name} is a folder")
            if path.exists() or path.is_symlink():
                aside = self._folder / f".{self._export_id}-{number}.old"
                path.rename(aside)
                self._set_aside.append((aside, path))
        if not self._link_all(self._folder):
            raise OSError("another program wrote into the folder in this moment")
        return list(self._published)


def safe_name(name: str, fallback: str) -> str:
    """A file name from outside that cannot leave its folder or hide in it; `fallback` when nothing is left.

    >>> safe_name("../../etc/pass wd.json", "x.json")
    'pass-wd.json'
    """
    stem = _UNSAFE.sub("-", re.split(r"[/\\]", name)[-1].removesuffix(".json")).strip(".-")[:120]
    return f"{stem}.json" if stem else fallback


def _identity(path: Path) -> tuple[int, int] | None:
    """By which a file is told from another one of its name; None where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


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
