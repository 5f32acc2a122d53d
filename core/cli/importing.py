"""`brightrun import`: brings files in, lists what came in, and takes an import back as a whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, ProgressLine, ask, complain, count, has_terminal, notice, show_json, table

if TYPE_CHECKING:
    from core.importing.repair import Repair
    from core.importing.report import ImportReport
    from core.services import Services

# As `core.importing.formats` has them; that module is imported only when a command runs.
FORMATS = ("auto", "seed-json", "openai", "anthropic", "sharegpt", "trl", "alpaca", "csv")
SHOWN = 50  # warnings


@click.group("import", cls=Group, default="files", open_ended=True)
def import_() -> None:
    """Bring conversations in; import list, import undo ID."""


@import_.command(
    "files",
    hidden=True,
    epilog="brightrun import list shows what came in; brightrun import undo ID takes an import back.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="PATH...")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="auto", help="What the files are.")
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="HEADING=COLUMN",
    help="A heading of CSV plans as ours; FILE:HEADING=COLUMN of one of them.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--replace", is_flag=True, help="Replace rows that have text; the old text is kept in their history.")
@click.option("--repair", is_flag=True, help="Propose repairs of broken JSON, show the difference, and ask.")
@click.option("--yes", is_flag=True, help="Accept the repairs without asking.")
@pass_invocation
def files(
    invocation: Invocation,
    paths: tuple[Path, ...],
    format_: str,
    mappings: tuple[str, ...],
    dry_run: bool,
    replace: bool,
    repair: bool,
    yes: bool,
) -> int:
    """Bring in conversations, each file whole or not at all.

    What a file holds is told by its content: seed JSON, JSON lines of trainers, or a plan in a table (CSV).
    """
    from core.errors import ImportFileError
    from core.importing.service import Order
    from core.planning.table import columns_of

    repairs = _accepted_repairs(paths, format_, ask_first=not (yes or dry_run)) if repair else {}
    order = Order(replace=replace, format=format_, repairs=repairs, columns=columns_of(mappings))
    invocation.ready(create=True)
    line = ProgressLine()

    async def bring_in(services: Services) -> ImportReport:
        if dry_run:
            return await services.imports.preview(list(paths), order=order, on_progress=line.steps)
        return await services.imports.run(list(paths), order=order, on_progress=line.steps)

    try:
        report = invocation.run(bring_in)
    except ImportFileError:
        line.clear()
        if not repair and len(paths) == 1 and _can_be_mended(paths[0], format_):
            notice("This can be mended: --repair shows the difference and asks.")
        raise
    finally:
        line.clear()
    for warning in report.warnings[:SHOWN]:
        notice(f"warning: {warning}")
    if len(report.warnings) > SHOWN:
        notice(f"… and {count(len(report.warnings) - SHOWN, 'warning')} more; --json has all.")
    for file in report.files if dry_run else ():
        if file.columns:
            read = (f"{title} is {column or 'ignored'}" for title, column in file.columns.items())
            notice(f"{file.file}: {', '.join(read)}.")
    for refusal in report.failures:
        complain(f"{refusal.file}: {refusal.message}", refusal.hint)
    notice(f"{report.sentence()}.")
    if invocation.as_json:
        show_json({**asdict(report), "conversations": report.conversations, "turns": report.turns})
    else:
        columns = [Column("import", right=True), Column("conversations", right=True), Column("turns", right=True)]
        columns += [Column("sentences", right=True), Column("warnings", right=True), Column("file", flexible=True)]
        table(
            columns,
            [
                (f.import_id or "–", f.conversations or len(f.planned), f.turns, f.sentences, len(f.warnings), f.file)
                for f in report.files
            ],
        )
    return 1 if report.failures else 0


def _can_be_mended(path: Path, format_: str) -> bool:
    from core.errors import ImportFileError
    from core.importing.proposals import repairs_of

    try:
        return bool(repairs_of([path], format_))
    except ImportFileError:
        return False


def _accepted_repairs(paths: tuple[Path, ...], format_: str, *, ask_first: bool) -> dict[Path, Repair]:
    """The repairs of those files whose JSON is broken, shown one by one; those that are accepted."""
    from core.importing.proposals import repairs_of

    accepted: dict[Path, Repair] = {}
    if ask_first and not has_terminal():
        raise click.UsageError("There is no terminal to ask on: look with --dry-run, then accept with --yes.")
    for proposal in repairs_of(paths, format_):
        path = proposal.path
        notice(proposal.difference())
        for change in proposal.told():
            notice(f"{path}, {change}.")
        if not ask_first or ask(f"Import {path.name} with {count(len(proposal.changes), 'repair')}?"):
            accepted[path] = proposal
    return accepted


@import_.command("list")
@pass_invocation
def list_imports(invocation: Invocation) -> int:
    """What came in so far, newest first."""
    invocation.ready()
    entries = invocation.run(lambda services: services.imports.list())
    if invocation.as_json:
        show_json({"imports": [asdict(entry) for entry in entries]})
        return 0
    columns = [Column("import", right=True), Column("at"), Column("by"), Column("brought")]
    columns += [Column("taken back"), Column("file", flexible=True)]
    table(
        columns,
        [
            (
                entry.import_id,
                f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
                entry.by,
                _brought(entry.counts),
                f"{entry.undone_at.astimezone():%Y-%m-%d %H:%M}" if entry.undone_at else "",
                entry.file,
            )
            for entry in entries
        ],
        empty="Nothing was imported yet.",
    )
    return 0


def _brought(counts: dict[str, Any]) -> str:
    kinds = {"conversations": "conversation", "planned": "planned row", "chunks": "chunk"}
    return ", ".join(count(counts[name], what) for name, what in kinds.items() if counts.get(name))


@import_.command()
@click.argument("import_id", type=int, metavar="ID")
@pass_invocation
def undo(invocation: Invocation, import_id: int) -> int:
    """Take an import back as a whole."""
    invocation.ready()
    line = ProgressLine()
    try:
        undone = invocation.run(lambda services: services.imports.undo(import_id, on_progress=line.steps))
    finally:
        line.clear()
    notice(f"{undone.sentence()}.")
    if invocation.as_json:
        show_json(asdict(undone))
    return 0
