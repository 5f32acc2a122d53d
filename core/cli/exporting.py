"""`brightrun export`: writes approved conversations for a trainer, previews, verifies, lists and repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, ProgressLine, complain, count, notice, say, show_json, table
from core.home import expanded
from core.text.terminal import safe_text

if TYPE_CHECKING:
    from core.export.request import ExportRequest
    from core.query import Criteria

FORMATS = ("seed-json", "json", "openai", "anthropic", "sharegpt", "trl", "alpaca", "csv", "markdown", "pdf")
PATH = click.Path(path_type=Path, readable=False)


@click.group(cls=Group, default="write", open_ended=True)
def export() -> None:
    """Write approved conversations for training; its history."""


def _shares(_: click.Context, __: click.Parameter, value: str | None) -> tuple[float, float, float] | None:
    if value is None:
        return None
    try:
        parts = [float(part) for part in value.split("/")]
    except ValueError:
        parts = []
    if len(parts) not in (2, 3) or any(part < 0 for part in parts) or abs(sum(parts) - 100) > 1e-6 or not parts[0]:
        raise click.BadParameter("write shares of train, dev and test that add up to 100, as in 80/10/10.")
    return (parts[0] / 100, parts[1] / 100, (parts[2] if len(parts) == 3 else 0.0) / 100)


@export.command("write", hidden=True, epilog="See also: export formats, export history, export again ID.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="What is written; seed-json unless said.")
@click.option("--where", metavar="QUERY", default="", help="Of the approved rows, those that a query finds.")
@click.option("--view", metavar="NAME", default="", help="Of the approved rows, those of a saved view.")
@click.option("--out", type=PATH, default=Path("export"), metavar="DIR", help="Where it goes.")
@click.option("--include-unapproved", is_flag=True, help="Rows that nobody approved too.")
@click.option("--include-simulated", is_flag=True, help="Practice results too; they say so in the files.")
@click.option("--per", type=click.Choice(("conversation", "turn")), help="A record per conversation or per turn.")
@click.option("--system/--no-system", default=True, help="With the advisor's system prompt, or without.")
@click.option("--annotation/--plain", default=None, help="With annotation or without, where the format can.")
@click.option(
    "--split", callback=_shares, metavar="A/B/C", help="Shares of train, dev and test, as 80/10/10; kept for good."
)
@click.option("--balance", multiple=True, metavar="DIM", help="As many rows of each value as the rarest has.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides split and balance.")
@click.option("--context", type=click.IntRange(64), default=4096, show_default=True, help="Warn above so many tokens.")
@click.option("--merge", is_flag=True, help="Of seed-json and markdown: everything in one file.")
@click.option("--overwrite", is_flag=True, help="Replace files of the same names.")
@click.option("--preview", type=click.IntRange(1), metavar="N", help="Print the first N records, write nothing.")
@click.option("--verify", type=PATH, metavar="FILE", help="Check any training file, or a manifest with its files.")
@pass_invocation
def write(
    invocation: Invocation,
    /,
    ids: tuple[str, ...],
    format_: str | None,
    where: str,
    view: str,
    out: Path,
    include_unapproved: bool,
    include_simulated: bool,
    preview: int | None,
    verify: Path | None,
    **options: Any,
) -> int:
    """Write the approved conversations; prints the files.

    What is written is read back and held to the trainer's own rules before it gets its name.
    """
    from dataclasses import replace

    from core.query import parse

    if verify is not None:
        return _verify(invocation, verify, format_ or "")
    if view and where:
        raise click.UsageError("--view and --where both say which rows: give one of them.")
    if view:
        invocation.ready()
    criteria = _of_view(invocation, view) if view else parse(where)
    if ids:
        criteria = replace(criteria, ids=tuple(dict.fromkeys((*criteria.ids, *ids))))
    invocation.ready()
    from core.export.request import ExportRequest

    request = ExportRequest(
        format=format_ or "seed-json",  # type: ignore[arg-type]  # click has checked it
        criteria=criteria,
        folder=expanded(out),
        include_simulated=include_simulated,
        approved_only=not include_unapproved,
        **options,
    )
    _check_ids(invocation, ids)
    return _preview(invocation, request, preview) if preview else _write(invocation, request)


def _of_view(invocation: Invocation, name: str) -> Criteria:
    """What a saved view asks for. Raises NotFoundError for a name that no view has."""
    from core.views import not_found

    views = invocation.run(lambda services: services.views.all())
    found = next((view for view in views if view.name == name), None)
    if found is None:
        raise not_found(name, [view.name for view in views])
    return found.criteria


def _check_ids(invocation: Invocation, ids: Sequence[str]) -> None:
    """An id that nobody knows is a mistake, not a narrower choice."""
    from core.errors import NotFoundError
    from core.query import parse

    if not ids:
        return
    with invocation.browser(parse(f"id:{','.join(ids)}")) as browser:
        found = {row.conversation_id for row in browser.page(browser.ids()).values()}
    missing = [conversation_id for conversation_id in ids if conversation_id not in found]
    if missing:
        raise NotFoundError(f"There is no conversation {missing[0]!r}.", "brightrun plan list shows the ids.")


def _preview(invocation: Invocation, request: ExportRequest, records: int) -> int:
    seen = invocation.run(lambda services: services.export.preview(request, records=records))
    for warning in seen.warnings:
        notice(f"warning: {warning}")
    if invocation.as_json:
        show_json(asdict(seen))
    else:
        for record in seen.records:
            say(safe_text(record))
    notice(f"{count(seen.count, 'conversation')} would be written{_parts(seen.splits)}.")
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
    beside = [path.name for path in result.companions]
    more = f", with {', '.join(beside)} beside" if beside else ""
    notice(f"{count(result.count, 'conversation')} written to {result.folder}{_parts(result.splits)}{more}.")
    return 0


def _parts(splits: dict[str, int]) -> str:
    return f" ({', '.join(f'{number:,} {part}' for part, number in splits.items())})" if splits else ""


def _verify(invocation: Invocation, file: Path, format_: str) -> int:
    from core.export.verifying import examine

    found = examine(expanded(file), format_)
    if invocation.as_json:
        show_json({"file": file, "ok": not found.problems, **asdict(found)})
    for problem in found.problems:
        complain(f"{file}: {problem}")
    for warning in found.warnings:
        notice(f"warning: {file}: {warning}")
    if not found.problems:
        notice(f"No problem was found in {file}: {count(found.records, 'record')}, read as {found.format}.")
    return 1 if found.problems else 0


@export.command("history")
@pass_invocation
def history(invocation: Invocation) -> int:
    """What was written so far, newest first."""
    invocation.ready()
    entries = invocation.run(lambda services: services.export.history())
    if invocation.as_json:
        show_json({"exports": [dict(entry) for entry in entries]})
        return 0
    columns = [Column("id"), Column("at"), Column("by", optional=True), Column("format")]
    table(
        [*columns, Column("conversations", right=True), Column("path", flexible=True)],
        [
            (e["export_id"], f"{e['at'].astimezone():%Y-%m-%d %H:%M}", e["by"], e["format"], e["count"], e["path"])
            for e in entries
        ],
        empty="Nothing was exported yet.",
    )
    return 0


@export.command("again")
@click.argument("export_id", metavar="ID")
@click.option("--out", type=PATH, metavar="DIR", help="Where it goes; the folder of the first time unless said.")
@click.option("--overwrite", is_flag=True, help="Replace files of the same names.")
@pass_invocation
def again(invocation: Invocation, export_id: str, out: Path | None, overwrite: bool) -> int:
    """Write the same conversations in the same form once more."""
    invocation.ready()
    folder = expanded(out) if out else None
    request = invocation.run(lambda services: services.export.again(export_id, folder, overwrite=overwrite))
    changed = invocation.run(lambda services: services.export.changed_since(export_id))
    if changed:
        notice(f"{count(changed, 'conversation')} changed since then; they are written as they are now.")
    return _write(invocation, request)


@export.command("formats")
@pass_invocation
def formats(invocation: Invocation) -> int:
    """What can be written, and for whom."""
    from core.export.catalogue import KINDS

    if invocation.as_json:
        show_json({"formats": [asdict(kind) for kind in KINDS.values()]})
        return 0
    table(
        [Column("format"), Column("name"), Column("what it is", flexible=True)],
        [(kind.name, kind.title, kind.words) for kind in KINDS.values()],
    )
    return 0
