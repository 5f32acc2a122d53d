"""Brings a pack and the prompt templates into the database: repeatable, in one transaction, reported step by step.

Definitions are replaced by key; plan rows and seed conversations are only added where they are missing, so that nothing
a person decided is undone by loading again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.chunks.mapping import SOURCES
from core.errors import PackError
from core.pack.files import ClientFile, Pack, PersonaFile, PlanRow
from core.planning.targets import OWN_SHARES
from core.prompting.files import QualityProfile, TemplateFile
from core.prompting.store import pack_context
from core.seedformat.documents import SeedConversation, SeedDocument, as_text_rows, conversation_rows, read_document
from core.seedformat.rubric import rubric_of
from data import audit, conversations, packs, templates, versions
from data.conversations import TextRows
from data.engines import AsyncSession
from data.tables import EdgeCase, EmotionalArc, Persona, Scenario, Topic
from data.types import utc_now
from data.vocabulary import Method, Status

Step = Callable[[str], None]
REVIEW_BELOW = 6.0  # seeds are approved; the bound only decides a flag that they do not get


@dataclass
class LoadReport:
    """What a load did."""

    added_rows: int = 0
    seed_conversations: int = 0
    turns: int = 0
    sentences: int = 0
    template_versions: int = 0
    warnings: tuple[str, ...] = ()

    def sentence(self) -> str:
        """One line for people."""
        return (
            f"{self.added_rows} rows planned, {self.seed_conversations} seed conversations with {self.turns} turns and "
            f"{self.sentences} sentences, {self.template_versions} prompt template versions"
        )


def plan_values(
    row: PlanRow, personas: Mapping[str, PersonaFile], clients: Mapping[str, ClientFile], pack_key: str
) -> dict[str, Any]:
    """The column values of a planned row."""
    persona_key = row.persona.strip().lower().replace(" ", "_")
    persona = personas.get(persona_key)
    client = clients.get(row.conversation_id)
    return {
        "conversation_id": row.conversation_id,
        "number": row.number,
        "pack_key": pack_key,
        "persona_id": persona_key,
        "persona_type": persona.archetype if persona else row.persona,
        "persona_name": persona.name if persona else client.name if client else row.persona,
        "client_profile": client.model_dump(exclude={"conversation_id"}) if client else None,
        "topic": row.topic,
        "topic_key": row.topic_key,
        "topic_description": row.topic_description,
        "tier": row.tier,
        "arc_id": row.arc,
        "scenario_id": row.scenario,
        "edge_case_id": row.edge_case,
        "tier_batch": row.arc,
        "starting_emotion": row.starting_emotion,
        "starting_intensity": row.starting_intensity,
        "ending_emotion": row.ending_emotion,
        "ending_intensity": row.ending_intensity,
        "arc_description": f"{row.starting_emotion} → {row.ending_emotion}".replace("_", " "),
        "content_category": row.content_category,
        "intent": row.intent,
        "tone": row.tone,
        "role_pair": row.role_pair,
        "topic_cluster": row.topic_cluster,
        "outcome": row.outcome,
        "target_turns": row.turns,
        "session_context": row.session_context,
        "conversation_phase": row.conversation_phase,
        "expected_outcome": row.expected_outcome,
        "is_seed_example": row.tier == "seed",
    }


def seed_row_values(document: SeedDocument, conversation: SeedConversation, text: TextRows) -> dict[str, Any]:
    """The column values that a file's text brings to a conversation row: counts, rubric, and what is needed to
    write the file again as it was."""
    pairs = conversation.pairs
    training = [p.get("training_metadata") for p in pairs if isinstance(p.get("training_metadata"), dict)]
    counts = [
        t["generate_variations_count"]
        for t in training
        if isinstance(t, dict) and isinstance(t.get("generate_variations_count"), int)
    ]
    return {
        "turn_count": len(text.turns),
        "sentence_count": sum(t["sentence_count"] for t in text.turns),
        "word_count": sum(t["word_count"] for t in text.turns),
        "human_reviewed": any(t.get("human_reviewed") is True for t in training if isinstance(t, dict)),
        "use_for_variations": bool(counts),
        "variation_count_target": max(counts) if counts else None,
        "extra": {
            "file": document.file.rsplit("/", 1)[-1],
            "file_sha256": document.sha256,
            "header": document.header,
            "positions": list(conversation.positions),
        },
        **rubric_of(pairs),
    }


async def load(
    session: AsyncSession, pack: Pack, template_files: list[TemplateFile], *, actor: str, on_step: Step
) -> LoadReport:
    """Load everything in the caller's transaction. Raises PackError when a seed conversation contradicts the plan."""
    report = LoadReport()
    for template in template_files:
        added = await templates.add_version(session, {**template.row(), "created_by": actor})
        report.template_versions += added is not None
    known = await packs.get_pack(session, pack.info.key)
    if known is not None and known["content_hash"] == pack.content_hash:
        return report  # every start comes here: an unchanged pack is not written again
    on_step("Loading personas, arcs, scenarios and edge cases…")
    await _definitions(session, pack, ((known or {}).get("settings") or {}).get(OWN_SHARES) or {})
    on_step(f"Planning {len(pack.plan)} conversations…")
    numbers, ids = await conversations.numbers_and_ids(session)
    personas = {p.key: p for p in pack.personas}
    clients = {c.conversation_id: c for c in pack.clients}
    new = [row for row in pack.plan if row.conversation_id not in ids]
    removed = await versions.removed_ids(session, [row.conversation_id for row in new])
    new = [row for row in new if row.conversation_id not in removed]  # a person took them out of the plan
    for row in new:
        if row.number in numbers:
            raise PackError(f"Number {row.number} ({row.conversation_id}) is taken already.", "Numbers are unique.")
    await conversations.insert_rows(session, [plan_values(row, personas, clients, pack.info.key) for row in new])
    report.added_rows = len(new)
    await _seeds(session, pack, {row.conversation_id for row in new}, report, actor, on_step)
    if new or report.template_versions:
        await audit.record(
            session,
            [audit.entry(actor, "load_pack", "pack", pack.info.key, after={"did": report.sentence()})],
        )
    return report


async def _definitions(session: AsyncSession, pack: Pack, own_shares: Mapping[str, Any]) -> None:
    await packs.replace_definitions(
        session,
        Persona,
        [{"persona_key": p.key, **p.model_dump(exclude={"key"})} for p in pack.personas],
    )
    await packs.replace_definitions(
        session,
        EmotionalArc,
        [
            {
                "arc_key": a.key,
                **a.model_dump(exclude={"key", "family", "start_intensity", "end_intensity", "typical_turns"}),
                "start_intensity_min": a.start_intensity[0],
                "start_intensity_max": a.start_intensity[1],
                "end_intensity_min": a.end_intensity[0],
                "end_intensity_max": a.end_intensity[1],
                "typical_turns_min": a.typical_turns[0],
                "typical_turns_max": a.typical_turns[1],
            }
            for a in pack.arcs
        ],
    )
    await packs.replace_definitions(
        session, Scenario, [{"scenario_key": s.key, **s.model_dump(exclude={"key"})} for s in pack.scenarios]
    )
    await packs.replace_definitions(
        session, EdgeCase, [{"edge_case_key": e.key, **e.model_dump(exclude={"key"})} for e in pack.edge_cases]
    )
    await packs.replace_definitions(
        session, Topic, [{"topic_key": t.key, **t.model_dump(exclude={"key"})} for t in pack.topics]
    )
    await packs.put_pack(
        session,
        {
            "pack_key": pack.info.key,
            "name": pack.info.name,
            "version": pack.info.version,
            "content_hash": pack.content_hash,
            "advisor": pack.advisor.model_dump(),
            "taxonomy": pack.taxonomy,
            "settings": {**pack.info.model_dump(), "facts": pack.facts, SOURCES: pack.sources, OWN_SHARES: own_shares},
        },
    )


async def _seeds(
    session: AsyncSession, pack: Pack, new_ids: set[str], report: LoadReport, actor: str, on_step: Step
) -> None:
    from core.quality.rows import checked  # who only asks for a plan's values does without the checks

    documents = [read_document(path) for path in pack.conversation_files]
    wanted = [(d, c) for d in documents for c in d.conversations if c.conversation_id in new_ids]
    all_text = TextRows()
    context = await pack_context(session, pack.info.key)
    for position, (document, conversation) in enumerate(wanted, 1):
        on_step(f"Importing conversation {position} of {len(wanted)}…")
        text = as_text_rows(conversation_rows(conversation))
        values = seed_row_values(document, conversation, text)
        now = utc_now()
        row = await conversations.get(session, conversation.conversation_id) or {}
        turns = len(text.turns)
        profile = QualityProfile(turns=(turns, turns))  # each seed is held to its own plan row
        report_of_checks = checked(row, text, profile, context, REVIEW_BELOW, generated=True, exact_plan=True)
        await conversations.put_quality(
            session, {**report_of_checks.row(conversation.conversation_id, profile), "checked_at": now}
        )
        await conversations.update_guarded(
            session,
            conversation.conversation_id,
            1,
            {
                **values,
                "quality_score": report_of_checks.score,
                "ready_for_training": report_of_checks.ready,
                "status": Status.APPROVED,
                "generation_method": Method.MANUAL,
                "generation_source": f"pack {pack.info.key}",
                "is_seed_example": True,
                "approved_by": f"pack {pack.info.key}",
                "approved_at": now,
            },
            by=actor,
        )
        all_text.extend(text)
        report.seed_conversations += 1
        report.turns += len(text.turns)
        report.sentences += len(text.sentences)
    await conversations.insert_text(session, all_text)
