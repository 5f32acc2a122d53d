"""Orders about texts that are there: written again with a note, one turn of them, or what their annotation lacks.

`GenerationService` asks here while it proposes and submits. Nothing is stored here, and no model is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.chunks.material import MaterialSettings, material_of
from core.engine.orders import Order
from core.errors import GenerationError
from core.pipeline.estimate import estimate
from core.pipeline.expected import after_dialogue, price_later
from core.pipeline.work import ANNOTATION, TURN
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.stages import render_turn
from core.providers.pricing import Price
from core.rewriting.note import prompt_note
from core.rewriting.storing import read_former
from core.rewriting.turns import is_annotated, said_by
from core.settings.fields import Settings
from core.status import CAN_REGENERATE, words
from data import conversations
from data.engines import AsyncSession, Database
from data.vocabulary import Method, Status

_LIVE = (Method.CLAUDE_API, Method.CLAUDE_BATCH)


def why_not_again(row: Mapping[str, Any], provider: str) -> str:
    """Why a text cannot be written again, whole or in part; empty when it can."""
    status = Status(row["status"])
    if status == Status.APPROVED:
        return "is approved: reopen it first (U)"
    if status not in CAN_REGENERATE or not row["turn_count"]:
        return f"is {words(status)}"
    if provider == "simulated" and row["generation_method"] != Method.SIMULATED:
        return "is no practice text: practice does not replace it"
    return ""


async def notes_of(session: AsyncSession, order: Order, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each prompt is told of the former version: the person's words and the gates that failed."""
    fixed = dict(order.notes)
    found: dict[str, str] = {}
    for row in rows:
        name = row["conversation_id"]
        if name in fixed:
            found[name] = fixed[name]
            continue
        if order.work not in ("regenerate", TURN):
            found[name] = order.note
            continue
        quality = await conversations.quality_of(session, name) or {}
        findings = list(quality.get("findings") or ())
        opening = ""
        if row["turn_count"]:
            text = await conversations.text_of(session, name)
            place = max(0, order.turn - 1) if order.work == TURN else 0
            opening = text.turns[min(place, len(text.turns) - 1)]["target_response"] if text.turns else ""
        said = [order.note]
        if order.work == TURN:
            findings = [f for f in findings if f.get("turn") == order.turn]
        else:
            said += [row["reviewer_notes"], row["verdict_reason"] if row["verdict_reason"] != "other" else ""]
        found[name] = prompt_note(said, findings, opening=opening)
    return found


async def parts_of(
    session: AsyncSession, order: Order, rows: Sequence[Mapping[str, Any]], depth: str
) -> dict[str, dict[str, Any]]:
    """For rows of which only some turns are done: which one is written again, and which are annotated."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        former = await read_former(session, row)
        if order.work == TURN:
            annotate = [order.turn] if depth == "full" else []
            found[row["conversation_id"]] = {"rewrite": order.turn, "annotate": annotate}
        elif order.work == "annotate":
            told = [is_annotated(pair) for pair in former.pairs]
            lacking = {number for number, has in zip(former.numbers, told, strict=True) if not has}
            if any(told) and (wanted := sorted({*former.stale, *lacking})):
                found[row["conversation_id"]] = {"rewrite": 0, "annotate": wanted}
    return found


async def incomplete_of(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Which of these conversations have turns that lost their annotation since their words were changed."""
    found = set()
    for row in rows:
        quality = await conversations.quality_of(session, row["conversation_id"]) or {}
        if any(finding.get("check") == "annotation_stale" for finding in quality.get("findings") or ()):
            found.add(row["conversation_id"])
    return frozenset(found)


@dataclass(frozen=True)
class Priced:
    """What the price of an order about some turns of a text depends on."""

    order: Order
    note: str
    annotate: Sequence[int]  # turns that are annotated
    is_written: bool  # no turn is written, or it is stored already
    pack: PackContext
    later: Mapping[str, Mapping[str, Any]]  # templates by stage
    prices: Mapping[str, Price]


def template_of_part(
    row: Mapping[str, Any],
    order: Order,
    later: Mapping[str, Mapping[str, Any]],
    active: Sequence[Mapping[str, Any]],
) -> Mapping[str, Any]:
    """The template that an order about some turns of a text names: of the turn, or of the text as it was written."""
    if order.work == TURN:
        return later[TURN]
    written = next((t for t in active if t["id"] == row["template_version_id"]), None)
    return written or later[ANNOTATION]  # of a text that was not written by a template


async def price_part(
    database: Database, row: Mapping[str, Any], template: Mapping[str, Any], part: Priced, settings: Settings
) -> tuple[int, int]:
    """The cost of such an order in micro-dollars, low and high.

    Raises GenerationError when there is no such turn, TemplateError when its prompt does not render.
    """
    order, low, high = part.order, 0, 0
    profile = QualityProfile.model_validate(template["quality_profile"] or {})
    if not part.is_written:
        async with database.read() as session:
            former = await read_former(session, row)
            material = await material_of(session, row, MaterialSettings.of(settings))
        if order.turn not in former.numbers:
            raise GenerationError(
                f"{row['conversation_id']} has no turn {order.turn}.", f"It has {len(former.numbers)}."
            )
        told = [said_by(pair) for pair in former.pairs]
        place = former.numbers.index(order.turn)
        prompt = render_turn(row, template, part.pack, told, place + 1, note=part.note, material=material.text)
        limit = settings.dialogue_max_tokens
        priced = estimate(prompt, 1, profile, part.prices["dialogue"], past=None, limit=limit)
        low, high = priced.low_microusd, priced.high_microusd
    calls = len(part.annotate)
    stage = {ANNOTATION: part.later[ANNOTATION]} if calls else {}
    expected = after_dialogue(row, row["turn_count"], profile, part.pack, stage)
    more = price_later([replace(one, calls=calls) for one in expected], part.prices)
    return low + more[0], high + more[1]
