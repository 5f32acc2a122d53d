"""The command line: everything the app can do, without a screen. Called by the `brightrun` program and `python -m`.

stdout is data, stderr is for people; exit code 0 done, 1 something failed (named on stderr), 2 wrong usage. A person
never sees a traceback. Heavy imports happen inside the commands, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code."""
    os.umask(0o077)  # before any file is made: data and logs are for their owner only
    if sys.stdout is None or sys.stderr is None:  # closed by whoever called us
        _open_closed_streams()
    code = run(sys.argv[1:] if argv is None else argv)
    try:
        sys.stdout.flush()
    except OSError:  # the reader had enough, as `head` does; or it failed before, and that was told
        _silence_stdout()
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command and give its exit code. Never raises, whatever happens inside."""
    try:
        return _run(argv)
    except KeyboardInterrupt:  # also one that comes while modules are loaded
        return INTERRUPTED


def _run(argv: Sequence[str]) -> int:
    import click

    from core.cli.commands import brightrun
    from core.cli.output import complain, flush
    from core.errors import BrightrunError

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal without UTF-8 shows question marks, not a failure
    try:
        code = brightrun.main(list(argv), prog_name="brightrun", standalone_mode=False)
        flush()
        return int(code or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrightrunError as error:
        pointed = getattr(error, "pointed", "")  # of a query: where the mistake is
        complain(error.message, "\n  ".join([error.hint, *pointed.split("\n")]) if pointed else error.hint)
        return 1
    except click.Abort:  # click's word for an interruption
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception as error:  # noqa: BLE001  the last resort: a sentence for the person, the details for the log
        if isinstance(error, UnicodeEncodeError) and any(map(_is_no_text, argv)):
            complain("An argument is not UTF-8 text.", "Write it in UTF-8.")
        elif isinstance(error, OverflowError) and "SQLite INTEGER" in str(error):
            complain("A number is larger than any that a database holds.", "Write a smaller one.")
        else:
            complain(_unexpected(error))
        return 1


def _is_no_text(argument: str) -> bool:
    """Whether bytes came that the locale cannot read: Python carries them as what no file or database takes."""
    return any("\ud800" <= letter <= "\udfff" for letter in argument)


def _silence_stdout() -> None:
    """Nobody reads any more: what is still buffered goes nowhere instead of failing at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed_streams() -> None:
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  stays open as long as the process
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere


def _unexpected(error: Exception) -> str:
    """Write the details of a defect of ours to the log and give the sentence for the person."""
    import traceback
    from datetime import UTC, datetime

    from core.settings.fields import state_dir

    sentence = f"An unexpected {type(error).__name__} stopped brightrun"
    path = state_dir() / "brightrun.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "w", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {''.join(traceback.format_exception(error))}\n")
    except OSError:
        return f"{sentence}; its log {path} cannot be written."
    return f"{sentence}; {path} has the details."
