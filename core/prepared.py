"""Whether a start finds its database as the last one left it, so that pack and templates need not be read again.

The app asks before it loads `core.setup`, which costs more than all other services. Never writes.
"""

from __future__ import annotations

from pathlib import Path

from core.pack.places import files_mark
from core.settings.fields import Settings
from data.opening import FileState, look
from data.replay import loaded


def prepared_mark(settings: Settings) -> str:
    """Stays the same while neither the files of the pack and the templates nor what was loaded of them change.

    "" when the database is missing, older, or without a pack: then there is something to do. Raises StorageError for a
    file that is no database of this version, and PackError when there is no such pack.
    """
    path = Path(settings.database).expanduser()
    try:
        files = files_mark(settings.pack)
    except OSError:
        return ""  # `core.setup` tells which file, and why
    if look(path) is not FileState.CURRENT:
        return ""
    held = loaded(path)
    return f"{files} {held}" if held else ""
