"""`brightrun export`: writes approved conversations for a trainer, previews and verifies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, ProgressLine, complain, count, notice, say, show_json, table
from core.text.terminal import safe_text

if TYPE_CHECKING:
    from core.export.request import ExportRequest

FORMATS = ("seed-json", "openai")


@click.group(cls=Group, default="write", open_ended=True)
def export() -> None:
    """Write approved conversations for training; export history."""


@export.command("write", hidden=True, epilog="brightrun export history shows what was written.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="seed-json", help="What is written.")
@click.option("--where", metavar="QUERY", default="", help="Of the approved rows, those that a query finds.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, readable=False),
    default=Path("export"),
    metavar="DIR",
    help="Where it goes.",
)
@click.option("--include-simulated", is_flag=True, help="Practice results too; they say so in the files.")
@click.option("--merge", is_flag=True, help="Of seed-json: everything in one file.")
@click.option("--preview", type=click.IntRange(1), metavar="N", help="Print the first N records, write nothing.")
@click.option(
    "--verify",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Check a written file or manifest.",
)
@pass_invocation
def write(
    invocation: Invocation,
    format_: str,
    where: str,
    out: Path,
    include_simulated: bool,
    merge: bool,
    preview: int | None,
    verify: Path | None,
) -> int:
    """Write the approved conversations; prints the files.

    What is written is read back and held to the trainer's own rules before it gets its name.
    """
    from core.query import parse

    if verify is not None:
        return _verify(invocation, verify)
    criteria = parse(where)
    invocation.ready()
    from core.export.request import ExportRequest

    request = ExportRequest(
        format=format_,  # type: ignore[arg-type]  # click has checked it
        criteria=criteria,
        folder=out.expanduser(),
        include_simulated=include_simulated,
        merge=merge,
    )
    return _preview(invocation, request, preview) if preview else _write(invocation, request)


def _preview(invocation: Invocation, request: ExportRequest, records: int) -> int:
    seen = invocation.run(lambda services: services.export.preview(request, records=records))
    for warning in seen.warnings:
        notice(f"warning: {warning}")
    if invocation.as_json:
        show_json(asdict(seen))
    else:
        for record in seen.records:
            say(safe_text(record))
    notice(f"{count(seen.count, 'conversation')} would be written.")
    return 0


def _write(invocation: Invocation, request: ExportRequest) -> int:
    line = ProgressLine()
    try:
        result = invocation.run(lambda services: services.export.write(request, on_progress=line.steps))
    finally:
        line.clear()
    for warning in result.warnings:
        notice(f"warning: {warning}")
    if invocation.as_json:
        show_json(asdict(result))
    else:
        for file in [*result.files, result.manifest]:
            say(safe_text(str(file)))
    notice(f"{count(result.count, 'conversation')} written to {result.folder}.")
    return 0


def _verify(invocation: Invocation, file: Path) -> int:
    from core.export.verifying import verify

    problems = verify(file.expanduser())
    if invocation.as_json:
        show_json({"file": file, "ok": not problems, "problems": list(problems)})
    for problem in problems:
        complain(f"{file}: {problem}")
    if not problems:
        notice(f"No problem was found in {file}.")
    return 1 if problems else 0


@export.command("history")
@pass_invocation
def history(invocation: Invocation) -> int:
    """What was written so far, newest first."""
    invocation.ready()
    entries = invocation.run(lambda services: services.export.history())
    if invocation.as_json:
        show_json({"exports": [dict(entry) for entry in entries]})
        return 0
    columns = [Column("at"), Column("by"), Column("format"), Column("conversations", right=True)]
    table(
        [*columns, Column("path", flexible=True)],
        [(f"{e['at'].astimezone():%Y-%m-%d %H:%M}", e["by"], e["format"], e["count"], e["path"]) for e in entries],
        empty="Nothing was exported yet.",
    )
    return 0
