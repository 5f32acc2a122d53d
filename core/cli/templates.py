"""`brightrun templates`: the prompt templates with what came of each version, and which of them are active."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.invocation import Group, Invocation, pass_invocation
from core.cli.output import Column, notice, pairs, say, show_json, table
from core.text.terminal import safe_line, safe_text

if TYPE_CHECKING:
    from core.services import Services
    from core.templates.service import Rendered
    from core.templates.versions import Results, TemplateVersion

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
_SHARE = re.compile(r"v?(\d+)=(\d+(?:\.\d+)?)%?")


@click.group(cls=Group, default="list")
def templates() -> None:
    """The prompt templates, and what came of each version."""


@templates.command("list")
@click.option("--all", "everything", is_flag=True, help="Former versions, too.")
@pass_invocation
def list_templates(invocation: Invocation, everything: bool) -> int:
    """The active versions and what came of them; ~ is practice."""

    async def read(services: Services) -> list[TemplateVersion]:
        return await services.templates.versions()

    invocation.ready()
    found = [v for v in invocation.run(read) if v.is_active or everything]
    if invocation.as_json:
        show_json({"templates": [_as_json(version) for version in found]})
        return 0
    columns = [
        Column("id"),
        Column("version", right=True),
        Column("active", right=True),
        Column("for", optional=True),
        Column("rows", right=True),
        Column("approved", right=True),
        Column("score", right=True),
        Column("each", right=True),
        Column("name", flexible=True, optional=True),
    ]
    table(columns, [_line(v) for v in found], empty="There is no template: brightrun init loads them.")
    return 0


@templates.command("show")
@click.argument("template_id", metavar="ID")
@click.option("--version", "number", type=int, help="Which version; otherwise the active one.")
@pass_invocation
def show_template(invocation: Invocation, template_id: str, number: int | None) -> int:
    """The text of a template."""

    async def read(services: Services) -> dict[str, Any]:
        return await services.templates.text(template_id, number)

    invocation.ready()
    row = invocation.run(read)
    if invocation.as_json:
        show_json({**{name: row[name] for name in _SHOWN}, "instructions": row["instructions"], "text": row["text"]})
        return 0
    pairs({name.replace("_", " "): row[name] for name in ("template_id", "version", "name", "tier", "arc_or_family")})
    say()
    say(safe_text(row["text"]))
    return 0


@templates.command("diff")
@click.argument("template_id", metavar="ID")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@pass_invocation
def diff_template(invocation: Invocation, template_id: str, old: int | None, new: int | None) -> int:
    """What differs between two versions, or the newest two."""
    invocation.ready()
    first, second, found = invocation.run(lambda services: services.templates.difference(template_id, old, new))
    if invocation.as_json:
        show_json({"template_id": template_id, "old": first, "new": second, **asdict(found)})
        return 0
    notice(f"{template_id} v{first} → v{second}: {found.sentence}.")
    signs = {"same": " ", "gone": "-", "new": "+", "gap": "…"}
    for line in found.lines:
        say(f"{signs[line.kind]} {safe_line(line.text)}")
    return 0


@templates.command("activate")
@click.argument("template_id", metavar="ID")
@click.argument("version", type=int)
@pass_invocation
def activate_template(invocation: Invocation, template_id: str, version: int) -> int:
    """Make one version the only active one."""
    invocation.ready()
    invocation.run(lambda services: services.templates.activate(template_id, version))
    return _told(invocation, template_id)


@templates.command("deactivate")
@click.argument("template_id", metavar="ID")
@click.argument("version", type=int)
@pass_invocation
def deactivate_template(invocation: Invocation, template_id: str, version: int) -> int:
    """Take a version out of use, where another stands in."""
    invocation.ready()
    invocation.run(lambda services: services.templates.deactivate(template_id, version))
    return _told(invocation, template_id)


@templates.command("share")
@click.argument("template_id", metavar="ID")
@click.argument("shares", metavar="VERSION=PERCENT…", nargs=-1, required=True)
@pass_invocation
def share_template(invocation: Invocation, template_id: str, shares: tuple[str, ...]) -> int:
    """Let two versions share the rows: share ID 1=70 2=30."""
    wanted: dict[int, float] = {}
    for text in shares:
        match = _SHARE.fullmatch(text)
        if match is None:
            raise click.UsageError(f"{text!r} is no share: write VERSION=PERCENT, as in 2=30.")
        wanted[int(match[1])] = float(match[2]) / 100
    invocation.ready()
    invocation.run(lambda services: services.templates.share(template_id, wanted))
    return _told(invocation, template_id)


@templates.command("render")
@click.argument("template_id", metavar="ID")
@click.argument("conversation_id", metavar="ROW")
@click.option("--version", "number", type=int, help="Which version; otherwise the active one.")
@pass_invocation
def render_template(invocation: Invocation, template_id: str, conversation_id: str, number: int | None) -> int:
    """The prompt of a row as it would be sent; nothing is sent."""

    async def render(services: Services) -> Rendered:
        return await services.templates.render(template_id, number, conversation_id)

    invocation.ready()
    found = invocation.run(render)
    prompt = found.prompt
    if invocation.as_json:
        figures = {"tokens": prompt.tokens, "cached_tokens": prompt.prefix_tokens, "is_usual": found.is_usual}
        show_json({"conversation_id": conversation_id, "template": found.label, **figures, **asdict(prompt)})
        return 0
    usual = "" if found.is_usual else " This row would be made with another one now."
    notice(
        f"{found.label} with {conversation_id}: about {prompt.tokens:,} tokens, {prompt.prefix_tokens:,} cached.{usual}"
    )
    say(safe_text(f"{prompt.system}\n\n{'─' * 20}\n\n{prompt.user}"))
    return 0


@templates.command("reload")
@pass_invocation
def reload_templates(invocation: Invocation) -> int:
    """Read prompts/ again: a changed file adds a version."""
    invocation.ready()
    found = invocation.run(lambda services: services.templates.reload())
    if invocation.as_json:
        show_json({"reloaded": [asdict(entry) for entry in found]})
        return 0
    for entry in found:
        say(f"{entry.template_id} v{entry.version}: {safe_line(entry.what)}")
    if not found:
        notice("No file differs from its newest version.")
    return 0


def _told(invocation: Invocation, template_id: str) -> int:
    """What is active now."""
    found = [v for v in invocation.run(lambda services: services.templates.versions(template_id)) if v.is_active]
    if invocation.as_json:
        show_json({"template_id": template_id, "active": {str(v.version): v.share for v in found}})
        return 0
    said = " and ".join(f"v{v.version}" + (f" for {v.share:.0%}" if len(found) > 1 else "") for v in reversed(found))
    notice(
        f"{template_id}: {said or 'no version'} is active." if len(found) < 2 else f"{template_id}: {said} are active."
    )
    return 0


def _line(version: TemplateVersion) -> tuple[str, ...]:
    results, sign = version.shown, "~" if version.is_practice else ""
    each = version.cost_each_microusd
    return (
        version.template_id,
        str(version.version),
        f"{version.share:.0%}" if version.is_active else "no",
        version.arc_or_family or version.tier,
        f"{sign}{results.rows}" if results.rows else "–",
        "–" if results.approval is None else f"{results.approval:.0%}",
        "–" if results.score is None else f"{results.score:.1f}",
        "–" if each is None else f"${each / 1_000_000:.4f}",
        version.name,
    )


def _as_json(version: TemplateVersion) -> dict[str, Any]:
    def figures(results: Results) -> dict[str, Any]:
        return {**asdict(results), "approval": results.approval, "gates_passed": results.passed}

    plain = {k: v for k, v in asdict(version).items() if k not in ("live", "practice", "row_id", "reasons")}
    return {
        **plain,
        "reasons": dict(version.reasons),
        "cost_each_microusd": version.cost_each_microusd,
        "live": figures(version.live),
        "practice": figures(version.practice),
    }
