"""Looks at everything the program stands on and says what to do about what is wrong.

`brightrun doctor` and the settings screen show the checks. It changes nothing, and it works when settings or database
are broken: that is what it is for.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from core.engine.logout import WAY_ROUND, ends_worker_at_logout
from core.errors import BrightrunError, SettingsError
from core.home import expanded
from core.settings.fields import Settings, config_file, read_quickly
from core.settings.model import database_file, load

State = Literal["ok", "warn", "fail"]
FAIL_BELOW_BYTES = 50_000_000
WARN_BELOW_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    detail: str
    advice: str = ""


def examine(flags: Mapping[str, Any]) -> Iterator[Check]:
    """Every check, in order; `flags` are those of the command line."""
    try:
        settings = load(flags)
        there = "" if config_file().exists() else " (not there: all defaults)"
        yield Check("settings", "ok", f"{config_file()}{there}")
    except SettingsError as error:
        settings = read_quickly(flags)
        yield Check("settings", "fail", error.message, error.hint)
    yield from _database(settings)
    yield from _pack(settings)
    yield from _access(settings)
    yield from _worker(settings)
    yield from _machine(settings)
    yield from _terminal()


async def examined(flags: Mapping[str, Any]) -> list[Check]:
    """The same as a list: what `core.aside` runs for the app."""
    return list(examine(flags))


def _database(settings: Settings) -> Iterator[Check]:
    from data import opening

    try:
        path = database_file(settings.database)
        state = opening.look(path)
    except BrightrunError as error:
        yield Check("database", "fail", error.message, error.hint)
        return
    if state is opening.FileState.MISSING:
        yield Check("database", "warn", f"{path} does not exist yet", "Run brightrun init.")
        return
    size = f"{path}, {path.stat().st_size / 1_000_000:.1f} MB"
    if state is opening.FileState.OLDER:
        yield Check(
            "database", "warn", f"{size}, of an older version", "It is migrated at the next start, after a backup."
        )
    else:
        yield Check("database", "ok", size)
    wrong = opening.integrity(path)
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        yield Check("integrity", "fail", f"{wrong[0]}{more}", "Copy the file away, then restore the newest backup.")
    else:
        yield Check("integrity", "ok", "no fault found")
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    open_to_others = [f for f in files if f.exists() and stat.S_IMODE(f.stat().st_mode) & 0o077]
    if open_to_others:
        names = " ".join(str(f) for f in open_to_others)
        yield Check("permissions", "warn", "others on this machine can read the database", f"Run: chmod 600 {names}")
    elif not os.access(path, os.W_OK):
        yield Check("permissions", "fail", "the database cannot be written", f"Run: chmod u+w {path}")
    else:
        yield Check("permissions", "ok", "for its owner only")
    if opening.is_on_network_file_system(path):
        yield Check(
            "file system", "warn", "the database lies on a network file system", "Locks do not hold there: move it."
        )


def _pack(settings: Settings) -> Iterator[Check]:
    from core.pack.files import read_pack
    from core.pack.places import find_pack
    from core.prompting.files import read_templates

    try:
        pack = read_pack(find_pack(settings.pack))
        yield Check(
            "pack", "ok", f"{pack.info.key}: {len(pack.plan)} planned, {len(pack.conversation_files)} seed files"
        )
    except BrightrunError as error:
        yield Check("pack", "fail", error.message, error.hint)
    try:
        yield Check("templates", "ok", f"{len(read_templates())} prompt templates")
    except BrightrunError as error:
        yield Check("templates", "fail", error.message, error.hint)


def _access(settings: Settings) -> Iterator[Check]:
    from core.settings.keys import find_access

    try:
        access = find_access(settings.key_file)
    except SettingsError as error:
        yield Check("API key", "fail", error.message, error.hint)
        return
    if access is None:
        advice = "" if settings.provider == "simulated" else "Set ANTHROPIC_API_KEY, or practise with --simulate."
        yield Check("API key", "ok" if settings.provider == "simulated" else "warn", "none", advice)
        return
    yield Check("API key", "ok", f"{access.masked} from {access.source}")
    if access.base_url:
        try:
            address = urlsplit(access.base_url)
            port = f":{address.port}" if address.port else ""
        except ValueError:  # a port that is none, a bracket that is not closed
            address, port = urlsplit(""), ""
        local = address.hostname in ("localhost", "127.0.0.1", "::1")
        shown = f"{address.scheme}://{address.hostname}{port}"  # without a password
        if address.scheme == "https" or (address.scheme == "http" and local):
            yield Check("base URL", "ok", shown)
        elif address.scheme == "http":
            yield Check("base URL", "warn", f"{shown} is not encrypted", "The key travels in the clear: use https.")
        else:
            yield Check("base URL", "fail", "ANTHROPIC_BASE_URL is no address", "Write it as in https://host/path.")


def _worker(settings: Settings) -> Iterator[Check]:
    from core.engine.launch import log_path
    from core.engine.lock import look_at_lock

    try:
        holder = look_at_lock(database_file(settings.database))
    except (OSError, SettingsError) as error:
        yield Check("worker", "warn", f"cannot tell: {error}")
        return
    seen = holder.signature if holder else None
    if holder is None:
        yield Check("worker", "ok", f"none; one starts with the next job, log {log_path()}")
    elif seen is None:
        yield Check("worker", "ok", f"just starting, log {log_path()}")
    elif seen.is_silent:
        said = f"process {seen.pid} hangs or was stopped: not heard of for {seen.silent_s:.0f} s"
        yield Check("worker", "warn", said, f"The next order replaces it; kill -CONT {seen.pid} wakes a stopped one.")
    elif seen.message:
        yield Check("worker", "warn", f"process {seen.pid} can store nothing: {seen.message}", f"Log: {log_path()}")
    else:
        yield Check("worker", "ok", f"process {seen.pid}, heard of {seen.silent_s:.0f} s ago, log {log_path()}")


def _machine(settings: Settings) -> Iterator[Check]:
    folder = expanded(settings.database).absolute().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    low: State = "fail" if free < FAIL_BELOW_BYTES else "warn" if free < WARN_BELOW_BYTES else "ok"
    yield Check("disk", low, f"{free / 1_000_000_000:.1f} GB free at {folder}", "" if low == "ok" else "Make room.")
    if ends_worker_at_logout():
        yield Check("login manager", "warn", "it ends your processes when you log out, a worker too", WAY_ROUND)


def _terminal() -> Iterator[Check]:
    out = sys.__stdout__  # the app has put something else in the place of sys.stdout
    encoding = (out.encoding or "").lower() if out is not None else ""
    if out is None or not out.isatty():
        yield Check("terminal", "ok", "none here (output goes to a file or a pipe)")
        return
    size = shutil.get_terminal_size((80, 24))
    term = os.environ.get("TERM", "")
    shown = f"{size.columns}x{size.lines}, TERM={term or 'not set'}, {encoding or 'unknown encoding'}"
    if term in ("", "dumb"):
        yield Check("terminal", "warn", shown, "The app needs a terminal that can place the cursor: set TERM.")
    elif "utf" not in encoding:
        yield Check("terminal", "warn", shown, "Symbols need UTF-8: set LANG, for example to C.UTF-8.")
    elif size.columns < 80 or size.lines < 24:
        yield Check("terminal", "warn", shown, "The app is made for 80x24 and more.")
    else:
        yield Check("terminal", "ok", shown)
