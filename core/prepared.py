"""Whether a start finds settings and database as the last one left them, so that nothing need be checked or read again.

The app asks before it loads what checks the settings, and `core.setup`, which costs more than all other services.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from core.home import expanded
from core.pack.places import files_mark
from core.settings.fields import ENV_PREFIX, Settings, config_file, read_quickly
from core.version import VERSION
from data.opening import FileState, look
from data.replay import loaded


def make_ready(
    flags: Mapping[str, Any], step: Callable[[str], None], checked: str, known: str
) -> tuple[Settings, str, str]:
    """Validate the settings and bring the database to where this version needs it, unless they are as the last start
    left them; gives the marks that tell this to the next one. Runs in a thread."""
    settings, checked = checked_settings(flags, checked)
    mark = prepared_mark(settings)
    if not mark or mark != known:
        from core.setup import prepare

        prepare(settings, step)
        mark = prepared_mark(settings)
    return settings, checked, mark


def checked_settings(flags: Mapping[str, Any], known: str) -> tuple[Settings, str]:
    """The settings, and a mark that tells the next start that they were valid: `known` is that of the last one.

    Raises SettingsError as `core.settings.model.load`, which is asked unless file, environment and flags are those of
    the last start.
    """
    mark = _settings_mark(flags)
    if mark and mark == known:
        return read_quickly(flags), mark
    from core.settings.model import load

    settings = load(flags)
    return settings, mark if settings == read_quickly(flags) else ""


def _settings_mark(flags: Mapping[str, Any]) -> str:
    """Changes with everything that settings come from but their defaults; "" where the file cannot be read."""
    path = config_file()
    try:
        file = path.read_bytes() if path.exists() else b""
    except OSError:
        return ""  # the validated reader says why
    given = sorted((name, str(value)) for name, value in flags.items() if value is not None)
    environment = sorted((name, value) for name, value in os.environ.items() if name.upper().startswith(ENV_PREFIX))
    return f"{VERSION} {crc32(repr((given, environment)).encode(), crc32(file)):08x}"


def prepared_mark(settings: Settings) -> str:
    """Stays the same while neither the files of the pack and the templates nor what was loaded of them change.

    "" when the database is missing, older, or without a pack: then there is something to do. Raises StorageError for a
    file that is no database of this version, and PackError when there is no such pack.
    """
    path = expanded(settings.database)
    try:
        files = files_mark(settings.pack)
    except OSError:
        return ""  # `core.setup` tells which file, and why
    if look(path) is not FileState.CURRENT:
        return ""
    held = loaded(path)
    return f"{files} {held}" if held else ""
