"""A row without a result: what clearing, undoing and importing set on it. Imported by what every start loads."""

from __future__ import annotations

from data.vocabulary import Status

# What a result leaves on its row, and what it is when there is no result.
CLEARED: dict[str, object] = {
    "status": Status.PLANNED,
    "needs_review": False,
    "ready_for_training": False,
    "turn_count": 0,
    "sentence_count": 0,
    "word_count": 0,
    "quality_score": None,
    "rubric_overall": None,
    "rubric_empathy": None,
    "rubric_clarity": None,
    "rubric_appropriateness": None,
    "rubric_brand_voice": None,
    "rubric_domain": None,
    "rubric_sources": None,
    "generation_method": "",
    "generation_source": "",
    "template_version_id": None,
    "parameters": None,
    "model": "",
    "generated_at": None,
    "generation_duration_ms": None,
    "actual_cost_microusd": None,
    "error_message": "",
    "reviewed_by": "",
    "reviewed_at": None,
    "approved_by": "",
    "approved_at": None,
    "verdict_reason": "",
    "human_reviewed": False,
}
