"""`brightrun worker`: the process that carries out jobs, in the foreground or detached by the app."""

from __future__ import annotations

import logging
import os
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import complain, notice
from core.errors import SettingsError, StorageError
from core.text.redaction import redacted
from core.text.terminal import safe_text

LOG_BYTES = 2_000_000
LOG_FILES = 3
WRITE_WAIT_S = 2.0  # a database that a silent worker keeps locked for so long is taken from it
ENDING_LOOK_S = 0.1  # how often a worker looks whether the one before it has ended


class _SafeFormatter(logging.Formatter):
    """Messages may quote a reply of the model: nothing in them reaches a terminal as a command."""

    def format(self, record: logging.LogRecord) -> str:
        text = redacted(safe_text(super().format(record)))
        key = os.environ.get("ANTHROPIC_API_KEY", "").strip()
        return text.replace(key, "[key taken out]") if len(key) >= 8 else text  # one that looks like none


@click.command(cls=Command)
@click.option("--concurrency", type=click.IntRange(1, 64), metavar="N", help="Conversations at the same time, at most.")
@click.option("--until-empty", is_flag=True, help="End when no job is left that can run.")
@click.option("--detached", is_flag=True, hidden=True, help="As the app starts it: end after a while without work.")
@pass_invocation
def worker(invocation: Invocation, concurrency: int | None, until_empty: bool, detached: bool) -> int:
    """Carry out the jobs of this database.

    There is one worker per database. It ends with Ctrl+C, once what is being written is finished; a second Ctrl+C
    breaks that off, and it is written again later.
    """
    import asyncio

    path = invocation.ready()
    settings = invocation.settings
    try:
        lock = _worker_lock(path, waits=detached)
    except OSError as error:
        raise StorageError(
            f"No worker can run on {path}: {error.strerror} ({error.filename}).", "Check the permissions of its folder."
        ) from error
    if lock is None:
        number = worker_process(path)
        complain(
            f"A worker is at work on {path} already{f', process {number}' if number else ''}.",
            "One is enough: it takes every job."
            + (f" kill {number} ends it once what it writes is finished." if number else ""),
        )
        return 1
    log = _prepare_logging(settings.log_level, foreground=not detached)
    from core.engine.lock import hold_worker_lock, release_worker_lock
    from core.engine.providers import ProviderSource
    from core.engine.worker import Worker
    from core.memory import look_rarely_for_garbage
    from data.engines import Database

    linger = settings.worker_linger if detached else 0.0 if until_empty else -1.0

    async def work(held: int | None) -> None:
        database = Database(path, inline=True)
        try:
            while held is not None:
                source = ProviderSource(settings.key_file, look_rarely_for_garbage)
                one = Worker(database, source, linger_s=linger, most=concurrency or 0, lock=held, is_detached=detached)
                await one.run()
                release_worker_lock(held)
                # Whoever ordered something while this worker was ending saw its lock and started no other.
                again = not one.is_draining and await one.has_work()
                held = hold_worker_lock(path) if again else None
        finally:
            await database.close()

    if not detached:
        notice(f"Working on {path}. Ctrl+C ends it; the log is {log}.")
        _tell_key(settings.key_file)
    asyncio.run(work(lock))
    return 0


def _worker_lock(database: Path, *, waits: bool) -> int | None:
    """The lock of the database's worker, also in the place of one that hangs; None while another works.

    With `waits`, one that is ending is waited for: whoever started this process saw it end.
    """
    from core.engine.lock import end_silent_worker, hold_worker_lock, look_at_lock, take_over
    from data.opening import can_be_written

    while True:
        lock = hold_worker_lock(database)
        if lock is not None:
            return lock
        holder = look_at_lock(database)
        if holder is not None and holder.is_silent and holder.signature is not None:
            number, silent = holder.signature.pid, holder.signature.silent_s
            if not can_be_written(database, WRITE_WAIT_S) and end_silent_worker(database) is not None:
                notice(f"The worker {number} was stopped while it held the database: it was ended.")
                continue
            lock = take_over(database)
            if lock is not None:
                notice(f"The worker {number} has been silent for {silent:.0f} s: this one takes its place.")
                return lock
        is_ending = holder is not None and holder.signature is not None and holder.signature.is_ending
        if holder is not None and not (waits and is_ending):
            return None
        time.sleep(ENDING_LOOK_S)


def worker_process(database: Path) -> int | None:
    """The process number of the worker of a database; None where there is none, or it has not signed yet."""
    from core.engine.lock import look_at_lock

    holder = look_at_lock(database)
    return holder.signature.pid if holder is not None and holder.signature is not None else None


def _tell_key(key_file: str) -> None:
    """Tell a person who started the worker when it has no key, and why."""
    from core.settings.keys import find_access

    try:
        if find_access(key_file) is None:
            notice("There is no API key: practice runs, live jobs wait. Set ANTHROPIC_API_KEY and start it again.")
    except SettingsError as error:
        notice(f"{error.message} Practice runs, live jobs wait. {error.hint}")


def _prepare_logging(level: str, *, foreground: bool) -> Path:
    """Write the log to its file, for the owner only; in the foreground also to stderr. Gives the file."""
    from core.engine.launch import log_path

    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.chmod(0o600)
        to_file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The log {path} cannot be written: {error.strerror}.", "Set XDG_STATE_HOME to a folder of yours."
        ) from error
    handlers: list[logging.Handler] = [to_file]
    if foreground:
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_SafeFormatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    # Libraries only when something is wrong: the SDK's own debug log would show the texts.
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("brightrun").setLevel(level.upper())
    return path
