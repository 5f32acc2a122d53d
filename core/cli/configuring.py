"""`brightrun config`: every setting with its value and where it comes from, and a way to change one."""

from __future__ import annotations

from typing import Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, notice, say, show_json, table
from core.errors import BrightrunError, SettingsError


@click.group(cls=Group, default="list")
def config() -> None:
    """See the settings; config set NAME VALUE changes one."""


@config.command("list")
@pass_invocation
def list_settings(invocation: Invocation) -> int:
    """Every setting with its value, its origin and its meaning."""
    from core.settings.changing import listing, secrets
    from core.settings.fields import config_file

    found = listing(invocation.settings, invocation.flags)
    hidden = secrets(invocation.settings)
    if invocation.as_json:
        show_json(
            {
                "file": config_file(),
                "settings": {
                    one.name: {"value": one.value, "origin": one.origin, "meaning": one.meaning} for one in found
                },
                **{one.name.lower().replace(" ", "_"): {"masked": one.masked, "origin": one.origin} for one in hidden},
            }
        )
        return 0
    rows = [(one.name, one.shown, one.origin, one.meaning) for one in found]
    rows += [(f"({one.name})", one.masked, one.origin, "never stored by brightrun") for one in hidden]
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
    return _change(invocation, name, value)


@config.command("unset")
@click.argument("name")
@pass_invocation
def unset_setting(invocation: Invocation, name: str) -> int:
    """Let the default of a setting count again."""
    return _change(invocation, name, None)


def _change(invocation: Invocation, name: str, text: str | None) -> int:
    import os

    from core.settings.changing import check_name, shown, write
    from core.settings.fields import ENV_PREFIX

    try:
        check_name(name)
    except SettingsError as error:
        raise click.UsageError(f"{error.message} {error.hint}") from error
    before = _before(invocation, name)
    file, value = write(name, text)
    if text is None:
        notice(f"{name} is not in {file} any more: its default counts.")
    else:
        notice(f"{name} is {shown(value) or 'empty'} now, in {file}.")
    if ENV_PREFIX + name.upper() in os.environ:
        notice(f"warning: {ENV_PREFIX}{name.upper()} is set and overrules the file.")
    _record(invocation, name, before, value)
    if invocation.as_json:
        show_json({"name": name, "value": value, "file": file})
    return 0


def _before(invocation: Invocation, name: str) -> Any:
    """The value until now; None where the settings cannot be read, which a change may mend."""
    try:
        return getattr(invocation.settings, name)
    except SettingsError:
        return None


def _record(invocation: Invocation, name: str, before: Any, after: Any) -> None:
    """Tell the audit log, where there is a database that can be written; the setting is changed in any case."""
    from core.settings.changing import record
    from data import opening

    try:
        if opening.look(invocation.path) is not opening.FileState.CURRENT:
            return
        invocation.run(lambda services: record(services.database, services.actor, name, before, after))
    except BrightrunError as error:
        notice(f"The audit log was not told: {error}")
