"""The validated settings, each with its origin, and the writer of the settings file.

Loaded after the first frame (pydantic-settings costs more than the frame itself).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_type_hints

import tomlkit
from pydantic import Field, ValidationError, create_model
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from tomlkit.exceptions import TOMLKitError

from core.errors import SettingsError
from core.settings.fields import ENV_PREFIX, FIELDS, Settings, config_file


class _Sources(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file()))


@cache
def _model() -> type[_Sources]:
    hints = get_type_hints(Settings)
    definitions: dict[str, Any] = {}
    for name, spec in FIELDS.items():
        choices = spec.metadata.get("choices")
        kind = Literal[choices] if choices else hints[name]
        bounds = {k: v for k, v in spec.metadata.items() if k in ("ge", "le")}
        default = (
            {"default": spec.default} if spec.default is not MISSING else {"default_factory": spec.default_factory}
        )
        definitions[name] = (kind, Field(description=spec.metadata["doc"], **default, **bounds))
    return create_model("SettingsModel", __base__=_Sources, **definitions)


def load(flags: Mapping[str, Any] | None = None) -> Settings:
    """The settings from file, environment and flags, validated.

    Raises SettingsError naming the setting, its value and where it was set.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None and name in FIELDS}
    file = _file_values()
    unknown = sorted(set(file) - set(FIELDS) - {"prices", "keys"})
    if unknown:
        raise SettingsError(
            f"{config_file()} sets {', '.join(unknown)}, which brightrun does not know.",
            "brightrun config lists all settings.",
        )
    try:
        valid = _model()(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise SettingsError(
            f"{_place(name, given, file)} is {first.get('input')!r}: {first['msg'].lower()}.",
            f"It means: {FIELDS[name].metadata['doc']}." if name in FIELDS else "",
        ) from error
    return Settings(**{name: getattr(valid, name) for name in FIELDS})


def origins(flags: Mapping[str, Any] | None = None) -> dict[str, str]:
    """For each setting where its value comes from: flag, environment, file or default."""
    file = _file_values()
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


def price_overrides() -> dict[str, dict[str, float]]:
    """The table `[prices."model"]` of the settings file, USD per million tokens."""
    prices = _file_values().get("prices", {})
    return {str(model): dict(row) for model, row in prices.items()} if isinstance(prices, dict) else {}


def key_overrides() -> dict[str, str]:
    """The table `[keys]` of the settings file: binding id to key."""
    table = _file_values().get("keys", {})
    return {str(name): str(value) for name, value in table.items()} if isinstance(table, dict) else {}


def save(values: Mapping[str, Any]) -> Path:
    """Write settings to the settings file, keeping everything else in it. Raises SettingsError when that fails."""
    path = config_file()
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        for name, value in values.items():
            document[name] = value
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".new")
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
        temporary.replace(path)
    except (OSError, TOMLKitError) as error:
        raise SettingsError(
            f"{path} cannot be written: {error}.", "Set the values in the environment instead."
        ) from error
    return path


def _file_values() -> dict[str, Any]:
    path = config_file()
    if not path.exists():
        return {}
    try:
        return dict(tomlkit.parse(path.read_text(encoding="utf-8")).unwrap())
    except (OSError, TOMLKitError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", "Mend or remove the file.") from error


def _place(name: str, given: Mapping[str, Any], file: Mapping[str, Any]) -> str:
    if name in given:
        return f"The flag for {name}"
    if ENV_PREFIX + name.upper() in os.environ:
        return ENV_PREFIX + name.upper()
    return f"{name} in {config_file()}" if name in file else name
