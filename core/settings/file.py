"""The settings file as it stands: its values, its tables of prices and keys, and where each setting comes from.

Light, because the app asks it while it starts; what the values may be is checked by `core.settings.model`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import SettingsError
from core.settings.fields import ENV_PREFIX, FIELDS, config_file


def file_values() -> dict[str, Any]:
    """Everything that the file says; empty where there is none. Raises SettingsError when it cannot be read."""
    path = config_file()
    try:
        if not path.exists():
            return {}
        import tomllib  # most people have no settings file

        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # ValueError: no TOML, no UTF-8
        raise unreadable(path, error) from error


def price_overrides() -> dict[str, dict[str, float]]:
    """The table `[prices."model"]` of the settings file, USD per million tokens. Raises SettingsError."""
    prices = _table("prices", '[prices."model"] with input = 2.0 and output = 10.0')
    for model, row in prices.items():
        if not isinstance(row, dict):
            raise SettingsError(
                f"prices.{model} in {config_file()} is {row!r}, which is no price.",
                f'Write [prices."{model}"] with input and output in USD per million tokens.',
            )
    return {str(model): dict(row) for model, row in prices.items()}


def check_keys() -> None:
    """Raise SettingsError where `[keys]` of the settings file is no table; what it says is for the app to judge."""
    _table("keys", '[keys] with lines such as "app.help" = "f1"')


def _table(name: str, example: str) -> dict[str, Any]:
    found = file_values().get(name, {})
    if not isinstance(found, dict):
        raise SettingsError(f"{name} in {config_file()} is {found!r}, which is no table.", f"Write {example}.")
    return found


def origins(flags: Mapping[str, Any] | None = None) -> dict[str, str]:
    """For each setting where its value comes from: flag, environment, file or default."""
    file = file_values()
    out = {}
    for name in FIELDS:
        if flags and flags.get(name) is not None:
            out[name] = "flag"
        elif ENV_PREFIX + name.upper() in os.environ:
            out[name] = f"environment {ENV_PREFIX}{name.upper()}"
        elif name in file:
            out[name] = str(config_file())
        else:
            out[name] = "default"
    return out


def unreadable(path: Path, error: Exception) -> SettingsError:
    """What is wrong with the file, in a sentence."""
    if isinstance(error, OSError):
        why = f" cannot be read: {error.strerror}"
    elif isinstance(error, UnicodeDecodeError):
        why = " is not UTF-8 text"
    else:
        # tomllib: "… (at line 2, column 5)"; tomlkit: "… at line 2 col 5"
        found = re.fullmatch(r"(.*?)\.? \(?at line (\d+),? col(?:umn)? \d+\)?\.?", str(error))
        said, line = (found[1], f", line {found[2]},") if found else (str(error).rstrip("."), "")
        why = f"{line} is not TOML: {said[:1].lower()}{said[1:]}"
    return SettingsError(f"{path}{why}.", "Mend or remove the file.")
