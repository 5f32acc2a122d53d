"""`brightrun views`: the filters that were saved under a name; `brightrun --view NAME` opens one."""

from __future__ import annotations

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, moment, notice, show_json, table


@click.group(cls=Group, default="list")
def views() -> None:
    """Filters under a name; brightrun --view NAME opens one."""


@views.command("list")
@pass_invocation
def list_views(invocation: Invocation) -> int:
    """The saved views with what they ask for."""
    invocation.ready()
    found = invocation.run(lambda services: services.views.all())
    if invocation.as_json:
        show_json(
            {
                "views": [
                    {
                        "name": view.name,
                        "query": view.line,
                        "columns": list(view.columns),
                        "by": view.by,
                        "updated_at": moment(view.updated_at),
                    }
                    for view in found
                ]
            }
        )
        return 0
    columns = [Column("name"), Column("query", flexible=True), Column("by", optional=True)]
    rows = [(view.name, view.line or "(all rows)", view.by) for view in found]
    table(columns, rows, empty="No view is saved: brightrun views save NAME QUERY keeps one.")
    return 0


@views.command("save")
@click.argument("name")
@click.argument("query", default="")
@click.option("--columns", metavar="NAME,…", default="", help="The columns of its table, in order.")
@click.option("--replace", "replace_old", is_flag=True, help="Put it in the place of the view of that name.")
@pass_invocation
def save_view(invocation: Invocation, name: str, query: str, columns: str, replace_old: bool) -> int:
    """Keep a query under a name."""
    from core.query import COLUMN_NAMES, parse

    criteria = parse(query)
    wanted = [column.strip() for column in columns.split(",") if column.strip()]
    unknown = [column for column in wanted if column not in COLUMN_NAMES]
    if unknown:
        raise click.UsageError(f"There is no column {unknown[0]!r}; there are: {', '.join(COLUMN_NAMES)}.")
    invocation.ready()
    saved = invocation.run(lambda services: services.views.save(name, criteria, wanted, replace_old=replace_old))
    notice(f"Saved {saved.name!r}: {saved.line or 'all rows'}.")
    if invocation.as_json:
        show_json({"name": saved.name, "query": saved.line, "columns": list(saved.columns)})
    return 0


@views.command("delete")
@click.argument("name")
@pass_invocation
def delete_view(invocation: Invocation, name: str) -> int:
    """Remove a view. The rows it shows stay."""
    invocation.ready()
    invocation.run(lambda services: services.views.delete(name))
    notice(f"Deleted the view {name!r}.")
    if invocation.as_json:
        show_json({"deleted": name})
    return 0
