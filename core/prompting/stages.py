"""Renders the prompts of single stages: annotation of a turn, a turn written again, judge, and repair of an answer.

`core.pipeline` calls these. The system part holds only what is the same for all conversations of a pack, so that it is
cached once; what belongs to the conversation stands in the user part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.prompting.context import PackContext, row_values, template_values
from core.prompting.files import split_parts
from core.prompting.rendering import render
from core.prompting.resolving import Prompt, after_material

FIRST_TURN = "Nothing yet: this is the first turn."
LAST_TURN = "Nothing: this is the last turn."
NO_BOUNDARY = "Boundary: none, this is no edge case"


def render_annotation(
    row: Mapping[str, Any],
    template: Mapping[str, Any],
    pack: PackContext,
    exchanges: Sequence[tuple[str, str]],
    number: int,
    sentences: Sequence[str],
) -> Prompt:
    """The prompt for one turn (from 1) of a conversation given as (client, advisor). Raises TemplateError."""
    return _rendered(
        row,
        template,
        pack,
        {
            "turn_number": str(number),
            "turn_count": str(len(exchanges)),
            "sentence_count": str(len(sentences)),
            "conversation_so_far": told(exchanges[: number - 1]) or FIRST_TURN,
            "client_message": exchanges[number - 1][0],
            "numbered_sentences": "\n".join(f"{n}. {sentence}" for n, sentence in enumerate(sentences, 1)),
        },
    )


def render_turn(
    row: Mapping[str, Any],
    template: Mapping[str, Any],
    pack: PackContext,
    exchanges: Sequence[tuple[str, str]],
    number: int,
    *,
    note: str = "",
    material: str = "",
) -> Prompt:
    """The prompt that has turn `number` (from 1) of a conversation written again. Raises TemplateError."""
    own = row_values(row, pack, note=note)
    prompt = _rendered(
        row,
        template,
        pack,
        {
            "turn_number": str(number),
            "turn_count": str(len(exchanges)),
            "conversation_before": told(exchanges[: number - 1]) or FIRST_TURN,
            "former_turn": told(exchanges[number - 1 : number], number),
            "conversation_after": told(exchanges[number:], number + 1) or LAST_TURN,
            "boundary_lines": boundary_lines(own),
            "reviewer_note": own["reviewer_note"],
        },
    )
    return Prompt(prompt.system, after_material(material, prompt.user))


def boundary_lines(own: Mapping[str, str]) -> str:
    """Boundary and referrals of an edge case, or that there are none; `own` are the values of the row."""
    return f"Boundary: {own['boundary']}\nReferrals: {own['referrals']}" if own["boundary"] else NO_BOUNDARY


def render_judge(
    row: Mapping[str, Any], template: Mapping[str, Any], pack: PackContext, exchanges: Sequence[tuple[str, str]]
) -> Prompt:
    """The prompt that has a whole conversation judged. Raises TemplateError."""
    boundary = boundary_lines(row_values(row, pack))
    return _rendered(row, template, pack, {"conversation": told(exchanges), "boundary_lines": boundary})


def render_repair(template: Mapping[str, Any], *, request: str, former_answer: str, error: str, form: str) -> Prompt:
    """The prompt that gives an error back once. Raises TemplateError."""
    system, user = split_parts(template["text"])
    values = {"request": request, "former_answer": former_answer or "(empty)", "error": error, "form": form}
    what = f"{template['name']} version {template['version']}"
    return Prompt(render(system, {}, what=what), render(user, values, what=what))


def _rendered(
    row: Mapping[str, Any], template: Mapping[str, Any], pack: PackContext, values: Mapping[str, str]
) -> Prompt:
    what = f"{row['conversation_id']} with {template['name']} version {template['version']}"
    system, user = split_parts(template["text"])
    shared = template_values(template, pack)
    return Prompt(
        render(system, shared, what=what), render(user, {**shared, **row_values(row, pack), **values}, what=what)
    )


def told(exchanges: Sequence[tuple[str, str]], first: int = 1) -> str:
    """Exchanges as prompts show them, numbered from `first`."""
    return "\n".join(
        f'<turn number="{n}">\n<user>{user}</user>\n<advisor>{advisor}</advisor>\n</turn>'
        for n, (user, advisor) in enumerate(exchanges, first)
    )
