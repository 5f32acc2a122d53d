"""The lock file beside a database: who works on it, when it was last heard of, and what it waits for.

Stdlib only: the app looks on a key press. The worker holds the file's lock for as long as it lives, so that a dead one
is noticed at once, and signs it every two seconds by the clock that runs since the machine was started: a jump of the
wall clock makes nobody old. The file never grows after it was made, so that it can be signed on a full disk too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SILENCE_S = 30.0  # a worker signs every two seconds; one that was silent for so long may be replaced
_LOCK_TRIES = 10
_LOCK_AGAIN_S = 0.02
_SIZE = 1024
_MESSAGE = 400


@dataclass(frozen=True)
class Signature:
    """What a worker tells of itself. `access` tells one key and address from another without naming them."""

    pid: int
    host: str
    at: float = 0.0  # seconds since the machine was started
    message: str = ""
    access: str = ""
    is_detached: bool = False
    is_ending: bool = False

    @property
    def silent_s(self) -> float:
        """Seconds since it was heard of."""
        return max(0.0, time.monotonic() - self.at)

    @property
    def is_silent(self) -> bool:
        """Whether it hangs or was stopped, so that another may take its place."""
        return self.host == socket.gethostname() and self.silent_s > SILENCE_S


@dataclass(frozen=True)
class Holder:
    """Somebody holds the lock. Without a signature it has only just begun, or is no worker."""

    signature: Signature | None = None

    @property
    def is_silent(self) -> bool:
        """Whether another worker may take its place."""
        return self.signature is not None and self.signature.is_silent


def lock_path(database: Path) -> Path:
    """The file whose lock the worker of a database holds."""
    return database.with_name(database.name + ".worker.lock")


def hold_worker_lock(database: Path) -> int | None:
    """Take the lock for this process and give its descriptor; None when another process has it."""
    path = lock_path(database)
    for left in reversed(range(_LOCK_TRIES)):  # an onlooker has it for a moment; a worker keeps it
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            if left:
                time.sleep(_LOCK_AGAIN_S)
            continue
        if owns_lock(database, descriptor):
            _write(descriptor, "")  # what the last worker told of itself is over
            return descriptor
        os.close(descriptor)  # it was replaced in this moment
    return None


@contextlib.contextmanager
def nobody_takes_over(database: Path) -> Iterator[None]:
    """Keep other processes from taking a silent worker's place for a moment."""
    folder = os.open(database.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def take_over(database: Path) -> int | None:
    """Put a lock of this process in the place of a silent worker's; None when there is no such worker any more.

    The other one may wake up: it sees that the lock is not its own, and the database refuses what it brings.
    """
    path = lock_path(database)
    with nobody_takes_over(database):  # one at a time: the second finds the first's fresh lock
        holder = look_at_lock(database)
        if holder is None or not holder.is_silent:
            return None
        new = path.with_name(path.name + ".new")
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _write(descriptor, "")
        new.replace(path)
        return descriptor


def end_silent_worker(database: Path) -> int | None:
    """Kill a silent worker that holds the database itself, so that nobody can write; gives its process number.

    Only for when nothing can be written: one that was stopped in the middle of a transaction can be replaced by nobody.
    """
    holder = look_at_lock(database)
    if holder is None or holder.signature is None or not holder.is_silent:
        return None
    number = holder.signature.pid
    if not hasattr(os, "pidfd_open"):  # not on Linux: without it another process might be meant by now
        return None
    try:
        process = os.pidfd_open(number)
    except OSError:
        return None  # it has ended
    try:
        if look_at_lock(database) != holder:  # the process that is meant is still the one that holds the lock
            return None
        signal.pidfd_send_signal(process, signal.SIGKILL)
    except OSError:
        return None
    finally:
        os.close(process)
    return number


def release_worker_lock(descriptor: int) -> None:
    """Give the lock back."""
    os.close(descriptor)


def owns_lock(database: Path, descriptor: int) -> bool:
    """Whether the lock that this process holds is still the one of the database."""
    try:
        return os.fstat(descriptor).st_ino == lock_path(database).stat().st_ino
    except OSError:
        return False


def sign_lock(descriptor: int, signature: Signature) -> None:
    """Tell who holds the lock and that it is alive."""
    values = {**asdict(signature), "at": time.monotonic(), "message": signature.message[:_MESSAGE]}
    _write(descriptor, json.dumps(values, ensure_ascii=False))


def look_at_lock(database: Path) -> Holder | None:
    """Who works on a database on this machine; None when nobody does."""
    try:
        descriptor = os.open(lock_path(database), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        # A shared lock: two onlookers never take each other for a worker.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return Holder(_read(descriptor))
    finally:
        os.close(descriptor)
    return None


def _write(descriptor: int, text: str) -> None:
    with contextlib.suppress(OSError):  # on a full disk a new file has no room; the lock holds all the same
        os.pwrite(descriptor, text.encode()[:_SIZE].ljust(_SIZE), 0)


def _read(descriptor: int) -> Signature | None:
    try:
        return Signature(**json.loads(os.pread(descriptor, _SIZE, 0)))
    except (OSError, ValueError, TypeError):
        return None
