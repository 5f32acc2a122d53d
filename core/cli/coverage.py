"""`brightrun coverage`: how the plan is spread over two dimensions, against the target shares, with the gaps named."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from core.cli.invocation import Command, Invocation, pass_invocation
from core.cli.output import Column, say, show_json, table

if TYPE_CHECKING:
    from core.planning.coverage import Coverage


@click.command(cls=Command)
@click.option("--rows", "rows_by", metavar="DIM", default="tier", show_default=True, help="The dimension of the rows.")
@click.option("--columns", "columns_by", metavar="DIM", default="persona", show_default=True, help="Of the columns.")
@click.option(
    "--count",
    "shown",
    type=click.Choice(["all", "planned", "generated", "approved"]),
    default="all",
    show_default=True,
    help="What the cells count.",
)
@pass_invocation
def coverage(invocation: Invocation, rows_by: str, columns_by: str, shown: str) -> int:
    """The plan by two dimensions, against its targets.

    Dimensions are those of the query language: tier, persona, arc, start, end, category, intent, tone, role, cluster
    and outcome. Hand-written examples are not counted. "want" is what the target share asks for.
    """
    invocation.ready(create=True)
    found = invocation.run(lambda services: services.coverage.matrix(rows_by, columns_by))
    if invocation.as_json:
        show_json(_document(found))
        return 0
    columns = [Column(rows_by), Column("want", right=True), Column("rows", right=True)]
    columns += [Column(value.label, right=True) for value in found.columns]

    def cell(count: object) -> str:
        figures = asdict(count)  # type: ignore[call-overload]
        if shown != "all":
            return str(figures[shown] or "·")
        return "/".join(str(n) for n in figures.values()) if figures["planned"] else "·"

    lines: list[tuple[object, ...]] = [
        (
            row.label,
            "" if row.want is None else row.want,
            cell(row.count),
            *(cell(found.cell(row.key, column.key)) for column in found.columns),
        )
        for row in found.rows
    ]
    lines.append(("all", "", cell(found.whole), *(cell(column.count) for column in found.columns)))
    if any(column.want is not None for column in found.columns):
        lines.append(("want", "", "", *("" if column.want is None else column.want for column in found.columns)))
    table(columns, lines)
    say()
    for gap in found.gaps:
        say(f"gap: {gap.dimension} {found.label(gap)}: {gap.have} of {gap.want}, {gap.missing} missing")
    for gap in found.unused:
        say(f"unused: no row has {gap.dimension} {found.label(gap)}")
    if not found.gaps:
        say("Every target share is met.")
    return 0


def _document(found: Coverage) -> dict[str, object]:
    def values(which: str) -> list[dict[str, object]]:
        return [
            {"value": v.key, "name": v.label, **asdict(v.count), "want": v.want}
            for v in (found.rows if which == "rows" else found.columns)
        ]

    return {
        "rows_by": found.rows_by,
        "columns_by": found.columns_by,
        "rows": values("rows"),
        "columns": values("columns"),
        "cells": [{"row": row, "column": column, **asdict(count)} for (row, column), count in found.cells.items()],
        "total": asdict(found.whole),
        "gaps": [{**asdict(gap), "missing": gap.missing} for gap in found.gaps],
        "unused": [{"dimension": gap.dimension, "value": gap.value} for gap in found.unused],
        "missing_rows": found.missing,
    }
