"""Starts the worker process and tells whether one is alive. Stdlib only: the app calls it on a key press.

The worker is detached (own session, no terminal), so that a dropped SSH line does not reach it. It works in the
environment of whoever starts it: a worker that runs with another key than theirs is asked to end first.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from core.engine.lock import look_at_lock
from core.settings.fields import state_dir


def log_path() -> Path:
    """Where workers write their log."""
    return state_dir() / "worker.log"


def is_worker_alive(database: Path) -> bool:
    """Whether a worker of this database is running on this machine, and was heard of lately."""
    holder = look_at_lock(database)
    return holder is not None and not holder.is_silent


def ensure_worker(database: Path, access: str) -> str:
    """Start a detached worker unless one is alive that may do the work; empty, or a sentence why there is none.

    `access` is the mark of the caller's key and address (`core.settings.keys.mark`), empty without a key.
    """
    holder = look_at_lock(database)
    if holder is None or holder.is_silent:
        return start_worker(database)
    worker = holder.signature
    if worker is None:
        return ""  # it is just starting
    if worker.is_ending:
        return start_worker(database)  # the new one waits until the other has ended
    if not access or worker.access == access:
        return ""
    if worker.host != socket.gethostname():  # a container beside this one: its process number means another here
        return (
            f"The worker of this database (process {worker.pid} on {worker.host}) has another API key or none: end it "
            "there, and one with yours starts with the next order."
        )
    if not worker.is_detached:
        what = "another API key or address" if worker.access else "no API key"
        return (
            f"The worker of this database (process {worker.pid}) was started by hand with {what}: end it (kill "
            f"{worker.pid}), and one with yours starts with the next order."
        )
    try:
        os.kill(worker.pid, signal.SIGTERM)  # it finishes what it writes
    except OSError as error:
        return f"The worker (process {worker.pid}) has another API key and cannot be ended: {error.strerror}."
    return start_worker(database)


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
