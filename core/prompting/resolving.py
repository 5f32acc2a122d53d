"""Which template a row is made with, and the rendered prompt: the preflight of every job.

A row resolves to the template of its arc or family, else to the generic one of its tier, never silently to another.
Where two versions are active the version is drawn by share, the same for the same row and job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import TemplateError
from core.prompting.context import PackContext, row_values, template_values
from core.prompting.files import split_parts
from core.prompting.rendering import render
from core.text.tokens import most_tokens, usual_tokens

VARIATION = "variation"  # the stage of templates for rows that vary another conversation


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt: the cacheable system part and the user part."""

    system: str
    user: str

    @property
    def tokens(self) -> int:
        """Estimated input tokens."""
        return usual_tokens(self.system) + usual_tokens(self.user)

    @property
    def most_tokens(self) -> int:
        """More input tokens than this prompt can have."""
        return most_tokens(self.system) + most_tokens(self.user)

    @property
    def prefix_tokens(self) -> int:
        """Estimated tokens of the cacheable part."""
        return usual_tokens(self.system)


def after_material(material: str, user: str) -> str:
    """The user part of a prompt behind what it is given of source documents, if anything."""
    return f"{material}\n\n{user}" if material else user


def resolve(row: Mapping[str, Any], active: Sequence[Mapping[str, Any]], *, draw: str = "") -> Mapping[str, Any]:
    """The template version for a row, from the active versions of the dialogue stage.

    `draw` seeds the draw between versions. Raises TemplateError when no template fits, or several do.
    """
    if row.get("variation_of"):
        return _of_variations(row, active, draw)
    active = [t for t in active if t.get("stage") != VARIATION]
    arc, tier = row["arc_id"], row["tier"]
    own = [t for t in active if arc and t["arc_or_family"] == arc]
    fitting = own or [t for t in active if not t["arc_or_family"] and t["tier"] == tier]
    if not fitting:
        what = "Seeds are hand-written." if tier == "seed" else f"Add a template for tier {tier} to prompts/."
        raise TemplateError(f"{row['conversation_id']}: no active template for arc {arc!r} or tier {tier!r}.", what)
    if len({t["template_id"] for t in fitting}) > 1:
        names = ", ".join(sorted({t["template_id"] for t in fitting}))
        raise TemplateError(
            f"{row['conversation_id']}: several templates fit ({names}).", "Deactivate all but one of them."
        )
    if len(fitting) == 1:
        return fitting[0]
    return _drawn(fitting, f"{row['conversation_id']}|{draw}")


def _of_variations(row: Mapping[str, Any], active: Sequence[Mapping[str, Any]], draw: str) -> Mapping[str, Any]:
    fitting = [t for t in active if t["stage"] == VARIATION]
    if not fitting:
        raise TemplateError(
            f"{row['conversation_id']}: no active template for variations.",
            "Restore prompts/variation.md, then run brightrun init.",
        )
    return fitting[0] if len(fitting) == 1 else _drawn(fitting, f"{row['conversation_id']}|{draw}")


def _drawn(versions: Sequence[Mapping[str, Any]], seed: str) -> Mapping[str, Any]:
    shares = [max(0.0, float(v["share"])) for v in versions]
    total = sum(shares) or float(len(versions))
    point = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") / 2**64 * total
    for version, share in zip(versions, shares, strict=True):
        point -= share if sum(shares) else 1.0
        if point < 0:
            return version
    return versions[-1]


def render_prompt(
    row: Mapping[str, Any],
    template: Mapping[str, Any],
    pack: PackContext,
    *,
    note: str = "",
    more: Mapping[str, str] | None = None,
    material: str = "",
) -> tuple[Prompt, dict[str, str]]:
    """The prompt of a row, and the values it was rendered with; `more` are values beyond plan and pack.

    `material` is fenced text of source documents (`core.chunks.material`). It is put before the user part as it is,
    never rendered, so that the cached part stays the same and what the prompt itself says comes last.

    Raises TemplateError naming the placeholder that has no value. The system part may use only values that are the
    same for all rows of the template; a row's own value there would break caching, so it counts as unknown.
    """
    what = f"{row['conversation_id']} with template {template['name']} version {template['version']}"
    system_text, user_text = split_parts(template["text"])
    shared = template_values(template, pack)
    own = row_values(row, pack, note=note) | dict(more or {})
    user = render(user_text, {**shared, **own}, what=what)
    systems: dict[Any, str] = pack.derived.setdefault("systems", {})
    key = (system_text, id(shared))  # `shared` is kept with the pack
    if key not in systems:
        systems[key] = render(system_text, shared, what=what)
    return Prompt(systems[key], after_material(material, user)), own
