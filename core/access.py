"""Whether work is real or practice: live with a key, simulated when the person said so, else ask. Never silently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from core.settings.fields import Settings
from core.settings.keys import find_access

Mode = Literal["live", "simulated", "ask"]


def mode(settings: Settings) -> Mode:
    """How jobs would run now.

    `provider` in the settings decides; when it is empty, a key means live and no key means that the person is asked.
    Raises SettingsError for a key file that cannot be used.
    """
    if settings.provider == "simulated":
        return "simulated"
    if find_access(settings.key_file) is not None:
        return "live"
    return "ask"


def choose(provider: Literal["live", "simulated"], flags: Mapping[str, Any] | None = None) -> Settings:
    """Remember the choice in the settings file and give the new settings. Raises SettingsError when that fails.

    `flags` are those of the command line: what they set (the database) stays as it is.
    """
    from core.settings.model import load, save

    save({"provider": provider})
    return load({**(flags or {}), "provider": provider})
