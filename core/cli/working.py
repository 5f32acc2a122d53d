"""`brightrun worker`: the process that carries out jobs, in the foreground or detached by the app."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import complain, notice
from core.errors import SettingsError, StorageError
from core.text.terminal import safe_text

LOG_BYTES = 2_000_000
LOG_FILES = 3


class _SafeFormatter(logging.Formatter):
    """Messages may quote a reply of the model: nothing in them reaches a terminal as a command."""

    def format(self, record: logging.LogRecord) -> str:
        return safe_text(super().format(record))


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

    from core.engine.launch import hold_worker_lock

    path = invocation.ready()
    settings = invocation.settings
    try:
        lock = hold_worker_lock(path)
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
    _sign(lock)
    log = _prepare_logging(settings.log_level, foreground=not detached)
    from core.engine.providers import ProviderSource
    from core.engine.worker import Worker
    from data.engines import Database

    linger = settings.worker_linger if detached else 0.0 if until_empty else -1.0

    async def work(held: int | None) -> None:
        database = Database(path)
        try:
            while held is not None:
                one = Worker(database, ProviderSource(settings.key_file), linger_s=linger, most=concurrency or 0)
                await one.run()
                os.close(held)
                # Whoever ordered something while this worker was ending saw its lock and started no other.
                again = not one.is_draining and await one.has_work()
                held = hold_worker_lock(path) if again else None
                if held is not None:
                    _sign(held)
        finally:
            await database.close()

    if not detached:
        notice(f"Working on {path}. Ctrl+C ends it; the log is {log}.")
        _tell_key(settings.key_file)
    asyncio.run(work(lock))
    return 0


def worker_process(database: Path) -> int | None:
    """The process number that the worker of a database wrote into its lock file; None where there is none to read."""
    from core.engine.launch import lock_path

    try:
        return int(lock_path(database).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _sign(lock: int) -> None:
    with contextlib.suppress(OSError):  # on a full disk nobody can read who it is, but the lock holds
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)


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
        handler.setFormatter(_SafeFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # Libraries only when something is wrong: the SDK's own debug log would show the texts.
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("brightrun").setLevel(level.upper())
    return path
