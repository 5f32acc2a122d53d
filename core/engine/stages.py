"""What an order has beyond the dialogue: its depth and judge, their templates and settings, and rows to annotate only.

`GenerationService` asks here while it proposes and submits. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.engine.orders import Order
from core.errors import GenerationError, TemplateError
from core.pipeline.work import ANNOTATION, DIALOGUE, JUDGE, TURN, stage_settings
from core.settings.fields import Settings
from core.status import words
from data import conversations, templates
from data.engines import AsyncSession
from data.vocabulary import Method, Status

DEPTHS = ("dialogue", "full")
# An approval was given for what it saw: it is taken back first.
CAN_ANNOTATE = frozenset({Status.GENERATED, Status.REVIEWED, Status.NEEDS_EDIT})
_METHODS = {"simulated": (Method.SIMULATED,), "live": (Method.CLAUDE_API, Method.CLAUDE_BATCH)}


def depth_of(order: Order, settings: Settings) -> str:
    """The depth of an order. Raises GenerationError for one that does not exist."""
    depth = "full" if order.work == "annotate" else order.depth or settings.depth
    if depth not in DEPTHS:
        raise GenerationError(f"There is no depth {depth!r}.", f"Depths are {' and '.join(DEPTHS)}.")
    return depth


def has_judge(order: Order, settings: Settings) -> bool:
    """Whether an order has its conversations judged."""
    return settings.judge if order.judge is None else order.judge


async def stage_templates(
    session: AsyncSession, depth: str, *, judge: bool, turn: bool = False
) -> dict[str, dict[str, Any]]:
    """The templates of the stages beside the dialogue, by stage. Raises TemplateError when one is not there."""
    wanted = [*([TURN] if turn else []), *([ANNOTATION] if depth == "full" else []), *([JUDGE] if judge else [])]
    found: dict[str, dict[str, Any]] = {}
    for stage in [*wanted, "repair"] if wanted else []:
        active = await templates.active(session, stage)
        if not active:
            raise TemplateError(
                f"There is no active template of the stage {stage}.", "Restore its file in prompts/, then run init."
            )
        found[stage] = active[-1]
    return found


def frozen(settings: Settings, depth: str, *, judge: bool, used: Mapping[str, int]) -> dict[str, Any]:
    """What a job freezes for these stages, beside the dialogue's settings; `used` are template versions by stage."""
    of_stages = stage_settings(settings)
    return {
        "depth": depth,
        ANNOTATION: asdict(of_stages[ANNOTATION]),
        "annotation_at_once": settings.annotation_at_once,
        JUDGE: asdict(of_stages[JUDGE]) if judge else None,
        "templates": dict(used),
    }


def models_of(settings: Settings, depth: str, *, judge: bool) -> dict[str, str]:
    """The model of each stage that an order runs."""
    chosen = {DIALOGUE: settings.dialogue_model}  # priced also where it is kept, and then not called
    if depth == "full":
        chosen[ANNOTATION] = settings.annotation_model
    if judge:
        chosen[JUDGE] = settings.judge_model
    return chosen


def why_not_annotate(
    row: Mapping[str, Any], provider: str, annotated: frozenset[str], incomplete: frozenset[str] = frozenset()
) -> str:
    """Why a row cannot be annotated without being written again; empty when it can.

    Of those in `incomplete` some turns lost their annotation: it is completed whoever wrote them, but for practice.
    """
    status = Status(row["status"])
    if status not in CAN_ANNOTATE:
        return f"is {words(status)}" + (": take the approval back first" if status == Status.APPROVED else "")
    if row["conversation_id"] in incomplete and (provider == "live" or row["generation_method"] == Method.SIMULATED):
        return ""
    if row["conversation_id"] in annotated:
        return "is annotated already"
    if row["generation_method"] not in _METHODS[provider]:
        source = {Method.SIMULATED: "a practice text", Method.CLAUDE_API: "written by the live model"}
        return f"is {source.get(row['generation_method'], 'no generated text')}"
    return ""


async def texts_of(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, tuple[Mapping[str, Any], str]]:
    """The dialogues that rows have, as the dialogue stage would have stored them, and the model that wrote each.

    `parts` says of which rows only some turns are done.
    """
    found: dict[str, tuple[Mapping[str, Any], str]] = {}
    for row in rows:
        text = await conversations.text_of(session, row["conversation_id"])
        turns = [{"user": turn["user_input"], "advisor": turn["target_response"]} for turn in text.turns]
        output: dict[str, Any] = {"turns": turns, "repaired": "", "paid_before": row["actual_cost_microusd"] or 0}
        part = (parts or {}).get(row["conversation_id"])
        if part:
            output["part"] = dict(part)
        found[row["conversation_id"]] = (output, row["model"])
    return found
