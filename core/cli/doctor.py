"""`brightrun doctor`: the checks of `core.doctor`, one a line, with what to do about what is wrong."""

from __future__ import annotations

from dataclasses import asdict

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import say, show_json, styled
from core.text.terminal import safe_line

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(cls=Command)
@pass_invocation
def doctor(invocation: Invocation) -> int:
    """Check settings, database, pack, key, worker and terminal."""
    from core.doctor import examine

    checks = list(examine(invocation.flags))
    failed = any(check.state == "fail" for check in checks)
    if invocation.as_json:
        show_json({"ok": not failed, "checks": [asdict(check) for check in checks]})
        return 1 if failed else 0
    room = max(len(check.name) for check in checks)
    for check in checks:
        say(f"{styled(f'{check.state:<4}', fg=_COLOURS[check.state])}  {check.name:<{room}}  {safe_line(check.detail)}")
        if check.advice:
            say(f"{'':<{room + 6}}  {safe_line(check.advice)}")
    return 1 if failed else 0
