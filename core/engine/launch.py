"""Starts the worker process and tells whether one is alive. Stdlib only: the app calls it on a key press.

The worker holds an exclusive lock on a file beside the database for as long as it lives, so that there is never a
second one, and a dead one is noticed at once. It is detached (own session, no terminal), so that a dropped SSH line
does not reach it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from core.settings.fields import state_dir

_LOCK_TRIES = 10
_LOCK_AGAIN_S = 0.02


def lock_path(database: Path) -> Path:
    """The file whose lock the worker of a database holds."""
    return database.with_name(database.name + ".worker.lock")


def log_path() -> Path:
    """Where workers write their log."""
    return state_dir() / "worker.log"


def hold_worker_lock(database: Path) -> int | None:
    """Take the lock for this process and give its descriptor; None when another worker has it."""
    descriptor = os.open(lock_path(database), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    for left in reversed(range(_LOCK_TRIES)):  # an onlooker has it for a moment; a worker keeps it
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if left:
                time.sleep(_LOCK_AGAIN_S)
        else:
            return descriptor
    os.close(descriptor)
    return None


def release_worker_lock(descriptor: int) -> None:
    """Give the lock back."""
    os.close(descriptor)


def is_worker_alive(database: Path) -> bool:
    """Whether a worker of this database is running on this machine."""
    try:
        descriptor = os.open(lock_path(database), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # A shared lock: two onlookers never take each other for a worker.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def start_worker(database: Path) -> str:
    """Start a detached worker. Empty when the process was started, else a sentence why not."""
    log = log_path()
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        return f"No worker could be started: {log} cannot be written ({error.strerror})."
    try:
        named = os.environ.get("BRIGHTRUN_CONFIG")
        environment = {**os.environ, **({"BRIGHTRUN_CONFIG": str(Path(named).absolute())} if named else {})}
        subprocess.Popen(
            [sys.executable, "-m", "core.cli", "--db", str(database.resolve()), "worker", "--detached"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # SIGHUP of the terminal does not reach it
            cwd="/",  # no folder is kept busy; hence the settings file by its whole path
            env=environment,
        )
    except OSError as error:
        return f"No worker could be started: {error.strerror}."
    finally:
        os.close(out)
    return ""
