"""Whether work is real or practice: live with a key, simulated when the person said so, else ask. Never silently."""

from __future__ import annotations

from typing import Literal

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


def choose(provider: Literal["live", "simulated"]) -> Settings:
    """Remember the choice in the settings file and give the new settings. Raises SettingsError when that fails."""
    from core.settings.model import load, save

    save({"provider": provider})
    return load()
