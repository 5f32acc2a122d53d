"""The validated settings, each with its origin, and the writer of the settings file.

Loaded after the first frame (pydantic-settings costs more than the frame itself).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BeforeValidator, Field, ValidationError, create_model
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core.errors import SettingsError
from core.home import expanded
from core.settings.fields import ENV_PREFIX, FIELDS, Settings, config_file
from core.settings.file import check_keys, file_values, unreadable
from core.text.redaction import redacted


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
        # What comes from the environment is text, also where the choices are numbers.
        kind: Any = Literal[choices] if choices else hints[name]
        if choices and hints[name] is not str:
            kind = Annotated[kind, BeforeValidator(_as_number)]
        bounds = {k: v for k, v in spec.metadata.items() if k in ("ge", "le")}
        default = (
            {"default": spec.default} if spec.default is not MISSING else {"default_factory": spec.default_factory}
        )
        definitions[name] = (kind, Field(description=spec.metadata["doc"], **default, **bounds))
    return create_model("SettingsModel", __base__=_Sources, **definitions)


def _as_number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


def load(flags: Mapping[str, Any] | None = None) -> Settings:
    """The settings from file, environment and flags, validated.

    Raises SettingsError naming the setting, its value and where it was set.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None and name in FIELDS}
    file = file_values()
    unknown = sorted(set(file) - set(FIELDS) - {"prices", "keys"})
    if unknown:
        raise SettingsError(
            f"{config_file()} sets {', '.join(unknown)}, which brightrun does not know.",
            "brightrun config lists all settings.",
        )
    check_keys()
    try:
        valid = _model()(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise _refused(name, first.get("input"), _must(name), given, file) from error
    values = {name: getattr(valid, name) for name in FIELDS}
    for name in ("database", "reviewer"):
        if not values[name].strip():
            raise _refused(name, values[name], "must not be empty", given, file)
    for name in ("key_file", "smtp_password_file"):
        # The key itself, which is shown and stored nowhere; a file may be called like one.
        if redacted(values[name]) != values[name] and not _is_file(values[name]):
            raise SettingsError(
                f"{_place(name, given, file)} holds an API key; it must name a file.",
                "Put the key into a file that only you can read (chmod 600), and name that file.",
            )
    if values["simulator_faults"]:
        _check_faults(values["simulator_faults"], given, file)
    values["database"] = values["database"].removeprefix("sqlite:///")
    return Settings(**values)


def _is_file(name: str) -> bool:
    try:
        return expanded(name).is_file()
    except (OSError, RuntimeError):  # longer than any name, or in the home of nobody
        return False


def database_file(name: str) -> Path:
    """The path of a database that is named by file. Raises SettingsError for the address of a server."""
    if "://" in name:
        raise SettingsError(
            f"{name.split('://')[0]} databases are not available in this version.", "Name a SQLite file with --db PATH."
        )
    return expanded(name)


def _check_faults(text: str, given: Mapping[str, Any], file: Mapping[str, Any]) -> None:
    from core.providers.simulator.faults import Faults

    try:
        Faults.parse(text)
    except SettingsError as error:
        place = _place("simulator_faults", given, file)
        raise SettingsError(f"{place} is {text!r}. {error.message}", error.hint) from error


def _refused(name: str, value: object, must: str, given: Mapping[str, Any], file: Mapping[str, Any]) -> SettingsError:
    return SettingsError(
        f"{_place(name, given, file)} is {value!r}; it {must}.", f"It means: {FIELDS[name].metadata['doc']}."
    )


def _must(name: str) -> str:
    """What a value of a setting must be, in words."""
    bounds, kind = FIELDS[name].metadata, str(FIELDS[name].type)
    if "choices" in bounds:
        *most, last = [str(choice) or "empty" for choice in bounds["choices"]]
        return f"must be {', '.join(most)} or {last}" if most else f"must be {last}"
    if kind == "bool":
        return "must be true or false"
    if kind == "str":
        return "must be a text in quotation marks"
    number = "a whole number" if kind == "int" else "a number"
    if "ge" in bounds and "le" in bounds:
        return f"must be {number} from {bounds['ge']:,} to {bounds['le']:,}"
    return f"must be {number} from {bounds['ge']:,} on" if "ge" in bounds else f"must be {number}"


def save(values: Mapping[str, Any]) -> Path:
    """Write settings to the settings file, keeping everything else in it; None takes a line out.

    Raises SettingsError when that fails.
    """
    import tomlkit  # most sessions never write a setting, and it is a megabyte
    from tomlkit.exceptions import TOMLKitError

    path = config_file()
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        for name, value in values.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".new")
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.",
            f"Check its permissions, or set the value in the environment, as {ENV_PREFIX}{next(iter(values)).upper()}.",
        ) from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    return path


def _place(name: str, given: Mapping[str, Any], file: Mapping[str, Any]) -> str:
    if name in given:
        return f"The flag for {name}"
    if ENV_PREFIX + name.upper() in os.environ:
        return ENV_PREFIX + name.upper()
    return f"{name} in {config_file()}" if name in file else name
