"""`brightrun keys`: every key of the app, and what is wrong with changes to them. The entry adds it to the others.

It lives here because the keymap does; the command line itself knows nothing of screens.
"""

from __future__ import annotations

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, complain, show_json, table
from core.settings.fields import read_key_overrides
from core.settings.file import check_keys
from tui.keymap import COMMANDS, Keymap


@click.command(cls=Command)
@pass_invocation
def keys(invocation: Invocation) -> int:
    """Every key, what it does, and by which id it can be changed.

    Changes stand in the table [keys] of the settings file, as id = "key". Exit code 1 when one cannot be honoured.
    """
    check_keys()
    keymap = Keymap(read_key_overrides())
    if invocation.as_json:
        show_json(
            [
                {"id": c.id, "keys": list(keymap.keys(c.id)), "label": c.label, "does": c.tooltip, "group": c.group}
                for c in COMMANDS
            ]
        )
    else:
        columns = [Column("keys"), Column("does"), Column("id")]
        table(columns, [(keymap.key_list(c.id), c.tooltip, c.id) for c in COMMANDS])
    for problem in keymap.problems:
        complain(problem)
    return 1 if keymap.problems else 0
