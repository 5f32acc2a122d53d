"""The preflight of an order: which rows can be done, with which template, at what cost. Nothing is stored or spent.

`core.engine.service` proposes through it for every front end. It asks the model's service for token counts where that
is wanted, never for a text.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from core.chunks.material import Material, MaterialSettings, materials_of, told
from core.engine import again, stages
from core.engine.orders import PARTLY, TIER_ORDER, Order, Proposal, ProposedRow
from core.pipeline.estimate import basis_of, estimate
from core.pipeline.expected import after_dialogue, by_past, price_later
from core.pipeline.work import ANNOTATION, DIALOGUE, TURN
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.prompting.resolving import VARIATION, Prompt, render_prompt, resolve
from core.prompting.store import pack_context
from core.providers import counting
from core.providers.port import Request
from core.providers.pricing import Price, price_of
from core.rewriting.variations import Sources, sources_of, values_of_source, why_no_source
from core.settings.fields import Settings
from core.status import CAN_GENERATE, words
from data import conversations, jobs, stage_outputs, templates, usage
from data.criteria import Criteria
from data.engines import Database
from data.stage_outputs import Kept
from data.usage import Past
from data.vocabulary import Status

# Seconds per conversation, low and high: what was measured with the simulator, and what the vendor's speed suggests.
SECONDS_EACH = {"simulated": (1.5, 3.0), "live": (15.0, 45.0)}
SECONDS_EACH_FULL = {"simulated": (4.0, 9.0), "live": (25.0, 90.0)}


@dataclass(frozen=True)
class _Facts:
    """What was read for a preflight."""

    order: Order
    provider: Literal["live", "simulated"]
    depth: str
    judge: bool
    draw: str  # between two active versions, by row and job
    ids: Sequence[str]
    rows: Mapping[str, Mapping[str, Any]]
    pack: PackContext
    active: Sequence[Mapping[str, Any]]  # templates of dialogues
    later: Mapping[str, Mapping[str, Any]]  # templates of the stages after it
    models: Mapping[str, str]
    prices: Mapping[str, Price]
    past: Mapping[tuple[int, str], Past]
    notes: Mapping[str, str]
    sources: Sources
    materials: Mapping[str, Material]  # of their source documents, by row
    parts: Mapping[str, Mapping[str, Any]]
    annotated: frozenset[str]
    incomplete: frozenset[str]
    kept: Mapping[str, Kept]  # what the rows' last items have stored and the new ones take over

    def why_not(self, row: Mapping[str, Any] | None) -> str:
        """Why a row cannot be done; empty when it can."""
        work = self.order.work
        if row is None:
            return "does not exist"
        if work == "annotate":
            return stages.why_not_annotate(row, self.provider, self.annotated, self.incomplete)
        if work == "turn":
            return again.why_not_again(row, self.provider)
        return _why_not(row, self.order, self.provider) or why_no_source(row, self.sources)

    def prompt(
        self, row: Mapping[str, Any], template: Mapping[str, Any], *, note: str, more: Mapping[str, str] | None = None
    ) -> Prompt:
        """The prompt of a row's dialogue, as it will be sent. Raises TemplateError."""
        material = self.materials.get(row["conversation_id"], Material())
        return render_prompt(row, template, self.pack, note=note, more=more, material=material.text)[0]

    def stored(self, row: Mapping[str, Any], template_version_id: int) -> frozenset[str]:
        """The stages of a row that need not run, because an earlier item has stored them."""
        name = row["conversation_id"]
        kept = self.kept.get(name)
        if kept is None or self.order.work == "regenerate":
            return frozenset()
        same = (kept.template_version_id, kept.note, kept.provider) == (
            template_version_id,
            self.notes[name],
            self.provider,
        )
        return kept.stages if same and kept.is_of(row) else frozenset()


class Preflight:
    """Proposes orders by the settings of one person."""

    def __init__(
        self, database: Database, settings: Settings, overrides: Mapping[str, Mapping[str, float]], today: date
    ) -> None:
        self._database, self._settings, self._overrides, self._today = database, settings, overrides, today

    async def propose(
        self, order: Order, provider: Literal["live", "simulated"], *, count_tokens: bool = False
    ) -> Proposal:
        """What would be done. Raises as `GenerationService.propose` says."""
        facts = await self._read(order, provider)
        fitting: list[Mapping[str, Any]] = []
        skipped: list[tuple[str, str]] = []
        for conversation_id in dict.fromkeys(facts.ids):
            row = facts.rows.get(conversation_id)
            why = facts.why_not(row)
            if row is None or why:
                skipped.append((conversation_id, why))
            else:
                fitting.append(row)
        asks = count_tokens and provider == "live" and order.work not in PARTLY and not facts.sources.texts
        counted = await self._counted(fitting, facts) if asks else _Counted({})
        ready: list[ProposedRow] = []
        used: set[tuple[int, str]] = set()
        for number, row in enumerate(fitting, 1):
            if not number % 50:
                await asyncio.sleep(0)  # a screen that waits for this goes on drawing
            if order.work in PARTLY and (order.work == "turn" or row["conversation_id"] in facts.parts):
                ready.append(await self._part(row, facts))
            else:
                ready.append(self._whole(row, facts, counted.scales))
                used.add((ready[-1].template_version_id, facts.models[DIALOGUE]))
        ready.sort(key=lambda r: (TIER_ORDER.get(r.tier, 9), r.number))
        settings = self._settings
        templates_used = len({template for template, _ in used})
        basis = basis_of(len(counted.scales), templates_used, [facts.past.get(key) for key in used])
        return Proposal(
            order,
            tuple(ready),
            tuple(skipped),
            provider,
            settings.dialogue_model,
            facts.depth,
            settings.concurrency,
            SECONDS_EACH[provider] if facts.depth == "dialogue" else SECONDS_EACH_FULL[provider],
            round(settings.max_cost * 1_000_000),
            tuple(facts.models.items()),
            tuple((stage, template["id"]) for stage, template in facts.later.items()),
            facts.judge,
            f"{basis}: {counted.trouble}" if counted.trouble else basis,
            facts.draw,
            told(
                facts.materials[row.conversation_id]
                for row in ready
                if row.conversation_id in facts.materials and order.work != "annotate"
            ),
        )

    async def _read(self, order: Order, provider: Literal["live", "simulated"]) -> _Facts:
        settings, work = self._settings, order.work
        depth = stages.depth_of(order, settings)
        judge = stages.has_judge(order, settings) and work != "turn"
        async with self._database.read() as session:
            ids = list(order.ids) or await conversations.matching_ids(session, Criteria(states=("remaining",)))
            rows = await conversations.get_many(session, ids)
            listed = list(rows.values())
            annotated = await stage_outputs.annotated_of(session, ids) if work in PARTLY else frozenset()
            if work == "turn" and not order.depth:
                depth = "full" if annotated else "dialogue"  # a turn is like the others of its conversation
            models = stages.models_of(settings, depth, judge=judge)
            return _Facts(
                order,
                provider,
                depth,
                judge,
                str(await jobs.next_number(session)),
                ids,
                rows,
                await pack_context(session),
                await templates.active(session, "dialogue") + await templates.active(session, VARIATION),
                await stages.stage_templates(session, depth, judge=judge, turn=work == "turn"),
                models,
                {stage: price_of(model, self._overrides, on=self._today) for stage, model in models.items()},
                await usage.past_calls(session, is_real=provider == "live"),
                await again.notes_of(session, order, listed),
                await sources_of(session, rows.values()),
                await materials_of(session, listed, MaterialSettings.of(settings)),
                await again.parts_of(session, order, listed, depth) if work in PARTLY else {},
                annotated,
                await again.incomplete_of(session, listed) if work == "annotate" else frozenset(),
                await stage_outputs.kept_of(session, ids),
            )

    async def _part(self, row: Mapping[str, Any], facts: _Facts) -> ProposedRow:
        """A row of which some turns are done."""
        name, order = row["conversation_id"], facts.order
        template = again.template_of_part(row, order, facts.later, facts.active)
        stored = facts.stored(row, template["id"])
        annotate = [n for n in facts.parts[name]["annotate"] if f"{ANNOTATION}:{n}" not in stored]
        is_written = order.work != TURN or f"{TURN}:{order.turn}" in stored
        part = again.Priced(order, facts.notes[name], annotate, is_written, facts.pack, facts.later, facts.prices)
        low, high = await again.price_part(self._database, row, template, part, self._settings)
        return _proposed(row, template, low, high, facts.notes[name])

    def _whole(self, row: Mapping[str, Any], facts: _Facts, scales: Mapping[int, float]) -> ProposedRow:
        """A row that is written, or annotated, as a whole: what is stored of it already costs nothing."""
        order, note = facts.order, facts.notes[row["conversation_id"]]
        template = resolve(row, facts.active, draw=facts.draw)
        stored = facts.stored(row, template["id"])
        more = values_of_source(row, facts.sources, facts.pack) if row["variation_of"] else None
        prompt = facts.prompt(row, template, note=note, more=more)
        profile = QualityProfile.model_validate(template["quality_profile"] or {})
        turns = row["turn_count"] if order.work == "annotate" else row["target_turns"] or 4
        expected = by_past(
            after_dialogue(row, turns, profile, facts.pack, facts.later), facts.past, facts.later, facts.models
        )
        done = Counter(stage.partition(":")[0] for stage in stored)
        left = [replace(e, calls=max(0, e.calls - done[e.stage])) for e in expected]
        low, high = price_later([e for e in left if e.calls], facts.prices)
        if order.work != "annotate" and DIALOGUE not in stored:
            priced = estimate(
                prompt,
                turns,
                profile,
                facts.prices[DIALOGUE],
                past=facts.past.get((template["id"], facts.models[DIALOGUE])),
                limit=self._settings.dialogue_max_tokens,
                scale=scales.get(template["id"]),
            )
            low, high = low + priced.low_microusd, high + priced.high_microusd
        return _proposed(row, template, low, high, note)

    async def _counted(self, rows: Sequence[Mapping[str, Any]], facts: _Facts) -> _Counted:
        """By template, how many tokens the service counts for each one of ours, in the prompt of its first row."""
        settings = self._settings
        sample: dict[int, Prompt] = {}
        for row in rows:
            template = resolve(row, facts.active, draw=facts.draw)
            if template["id"] not in sample:
                sample[template["id"]] = facts.prompt(row, template, note=facts.order.note)
        effort, thinking = settings.dialogue_effort, settings.dialogue_thinking
        requests = [
            Request(settings.dialogue_model, p.system, p.user, settings.dialogue_max_tokens, effort, thinking)
            for p in sample.values()
        ]
        counted = await counting.count(requests, settings.key_file)
        pairs = zip(sample.items(), counted.tokens, strict=True)
        scales = {template: tokens / max(1, prompt.tokens) for (template, prompt), tokens in pairs if tokens}
        return _Counted(scales, counted.trouble)


@dataclass(frozen=True)
class _Counted:
    """Tokens of the service for each one of ours, by template; `trouble` says why some are missing."""

    scales: Mapping[int, float]
    trouble: str = ""


def _why_not(row: Mapping[str, Any], order: Order, provider: str) -> str:
    status = Status(row["status"])
    if order.work == "regenerate" and status not in CAN_GENERATE:
        return again.why_not_again(row, provider)
    if status in CAN_GENERATE:
        return "" if row["tier"] != "seed" else "a seed is hand-written, not generated"
    if status in (Status.QUEUED, Status.GENERATING):
        return f"is {words(status)} already"
    return f"is {words(status)}: it has its text"


def _proposed(row: Mapping[str, Any], template: Mapping[str, Any], low: int, high: int, note: str = "") -> ProposedRow:
    return ProposedRow(
        row["conversation_id"],
        row["number"],
        row["persona_name"],
        row["topic"],
        row["tier"],
        row["arc_description"],
        template["name"],
        template["version"],
        template["id"],
        low,
        high,
        note,
    )
