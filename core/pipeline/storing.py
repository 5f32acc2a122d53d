"""Stores what was generated: turns, quality figures, status and provenance, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.pipeline.dialogue import Dialogue
from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.quality.report import Report
from core.quality.rows import checked
from core.seedformat.documents import as_text_rows
from core.seedformat.mapping import pair_to_rows
from data import conversations
from data.conversations import TextRows
from data.engines import AsyncSession
from data.vocabulary import Method, Status


def dialogue_rows(conversation_id: str, dialogue: Dialogue, system_prompt: str) -> TextRows:
    """The turn rows of a dialogue. The history of a turn is what came before it, so it is not stored again."""
    turns = []
    for number, exchange in enumerate(dialogue.turns, 1):
        pair = {
            "id": f"{conversation_id}_turn{number}",
            "conversation_id": conversation_id,
            "turn_number": number,
            "system_prompt": system_prompt,
            "current_user_input": exchange.user,
            "target_response": exchange.advisor,
        }
        turns.append(pair_to_rows(pair, conversation_id, number))
    return as_text_rows(turns)


async def store_result(
    session: AsyncSession,
    row: Mapping[str, Any],
    template: Mapping[str, Any],
    text: TextRows,
    *,
    pack: PackContext,
    parameters: Mapping[str, str],
    model: str,
    repaired: str,
    simulated: bool,
    duration_ms: int,
    item_id: int,
    review_below: float,
    now: datetime,
) -> Report:
    """Put a generated conversation in place of whatever text the row had; the former text is kept as a version."""
    conversation_id = row["conversation_id"]
    current = await conversations.get(session, conversation_id) or dict(row)
    if current["turn_count"]:
        await conversations.keep_version(session, conversation_id, "regenerated", "worker")
        await conversations.delete_text(session, conversation_id)
    profile = QualityProfile.model_validate(template["quality_profile"] or {})
    report = checked(row, text, profile, pack, review_below, generated=True)
    await conversations.insert_text(session, text)
    await conversations.put_quality(session, {**report.row(conversation_id, profile), "checked_at": now})
    cost = await conversations.item_cost(session, item_id)
    await conversations.update_guarded(
        session,
        conversation_id,
        current["version"],
        {
            "status": Status.GENERATED,
            "turn_count": len(text.turns),
            "sentence_count": sum(t["sentence_count"] for t in text.turns),
            "word_count": sum(t["word_count"] for t in text.turns),
            "quality_score": report.score,
            "needs_review": report.needs_review or bool(repaired),
            "ready_for_training": False,
            "generation_method": Method.SIMULATED if simulated else Method.CLAUDE_API,
            "generation_source": f"template {template['template_id']} version {template['version']}",
            "template_version_id": template["id"],
            "parameters": dict(parameters) | ({"repaired": repaired} if repaired else {}),
            "model": model,
            "generated_at": now,
            "generation_duration_ms": duration_ms,
            "actual_cost_microusd": cost,
            "error_message": "",
            "human_reviewed": False,
            "reviewed_by": "",
            "reviewed_at": None,
            "approved_by": "",
            "approved_at": None,
            "verdict_reason": "",
        },
        by="worker",
    )
    return report
