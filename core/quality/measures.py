"""Figures of a conversation that `quality_metrics` stores and the review screen shows beside the score.

Everything about annotation is None where there is none: what was not measured is never a default.
"""

from __future__ import annotations

from typing import Any

from core.quality.annotation import PER_SENTENCE, PROGRESSION, is_filled, quotations, required_paths
from core.quality.breakdown import coverage
from core.quality.reading import Reading, Turn


def figures_of(reading: Reading) -> dict[str, Any]:
    """All figures by name; those of `report.METRICS` have columns."""
    turns = reading.turns
    sentences = sum(len(reply.sentences) for reply in reading.replies)
    reply_words = sum(reply.length for reply in reading.replies)
    figures: dict[str, Any] = {
        "total_turns": len(turns),
        "total_sentences": sentences,
        "total_words": sum(message.length for message in reading.messages),
        "average_words_per_sentence": round(reply_words / sentences, 2) if sentences else None,
        "client_words": [turn.client.length for turn in turns],
        "advisor_words": [turn.advisor.length for turn in turns],
        "advisor_sentences": [len(turn.advisor.sentences) for turn in turns],
    }
    return figures | (_annotation(turns, sentences) if reading.subject.annotated else {})


def _annotation(turns: tuple[Turn, ...], sentences: int) -> dict[str, Any]:
    covered = [coverage(turn) for turn in turns]
    analyzed = sum(c.annotated for c in covered)
    reasons = sum(c.with_reasons for c in covered)
    numbered = list(enumerate(turns, 1))
    emotional = all(
        is_filled(turn.value(*path))
        for n, turn in numbered
        for path in required_paths(n)
        if path[0] == "emotional_context"
    )
    fields = all(is_filled(turn.value(*path)) for n, turn in numbered for path in required_paths(n))
    each = all(
        isinstance(sentence, dict) and all(is_filled(sentence.get(name)) for name in PER_SENTENCE)
        for turn in turns
        for sentence in turn.entries("response_breakdown", "sentences")
    )
    return {
        "has_complete_emotional_context": bool(turns) and emotional,
        "has_emotional_progression": len(turns) > 1 and all(is_filled(turn.value(*PROGRESSION)) for turn in turns[1:]),
        "emotional_indicator_count": sum(len(quotations(turn)) for turn in turns),
        "has_primary_strategy": _all_have(turns, "primary_strategy"),
        "has_strategy_rationale": _all_have(turns, "primary_rationale"),
        "technique_count": sum(len(turn.entries("response_strategy", "specific_techniques")) for turn in turns),
        "sentences_analyzed": analyzed,
        "sentences_with_word_rationale": reasons,
        "word_choice_rationale_completeness": round(reasons / sentences, 4) if sentences else None,
        "all_required_fields_complete": bool(turns) and fields and each and analyzed == sentences,
    }


def _all_have(turns: tuple[Turn, ...], name: str) -> bool:
    return bool(turns) and all(is_filled(turn.value("response_strategy", name)) for turn in turns)
