"""The `brightrun` program: a subcommand goes to the command line, anything else opens the app.

Imports as little as it can before the first frame. A failure at the start is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

_VALUED = ("--db", "--view")


def main() -> None:
    """Run brightrun. Never returns a traceback to the person; exit code 1 says that it could not start."""
    os.umask(0o077)  # before any file is made: data and logs are for their owner only
    arguments = sys.argv[1:]
    if _wants_command_line(arguments):
        from core.cli import main as command_line

        command_line()
    from core.errors import BrightrunError

    try:
        code = _open_app(_parse(arguments))
    except BrightrunError as error:
        _fail(str(error))
    sys.exit(code)


def _wants_command_line(arguments: list[str]) -> bool:
    """Whether there is a word that is no option, or a plea for help or the version."""
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in ("--help", "-h", "--version") or not argument.startswith("-"):
            return True
        elif argument in _VALUED:
            skip = True
    return False


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("brightrun", add_help=False, allow_abbrev=False)
    parser.add_argument("--db")
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("--view")
    return parser.parse_args(arguments)


def _open_app(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _fail("brightrun's screens need a terminal. The same work goes without one: see brightrun --help.")
    if "SSH_CONNECTION" in os.environ:
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from core.settings.fields import read_quickly

    settings = read_quickly({"database": options.db, "provider": "simulated" if options.simulate else None})
    if "://" in settings.database and not settings.database.startswith("sqlite"):
        _fail("The screens of this version work on a SQLite file. Name one with --db PATH.")
    if options.view:
        from core.query import parse

        parse(options.view)  # a mistake is told before the screen is taken
    from tui.app import BrightrunApp

    flags = {"database": options.db and str(Path(options.db)), "provider": "simulated" if options.simulate else None}
    app = BrightrunApp(settings, view=options.view, flags=flags)
    app.run(mouse=settings.mouse)
    return app.return_code or 0


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"brightrun: {sentence}\n")
    sys.exit(1)
