"""What one call of the program was given: database, practice, JSON or text; and how its commands reach the services.

The global options are accepted before and after the command, so every command carries them and stores them here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.errors import StorageError
from core.settings.fields import Settings, state_dir

if TYPE_CHECKING:
    from core.browse import Browser
    from core.services import Services
    from data.criteria import Criteria

T = TypeVar("T")


@dataclass
class Invocation:
    """One run of the program."""

    db: str = ""
    simulate: bool = False
    as_json: bool = False

    @property
    def flags(self) -> dict[str, Any]:
        """The settings that the command line overrules."""
        return {"database": self.db or None, "provider": "simulated" if self.simulate else None}

    @cached_property
    def settings(self) -> Settings:
        """The validated settings. Raises SettingsError."""
        from core.settings.model import load

        return load(self.flags)

    @property
    def path(self) -> Path:
        """The database file. Raises SettingsError for what is none."""
        from core.settings.model import database_file

        return database_file(self.settings.database)

    def ready(self, *, create: bool = False) -> Path:
        """The database file, migrated if it is older; with `create` it is made and filled where there is none.

        Raises StorageError when it is missing and may not be created, or is no database of ours.
        """
        from data import opening

        path = self.path
        state = opening.look(path)
        if state is opening.FileState.MISSING and not create:
            raise StorageError(f"There is no database at {path}.", "Run brightrun init.")
        if state is not opening.FileState.CURRENT:
            self.prepare()
        return path

    def prepare(self) -> Any:
        """Create or migrate the database and load the pack, telling each step. Gives the report of `core.setup`."""
        from core.cli.output import ProgressLine, notice
        from core.setup import prepare

        line = ProgressLine()
        try:
            report = prepare(self.settings, lambda step: line.show(0, step))
        finally:
            line.clear()
        if report.created:
            notice(f"Created {self.path}: {report.load.sentence()}.")
            self._compile_first_view()
        elif report.migrated:
            notice(f"{self.path} is of this version now; the backup lies beside it.")
        return report

    def _compile_first_view(self) -> None:
        """Keep the statements of the app's first frame: compiling them there would take longer than all the rest."""
        from core.browse import Browser
        from core.query import parse

        with closing(Browser(self.path, state_dir())) as browser:
            if not browser.restore():
                browser.set_view(parse(""))
                browser.remember()

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The services on a database that is ready."""
        import asyncio

        from core.services import Services

        services = await Services.open(self.settings)
        waiting = asyncio.create_task(services.database.tell_waiting(self._tell_waiting))
        try:
            yield services
        finally:
            waiting.cancel()
            await services.close()

    def _tell_waiting(self) -> None:
        from core.cli.output import notice
        from core.engine.lock import end_silent_worker

        ended = end_silent_worker(self.path)
        if ended is not None:
            notice(f"The worker (process {ended}) was stopped while it held {self.path}: it was ended.")
        else:
            notice(f"Another program holds {self.path} locked; waiting for it…")

    def run(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Do one thing with the services, from plain code."""
        import asyncio

        async def within() -> T:
            async with self.services() as services:
                return await work(services)

        return asyncio.run(within())

    @contextmanager
    def browser(self, criteria: Criteria | None = None) -> Iterator[Browser]:
        """Read access to a database that is ready."""
        from core.browse import Browser
        from data.criteria import Criteria

        browser = Browser(self.path, state_dir())
        browser.set_view(criteria or Criteria())
        try:
            yield browser
        finally:
            browser.close()

    def matching(self, where: str | None, ids: Sequence[str] = ()) -> list[str]:
        """Human ids of the rows that a query finds, in its order. Raises QueryError."""
        if ids:
            return list(dict.fromkeys(ids))
        from core.query import parse

        with self.browser(parse(where or "")) as browser:
            found = browser.ids()
            rows = browser.page(found)
            return [rows[i].conversation_id for i in found if i in rows]


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if isinstance(value, str) and not value.strip():  # an unset variable in a script must not mean the usual database
        raise click.UsageError(f"--{parameter.name} is empty: name a file.")
    if value:
        setattr(context.ensure_object(Invocation), str(parameter.name), value)
    return value


def filled(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse a blank filter of rows that are to be changed: an unset variable in a script must not mean all of them."""
    if value is not None and not value.strip():
        raise click.UsageError(f"--{parameter.name} is empty: name the rows.")
    return value


def global_options() -> list[click.Parameter]:
    """The options that every command takes."""
    return [
        click.Option(["--db", "db"], metavar="PATH", help="The database file.", expose_value=False, callback=_remember),
        click.Option(
            ["--simulate", "simulate"],
            is_flag=True,
            help="Practise: the simulator answers, nothing is spent.",
            expose_value=False,
            callback=_remember,
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            help="Print one JSON document instead of text.",
            expose_value=False,
            callback=_remember,
        ),
    ]


class _Context(click.Context):
    """Names a group's default command as a person calls it: by the group's name alone."""

    @property
    def command_path(self) -> str:
        """The words of the call so far."""
        if self.command.hidden and self.parent is not None:
            return self.parent.command_path
        return super().command_path


class Command(click.Command):
    """A command that takes the global options."""

    context_class = _Context

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params += global_options()


class Group(click.Group):
    """Commands of one area. The one named `default` runs when no other is named; with `open_ended` it also takes words.

    So `brightrun jobs` lists the jobs, and `brightrun import FILE` needs no further word.
    """

    command_class = Command

    def __init__(self, *arguments: Any, default: str = "", open_ended: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params += global_options()
        self.default = default
        self.open_ended = open_ended
        self.no_args_is_help = not default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command's name where none is given."""
        if self.default and not self._names_command(args):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _names_command(self, args: Sequence[str]) -> bool:
        skip = False
        for argument in args:
            if skip:
                skip = False
            elif argument == "--db":
                skip = True
            elif argument in ("--help", "-h") and not self.open_ended:
                return True
            elif not argument.startswith("-"):
                return argument in self.commands or not self.open_ended
            elif argument.split("=")[0] not in ("--db", "--simulate", "--json"):
                return False  # an option of the default command
        return False


Group.group_class = Group
pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
