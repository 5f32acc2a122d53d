"""`brightrun import`: brings files in, lists what came in, and takes an import back as a whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, ProgressLine, complain, notice, show_json, table

if TYPE_CHECKING:
    from core.importing.report import ImportReport
    from core.services import Services

FORMATS = ("seed-json",)


@click.group("import", cls=Group, default="files", open_ended=True)
def import_() -> None:
    """Bring conversations in; import list, import undo ID."""


@import_.command(
    "files",
    hidden=True,
    epilog="brightrun import list shows what came in; brightrun import undo ID takes an import back.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="PATH...")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="seed-json", help="What the files are.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--replace", is_flag=True, help="Replace rows that have text; the old text is kept in their history.")
@pass_invocation
def files(invocation: Invocation, paths: tuple[Path, ...], format_: str, dry_run: bool, replace: bool) -> int:
    """Bring conversations in from files and folders, each file whole or not at all."""
    invocation.ready(create=True)
    line = ProgressLine()

    async def bring_in(services: Services) -> ImportReport:
        if dry_run:
            return await services.imports.preview(list(paths), replace=replace)
        return await services.imports.run(list(paths), replace=replace, on_progress=line.steps)

    try:
        report = invocation.run(bring_in)
    finally:
        line.clear()
    for warning in report.warnings:
        notice(f"warning: {warning}")
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
                (f.import_id or "–", f.conversations, f.turns, f.sentences, len(f.warnings), f.file)
                for f in report.files
            ],
        )
    return 1 if report.failures else 0


@import_.command("list")
@pass_invocation
def list_imports(invocation: Invocation) -> int:
    """What came in so far, newest first."""
    invocation.ready()
    entries = invocation.run(lambda services: services.imports.list())
    if invocation.as_json:
        show_json({"imports": [asdict(entry) for entry in entries]})
        return 0
    columns = [Column("import", right=True), Column("at"), Column("by"), Column("conversations", right=True)]
    columns += [Column("taken back"), Column("file", flexible=True)]
    table(
        columns,
        [
            (
                entry.import_id,
                f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
                entry.by,
                entry.counts.get("conversations", ""),
                f"{entry.undone_at.astimezone():%Y-%m-%d %H:%M}" if entry.undone_at else "",
                entry.file,
            )
            for entry in entries
        ],
        empty="Nothing was imported yet.",
    )
    return 0


@import_.command()
@click.argument("import_id", type=int, metavar="ID")
@pass_invocation
def undo(invocation: Invocation, import_id: int) -> int:
    """Take an import back as a whole."""
    invocation.ready()
    undone = invocation.run(lambda services: services.imports.undo(import_id))
    notice(f"{undone.sentence()}.")
    if invocation.as_json:
        show_json(asdict(undone))
    return 0
