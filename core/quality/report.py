"""What a check of one conversation says: findings with their place, score parts with reasons, and figures.

`core.quality.check` builds a report; the table, the review screen and `quality_metrics` show and store it. Nothing in
here judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.prompting.files import QualityProfile

CHECKER_VERSION = "4"  # raise it when a check changes its mind, so that stored figures can be told apart
Severity = Literal["gate", "warning", "info"]

# Figures that have a column of their own in `quality_metrics`; None where the annotation was not measured.
METRICS = (
    "total_turns",
    "total_sentences",
    "total_words",
    "average_words_per_sentence",
    "has_complete_emotional_context",
    "has_emotional_progression",
    "emotional_indicator_count",
    "has_primary_strategy",
    "has_strategy_rationale",
    "technique_count",
    "sentences_analyzed",
    "sentences_with_word_rationale",
    "word_choice_rationale_completeness",
    "all_required_fields_complete",
)


@dataclass(frozen=True)
class Finding:
    """One thing a check found, where it stands and what to do about it.

    `role` is `client` or `advisor`; `start` and `end` are characters of that message.
    """

    check: str
    severity: Severity
    message: str
    advice: str
    turn: int | None = None
    role: str = ""
    sentence: int | None = None
    start: int | None = None
    end: int | None = None

    @property
    def place(self) -> str:
        """Where it stands, for people: `turn 2, advisor, sentence 4`; empty for the conversation as a whole."""
        parts = [
            f"turn {self.turn}" if self.turn is not None else "",
            self.role,
            f"sentence {self.sentence}" if self.sentence is not None else "",
        ]
        return ", ".join(part for part in parts if part)

    def stored(self) -> dict[str, Any]:
        """As `quality_metrics.findings` keeps it."""
        return {
            "check": self.check,
            "severity": self.severity,
            "turn": self.turn,
            "role": self.role,
            "sentence": self.sentence,
            "span": None if self.start is None else [self.start, self.end],
            "message": self.message,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Part:
    """One part of the score, 0 to 10; None means that it was not measured."""

    name: str
    weight: float
    score: float | None
    reason: str


@dataclass(frozen=True)
class Report:
    """The judgement on one conversation. `ready` still lacks the person's approval."""

    score: float | None
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    figures: dict[str, Any]
    needs_review: bool
    ready: bool

    @property
    def failed_gates(self) -> tuple[Finding, ...]:
        """The findings that must be mended."""
        return tuple(finding for finding in self.findings if finding.severity == "gate")

    def row(self, conversation_id: str, profile: QualityProfile) -> dict[str, Any]:
        """The values of the conversation's row in `quality_metrics`, but for `checked_at`: the caller has the clock."""
        return {
            "conversation_id": conversation_id,
            "checker_version": CHECKER_VERSION,
            "profile": profile.model_dump(mode="json"),
            "parts": [{"name": p.name, "weight": p.weight, "score": p.score, "reason": p.reason} for p in self.parts],
            "findings": [finding.stored() for finding in self.findings],
            **{name: self.figures.get(name) for name in METRICS},
        }
