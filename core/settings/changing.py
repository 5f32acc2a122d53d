"""The settings as a person sees and changes them: each with its value, its origin and its meaning; secrets masked.

The settings screen and `brightrun config` use it. A value is written to the settings file only after the validated
model took it; comments in the file are kept, and the change is a row of the audit log where there is a database.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SettingsError
from core.settings.fields import ENV_PREFIX, FIELDS, Settings, config_file
from core.settings.file import origins
from core.settings.keys import find_access
from core.settings.model import load, save

if TYPE_CHECKING:
    from data.engines import Database

# What an open app cannot take up: it reads these once, at its start.
AT_THE_NEXT_START = ("database", "pack", "mouse", "log_level")


@dataclass(frozen=True)
class Setting:
    """One setting. `fixed` says why changing the file would change nothing now; empty when it would."""

    name: str
    value: Any
    shown: str
    origin: str
    meaning: str
    kind: str
    default: str
    choices: tuple[str, ...] = ()
    fixed: str = ""


@dataclass(frozen=True)
class Secret:
    """Something that is never a setting: where it comes from, and as much of it as may be shown."""

    name: str
    masked: str
    origin: str


def shown(value: object) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def listing(settings: Settings, flags: Mapping[str, Any] | None = None) -> list[Setting]:
    """Every setting, in the order of the documentation. Raises SettingsError for a file that cannot be read."""
    where, plain = origins(flags), Settings()
    found = []
    for name, spec in FIELDS.items():
        value = getattr(settings, name)
        choices = tuple(shown(choice) for choice in spec.metadata.get("choices", ()))
        if spec.type == "bool":
            choices = ("true", "false")
        fixed = ""
        if where[name] == "flag":
            fixed = f"{name} was given when the program was started."
        elif where[name].startswith("environment"):
            fixed = f"{ENV_PREFIX}{name.upper()} is set and overrules the file."
        meaning, default = spec.metadata["doc"], shown(getattr(plain, name))
        found.append(Setting(name, value, shown(value), where[name], meaning, str(spec.type), default, choices, fixed))
    return found


def secrets(settings: Settings) -> list[Secret]:
    """What is read when it is needed and kept nowhere."""
    try:
        access = find_access(settings.key_file)
        key = Secret("API key", access.masked, access.source) if access else Secret("API key", "", "not set")
    except SettingsError as error:
        key = Secret("API key", "", error.message)
    if os.environ.get(f"{ENV_PREFIX}SMTP_PASSWORD"):
        password = Secret("SMTP password", "…", f"environment {ENV_PREFIX}SMTP_PASSWORD")
    else:
        password = Secret("SMTP password", "", settings.smtp_password_file or "not set")
    return [key, password]


def check_name(name: str) -> None:
    """Raise SettingsError for what is no setting."""
    if name not in FIELDS:
        near = difflib.get_close_matches(name, FIELDS, 1)
        hint = f"Did you mean {near[0]}?" if near else "brightrun config lists all; a key is never a setting."
        raise SettingsError(f"There is no setting {name!r}.", hint)


def read(name: str, text: str) -> Any:
    """The value that a text means, as the validated settings take it. Raises SettingsError."""
    check_name(name)
    try:
        return getattr(load({name: text}), name)
    except SettingsError as error:
        raise SettingsError(error.message.removeprefix("The flag for "), error.hint) from error


def write(name: str, text: str | None) -> tuple[Path, Any]:
    """Put a value into the settings file, or with None take it out, so that the default counts again; gives file and
    value. Raises SettingsError."""
    check_name(name)
    if text is None:
        return (save({name: None}), None) if config_file().exists() else (config_file(), None)
    value = read(name, text)
    return save({name: value}), value


async def record(database: Database, actor: str, name: str, before: object, after: object) -> None:
    """Write into the audit log that a setting was changed; None stands for the default."""
    from data import audit

    async with database.write() as session:
        change = audit.entry(actor, "set", "setting", name, before={"value": before}, after={"value": after})
        await audit.record(session, [change])
