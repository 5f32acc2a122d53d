"""The `brightrun` program: a subcommand goes to the command line, anything else opens the app.

Imports as little as it can before the first frame. A failure at the start is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from core.home import expanded

_VALUED = ("--db", "--view")


def main() -> None:
    """Run brightrun. Never returns a traceback to the person; exit code 1 says that it could not start."""
    gc.disable()  # what is loaded for the first frame stays: looking through it for garbage costs a tenth of the start
    os.umask(0o077)  # before any file is made: data and logs are for their owner only
    arguments = sys.argv[1:]
    if _wants_command_line(arguments):
        gc.enable()
        from core.cli import main as command_line
        from core.cli.commands import brightrun
        from tui.cli import keys

        brightrun.add_command(keys)
        command_line()
    from core.errors import BrightrunError

    try:
        code = _open_app(_parse(arguments))
    except BrightrunError as error:
        pointed = str(getattr(error, "pointed", ""))  # of a query: where the mistake is
        _fail("\n  ".join((str(error), *pointed.splitlines())))
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


@dataclass(frozen=True)
class _Options:
    """What may stand before the app opens."""

    db: str | None = None
    view: str | None = None
    simulate: bool = False


def _parse(arguments: list[str]) -> _Options:
    """Read the three options of the app by hand: argparse would cost a fiftieth of the whole start."""
    found: dict[str, str] = {}
    simulate = False
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name == "--simulate" and not equals:
            simulate = True
        elif name in _VALUED and (equals or rest):
            found[name] = value if equals else rest.pop(0)
        else:
            sys.stderr.write(f"brightrun: {name} is no option, or its value is missing. See brightrun --help.\n")
            sys.exit(2)
    return _Options(found.get("--db"), found.get("--view"), simulate)


def _open_app(options: _Options) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _fail("brightrun's screens need a terminal. The same work goes without one: see brightrun --help.")
    if "SSH_CONNECTION" in os.environ:
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]  # set but empty means nothing (no-color.org)
    _load_asyncio()
    from core.settings.fields import read_quickly

    settings = read_quickly({"database": options.db, "provider": "simulated" if options.simulate else None})
    if "://" in settings.database and not settings.database.startswith("sqlite"):
        _fail("The screens of this version work on a SQLite file. Name one with --db PATH.")
    try:
        expanded(settings.database.removeprefix("sqlite:///")).resolve()
    except (OSError, RuntimeError) as error:  # links in a circle, a home that nobody has
        _fail(f"{settings.database} names no file: {error}. Name one with --db PATH.")
    view, columns = options.view, None
    if view:
        from core.views import find

        # A mistake is told before the screen is taken.
        view, columns = find(expanded(settings.database.removeprefix("sqlite:///")), view)
    from tui.app import BrightrunApp

    flags = {"database": options.db and str(Path(options.db)), "provider": "simulated" if options.simulate else None}
    app = BrightrunApp(settings, view=view, columns=columns, flags=flags)
    app.run(mouse=settings.mouse)
    return app.return_code or 0


def _load_asyncio() -> None:
    """Load asyncio without TLS, which it can do without and costs the app 2.5 MB: the app itself calls nobody.

    Whoever asks for `ssl` later gets it; worker and helpers are processes of their own.
    """
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"brightrun: {sentence}\n")
    sys.exit(1)
