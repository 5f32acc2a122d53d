"""Checks again what is stored: after an edit of what a conversation is about, and when the checks themselves changed.

The edit service, undo, and `QualityService.check_again` call it in their own transaction. What was told beside the
checks (a judge's doubts, an annotation that is incomplete since an edit) and a person's own flag are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.prompting.context import PackContext
from core.prompting.files import QualityProfile
from core.quality.rows import checked, is_generated
from data import conversations, templates
from data.engines import AsyncSession
from data.vocabulary import Status

# The columns of a row that checks read; an edit of any other changes no judgement.
FACTS = frozenset(
    {"persona_id", "persona_name", "client_profile", "tier", "topic", "topic_description", "session_context"}
    | {"expected_outcome", "starting_emotion", "starting_intensity", "ending_emotion", "ending_intensity"}
    | {"edge_case_id", "target_turns"}
)
_BESIDE = ("judge_", "like_source", "annotation_stale", "later_turns")  # no check of a text finds these
_INCOMPLETE = "annotation_stale"


async def check_again(
    session: AsyncSession, row: Mapping[str, Any], *, pack: PackContext, review_below: float, at: datetime
) -> dict[str, Any]:
    """Judge a stored text by the row's facts and store the figures; gives the row's values that follow, if any."""
    conversation_id = row["conversation_id"]
    text = await conversations.text_of(session, conversation_id)
    if not text.turns:
        return {}
    former = await conversations.quality_of(session, conversation_id) or {}
    profile = await _profile(session, row, former)
    report = checked(
        row,
        text,
        profile,
        pack,
        review_below,
        generated=is_generated(row),
        exact_plan=str(row["generation_source"] or "").startswith("pack "),
    )
    was = list(former.get("findings") or ())
    beside = [finding for finding in was if str(finding.get("check")).startswith(_BESIDE)]
    figures = report.row(conversation_id, profile)
    figures["findings"] += beside
    if any(finding["check"] == _INCOMPLETE for finding in beside):
        figures["all_required_fields_complete"] = False
    await conversations.put_quality(session, {**figures, "checked_at": at})
    ready = not report.failed_gates and figures["all_required_fields_complete"] is True
    return {
        "quality_score": report.score,
        "needs_review": _is_flagged(row, was, report.needs_review, _gates(figures["findings"]), review_below),
        "ready_for_training": ready and row["status"] == Status.APPROVED,
    }


async def _profile(session: AsyncSession, row: Mapping[str, Any], former: Mapping[str, Any]) -> QualityProfile:
    kept = former.get("profile")
    if kept is None:
        template = await templates.by_row_id(session, row["template_version_id"] or 0)
        kept = template["quality_profile"] if template else None
    return QualityProfile.model_validate(kept or {})


def _is_flagged(
    row: Mapping[str, Any], was: Iterable[Mapping[str, Any]], asks: bool, gates: set[str], review_below: float
) -> bool:
    """Whether the row is flagged now: a person's own flag stays, and what a person has seen is not flagged again."""
    was = list(was)
    score = row["quality_score"]
    had_reason = bool(_gates(was)) or score is None or score < review_below or any(map(_is_doubt, was))
    had_reason = had_reason or bool((row["parameters"] or {}).get("repaired"))
    if row["needs_review"]:
        return asks or not had_reason or any(map(_is_doubt, was)) or bool((row["parameters"] or {}).get("repaired"))
    return asks and (bool(gates - _gates(was)) or not had_reason)


def _is_doubt(finding: Mapping[str, Any]) -> bool:
    return finding.get("severity") == "warning" and str(finding.get("check")).startswith(_BESIDE)


def _gates(findings: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(finding.get("check")) for finding in findings if finding.get("severity") == "gate"}
