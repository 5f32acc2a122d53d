"""`brightrun init` and `brightrun plan`: make the database, show the plan, add rows, clear practice."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.invocation import Command, Group, Invocation, pass_invocation
from core.cli.output import Column, count, notice, pairs, say, show_json, table
from core.cli.plan_rows import COMMANDS


@click.command(cls=Command)
@click.option("--pack", metavar="NAME|DIR", help="The dataset to plan: a pack's name, or a folder with a pack.json.")
@pass_invocation
def init(invocation: Invocation, pack: str | None) -> int:
    """Create the database and load the pack.

    Prints the path of the database. Done again, it only adds what is new in the pack: nothing a person decided is
    undone.
    """
    from dataclasses import replace

    if pack:
        invocation.settings = replace(invocation.settings, pack=pack)
    report = invocation.prepare()
    for warning in report.load.warnings:
        notice(f"warning: {warning}")
    if not report.created:
        new = report.load.added_rows or report.load.template_versions
        notice(f"{invocation.path} was there already; new: {report.load.sentence() if new else 'nothing'}.")
    if invocation.as_json:
        show_json(
            {
                "database": invocation.path,
                "created": report.created,
                "migrated": report.migrated,
                "rows": report.load.added_rows,
                "seed_conversations": report.load.seed_conversations,
                "turns": report.load.turns,
                "sentences": report.load.sentences,
                "template_versions": report.load.template_versions,
                "warnings": list(report.load.warnings),
            }
        )
    else:
        say(str(invocation.path))
    return 0


@click.group(cls=Group, default="list")
def plan() -> None:
    """See the plan, change rows and targets, clear practice."""


@plan.command("list")
@click.option(
    "--where", metavar="QUERY", default="", help='As in the search box: persona:marcus score:<6 "credit card"'
)
@pass_invocation
def list_rows(invocation: Invocation, where: str) -> int:
    """The rows of the plan, all or those that a query finds."""
    from core.cli.rows import row_document, shown_score, shown_status
    from core.query import parse

    criteria = parse(where)
    invocation.ready(create=True)
    with invocation.browser(criteria) as browser:
        ids = browser.ids()
        found = browser.page(ids)
    rows = [found[i] for i in ids if i in found]
    if invocation.as_json:
        show_json({"count": len(rows), "conversations": [row_document(row) for row in rows]})
        return 0
    columns = [Column("#", right=True), Column("id"), Column("persona"), Column("topic", flexible=True)]
    columns += [
        Column("tier", optional=True),
        Column("turns", right=True, optional=True),
        Column("status"),
        Column("score", right=True),
    ]
    table(
        columns,
        [
            (
                row.number,
                row.conversation_id,
                row.persona_name,
                row.topic,
                row.tier,
                row.turn_count or row.target_turns,
                shown_status(row),
                shown_score(row),
            )
            for row in rows
        ],
        empty=f"No row matches {where}." if where else "The plan is empty: brightrun plan add FILE.csv fills it.",
    )
    return 0


@plan.command("show")
@click.argument("conversation_id", metavar="ID")
@pass_invocation
def show_row(invocation: Invocation, conversation_id: str) -> int:
    """What is planned for one row."""
    from core.cli.rows import PLANNED, whole

    invocation.ready(create=True)
    row = invocation.run(lambda services: whole(services, conversation_id))["conversation"]
    if invocation.as_json:
        show_json({name: row[name] for name in PLANNED})
        return 0
    pairs({name.replace("_", " "): row[name] for name in PLANNED if name != "client_profile"})
    if row["client_profile"]:
        say()
        pairs({f"client {name}".replace("_", " "): value for name, value in row["client_profile"].items()})
    return 0


@plan.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), metavar="FILE.csv")
@click.option("--map", "mappings", multiple=True, metavar="HEADING=COLUMN", help="A heading of the file as ours.")
@pass_invocation
def add(invocation: Invocation, file: Path, mappings: tuple[str, ...]) -> int:
    """Add the rows of a CSV file to the plan, all or none.

    Headings of your own are mapped: --map "Client=persona"; --map "Remarks=" leaves one out. Numbers and ids are made
    where the file has none; emotions and turns are taken from the arc where a row leaves them open.
    """
    from core.planning.table import columns_of

    columns = columns_of(mappings)
    invocation.ready(create=True)
    added = invocation.run(lambda services: services.planner.add_rows(file, columns))
    notice(f"{count(added, 'row')} added.")
    if invocation.as_json:
        show_json({"added": added})
    return 0


@plan.command()
@click.option("--simulated", is_flag=True, help="The practice results: their rows are planned again.")
@pass_invocation
def reset(invocation: Invocation, simulated: bool) -> int:
    """Return practice results to planned.

    Their text is kept in the history of each row.
    """
    if not simulated:
        raise click.UsageError("Say what is to be returned to planned: --simulated.")
    invocation.ready()
    cleared = invocation.run(lambda services: services.review.clear_practice())
    notice(f"{count(cleared, 'practice result')} returned to planned.")
    if invocation.as_json:
        show_json({"cleared": cleared})
    return 0


for command in COMMANDS:
    plan.add_command(command)
