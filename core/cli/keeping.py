"""`brightrun backup`: a consistent copy of the database while everything goes on."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import notice, say, show_json
from core.home import expanded


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, readable=False), metavar="FILE")
@pass_invocation
def backup(invocation: Invocation, file: Path) -> int:
    """Copy the database to a file while everything goes on.

    FILE must not exist yet; the copy is checked.
    """
    from data import opening

    target = expanded(file)
    opening.copy_checked(invocation.ready(), target)
    size = target.stat().st_size
    notice(f"{target} holds the database as it is now, {size / 1_000_000:.1f} MB, and was checked.")
    if invocation.as_json:
        show_json({"file": target, "bytes": size})
    else:
        say(str(target))
    return 0
