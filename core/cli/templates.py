"""`brightrun templates`: the prompt templates in use and their text."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, pairs, say, show_json, table
from core.errors import NotFoundError
from core.text.terminal import safe_text

if TYPE_CHECKING:
    from core.services import Services

_SHOWN = (
    "template_id",
    "name",
    "tier",
    "stage",
    "version",
    "arc_or_family",
    "share",
    "placeholders",
    "quality_profile",
)


@click.group(cls=Group, default="list")
def templates() -> None:
    """See the prompt templates in use."""


@templates.command("list")
@pass_invocation
def list_templates(invocation: Invocation) -> int:
    """The active version of every template."""
    found = _active(invocation)
    if invocation.as_json:
        show_json({"templates": [{name: row[name] for name in _SHOWN} for row in found]})
        return 0
    columns = [
        Column("id"),
        Column("version", right=True),
        Column("tier"),
        Column("for"),
        Column("name", flexible=True),
    ]
    rows = [(row["template_id"], row["version"], row["tier"], row["arc_or_family"], row["name"]) for row in found]
    table(columns, rows, empty="There is no template: brightrun init loads them.")
    return 0


@templates.command("show")
@click.argument("template_id", metavar="ID")
@pass_invocation
def show_template(invocation: Invocation, template_id: str) -> int:
    """The text of a template."""
    known = {row["template_id"]: row for row in _active(invocation)}
    if template_id not in known:
        near = difflib.get_close_matches(template_id, known, 1)
        hint = f"Did you mean {near[0]}?" if near else "brightrun templates list shows all."
        raise NotFoundError(f"There is no template {template_id}.", hint)
    row = known[template_id]
    if invocation.as_json:
        show_json({**{name: row[name] for name in _SHOWN}, "instructions": row["instructions"], "text": row["text"]})
        return 0
    pairs({name.replace("_", " "): row[name] for name in ("template_id", "version", "name", "tier", "arc_or_family")})
    say()
    say(safe_text(row["text"]))
    return 0


def _active(invocation: Invocation) -> list[dict[str, Any]]:
    async def read(services: Services) -> list[dict[str, Any]]:
        from data import templates as stored

        async with services.database.read() as session:
            return await stored.active(session, "dialogue")

    invocation.ready()
    return invocation.run(read)
