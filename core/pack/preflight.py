"""Whether every planned row of a pack can be sent: it resolves to one template and renders with nothing left open.

The same resolving and rendering as before a job, on templates read from files; part of `brightrun check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from core.errors import TemplateError
from core.pack.files import Pack
from core.pack.report import CheckReport
from core.prompting.context import PackContext
from core.prompting.files import read_templates
from core.prompting.resolving import Prompt, render_prompt, resolve
from core.seedformat.documents import SeedConversation

MOST_TOKENS, LEAST_PREFIX = 6000, 512  # a shorter prefix is not cached by the service
_EXCERPT_TURN = 1  # the second turn, as in core.prompting.store, which reads it from the database


def check_prompts(
    pack: Pack,
    rows: Iterable[Mapping[str, Any]],
    seeds: Mapping[str, SeedConversation],
    prompts: Path,
    report: CheckReport,
) -> None:
    """Resolve and render all rows that are not seeds, and look at the sizes of what would be sent."""
    try:
        templates = [
            {**template.row(), "id": number, "is_active": True}
            for number, template in enumerate(read_templates(prompts), 1)
            if template.front.stage == "dialogue"
        ]
    except TemplateError as error:
        report.error("prompts", str(error))
        return
    context = _context(pack, seeds)
    rendered: dict[str, list[Prompt]] = {}
    for row in rows:
        if row["tier"] == "seed":
            continue
        try:
            template = resolve(row, templates)
            prompt, _ = render_prompt(row, template, context)
        except TemplateError as error:
            report.error(f"plan.csv, {row['conversation_id']}", str(error))
            continue
        if "${" in prompt.system + prompt.user:
            report.error(f"plan.csv, {row['conversation_id']}", "The rendered prompt still holds a placeholder.")
        rendered.setdefault(template["template_id"], []).append(prompt)
    for template_id, made in rendered.items():
        if len({prompt.system for prompt in made}) > 1:
            report.error(f"prompts, {template_id}", "The cacheable part differs between rows.")
        if made[0].prefix_tokens < LEAST_PREFIX:
            report.error(f"prompts, {template_id}", f"The cacheable part has only {made[0].prefix_tokens} tokens.")
    sizes = [prompt.tokens for made in rendered.values() for prompt in made]
    if sizes:
        report.counts["mean_prompt_tokens"] = round(mean(sizes))
        if mean(sizes) >= MOST_TOKENS:
            report.error("prompts", f"Prompts have {mean(sizes):.0f} tokens on average; keep them under {MOST_TOKENS}.")


def _context(pack: Pack, seeds: Mapping[str, SeedConversation]) -> PackContext:
    return PackContext(
        advisor=pack.advisor.model_dump(),
        personas={entry.key: entry.model_dump() for entry in pack.personas},
        arcs={entry.key: entry.model_dump() for entry in pack.arcs},
        scenarios={entry.key: entry.model_dump() for entry in pack.scenarios},
        edge_cases={entry.key: entry.model_dump() for entry in pack.edge_cases},
        taxonomy=pack.taxonomy,
        facts=pack.facts,
        excerpts={key: _excerpt(conversation) for key, conversation in seeds.items()},
    )


def _excerpt(conversation: SeedConversation) -> str:
    pair = conversation.pairs[min(_EXCERPT_TURN, len(conversation.pairs) - 1)]
    return f"<user>{pair.get('current_user_input', '')}</user>\n<advisor>{pair.get('target_response', '')}</advisor>"
