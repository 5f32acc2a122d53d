"""The rubric scores (1 to 5) that a seed file carries in its training metadata, as columns of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Name in `quality_criteria` of a file -> column. The files call the two last ones by other names.
CRITERIA = {
    "empathy_score": "rubric_empathy",
    "clarity_score": "rubric_clarity",
    "appropriateness_score": "rubric_appropriateness",
    "brand_voice_alignment": "rubric_brand_voice",
    "educational_effectiveness": "rubric_domain",
}


def rubric_of(pairs: Sequence[dict[str, Any]], source: str = "file") -> dict[str, Any]:
    """Means over the turns that have a score, with their source; parts without any score stay out (NULL)."""
    columns: dict[str, float] = {}
    for name, column in CRITERIA.items():
        scores = [_score(pair, "quality_criteria", name) for pair in pairs]
        measured = [s for s in scores if s is not None]
        if measured:
            columns[column] = round(sum(measured) / len(measured), 2)
    overall = [s for s in (_score(pair, "quality_score") for pair in pairs) if s is not None]
    if overall:
        columns["rubric_overall"] = round(sum(overall) / len(overall), 2)
    if not columns:
        return {}
    return {**columns, "rubric_sources": dict.fromkeys(columns, source)}


def _score(pair: dict[str, Any], *path: str) -> float | None:
    value: Any = pair.get("training_metadata")
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= 5:
        return float(value)
    return None
