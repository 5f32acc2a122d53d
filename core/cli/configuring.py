"""`brightrun config`: every setting with its value and where it comes from, and a way to change one."""

from __future__ import annotations

import difflib

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, notice, say, show_json, table
from core.errors import SettingsError


@click.group(cls=Group, default="list")
def config() -> None:
    """See the settings; config set NAME VALUE changes one."""


@config.command("list")
@pass_invocation
def list_settings(invocation: Invocation) -> int:
    """Every setting with its value, its origin and its meaning."""
    from core.settings.fields import FIELDS, config_file
    from core.settings.keys import find_access
    from core.settings.model import origins

    settings = invocation.settings
    where = origins(invocation.flags)
    try:
        access = find_access(settings.key_file)
        key, source = (access.masked, access.source) if access else ("", "not set")
    except SettingsError as error:
        key, source = "", error.message
    if invocation.as_json:
        show_json(
            {
                "file": config_file(),
                "settings": {
                    name: {"value": getattr(settings, name), "origin": where[name], "meaning": spec.metadata["doc"]}
                    for name, spec in FIELDS.items()
                },
                "api_key": {"masked": key, "origin": source},
            }
        )
        return 0
    rows = [(name, _shown(getattr(settings, name)), where[name], spec.metadata["doc"]) for name, spec in FIELDS.items()]
    rows.append(("(API key)", key, source, "never stored by brightrun"))
    columns = [Column("name"), Column("value", flexible=True), Column("from", flexible=True)]
    table([*columns, Column("meaning", flexible=True, optional=True)], rows)
    say()
    say(f"file: {config_file()}")
    return 0


@config.command("set")
@click.argument("name")
@click.argument("value")
@pass_invocation
def set_setting(invocation: Invocation, name: str, value: str) -> int:
    """Write one setting to the settings file."""
    import os

    from core.settings.fields import ENV_PREFIX, FIELDS
    from core.settings.model import load, save

    if name not in FIELDS:
        near = difflib.get_close_matches(name, FIELDS, 1)
        hint = f"Did you mean {near[0]}?" if near else "brightrun config lists all; a key is never a setting."
        raise click.UsageError(f"There is no setting {name!r}. {hint}")
    try:
        valid = getattr(load({name: value}), name)
    except SettingsError as error:
        raise SettingsError(error.message.removeprefix("The flag for "), error.hint) from error
    file = save({name: valid})
    notice(f"{name} is {_shown(valid) or 'empty'} now, in {file}.")
    if ENV_PREFIX + name.upper() in os.environ:
        notice(f"warning: {ENV_PREFIX}{name.upper()} is set and overrules the file.")
    if invocation.as_json:
        show_json({"name": name, "value": valid, "file": file})
    return 0


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
