"""Checks on the annotation of a dialogue: nothing missing, figures in range, quotations and labels that are true.

For what brightrun generated or a pack ships these are gates; for imported files the same findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.quality.reading import Reading, Turn, fold, is_number, shorten
from core.quality.report import Finding, Severity

# What every annotated turn has; later turns also say where the feeling came from.
REQUIRED: tuple[tuple[str, ...], ...] = (
    ("emotional_context", "detected_emotions", "primary"),
    ("emotional_context", "detected_emotions", "primary_confidence"),
    ("emotional_context", "detected_emotions", "intensity"),
    ("emotional_context", "detected_emotions", "valence"),
    ("emotional_context", "emotional_indicators"),
    ("emotional_context", "behavioral_assessment", "risk_level"),
    ("emotional_context", "behavioral_assessment", "engagement_readiness"),
    ("emotional_context", "behavioral_assessment", "knowledge_level"),
    ("emotional_context", "behavioral_assessment", "trust_level"),
    ("emotional_context", "client_needs_hierarchy"),
    ("response_strategy", "primary_strategy"),
    ("response_strategy", "primary_rationale"),
    ("response_strategy", "tone_selection"),
    ("response_strategy", "tone_rationale"),
    ("response_strategy", "pacing"),
    ("response_strategy", "tactical_choices"),
    ("response_strategy", "specific_techniques"),
    ("response_breakdown", "sentences"),
)
PROGRESSION = ("emotional_context", "emotional_progression")
PER_SENTENCE = ("function", "emotional_purpose", "technique", "teaches_model", "word_choice_rationale")
INDICATORS_PER_CONVERSATION = (30, 50)
RANKS = ("primary", "secondary", "tertiary")


def required_paths(position: int) -> tuple[tuple[str, ...], ...]:
    """The places that the turn at this position (from 1) must fill."""
    return (*REQUIRED, PROGRESSION) if position > 1 else REQUIRED


def is_filled(value: object) -> bool:
    """Whether a place says something: zero does, an empty text, list or object does not."""
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) or is_number(value) or isinstance(value, bool)


def missing_fields(reading: Reading) -> Iterator[Finding]:
    """Every turn has all that a complete annotation has."""
    for position, turn in enumerate(reading.turns, 1):
        missing = [".".join(path) for path in required_paths(position) if not is_filled(turn.value(*path))]
        for rank in RANKS[1:]:
            named = is_filled(turn.value("emotional_context", "detected_emotions", rank))
            if named and not is_number(turn.value("emotional_context", "detected_emotions", f"{rank}_confidence")):
                missing.append(f"emotional_context.detected_emotions.{rank}_confidence")
        for name in missing:
            yield _finding("missing_field", reading, turn, f"{name} is missing.", "Annotate the turn again.")


def figures(reading: Reading) -> Iterator[Finding]:
    """Numbers of emotions, indicators, needs, tactical choices and techniques lie in the profile's ranges."""
    profile = reading.subject.profile
    total = 0
    for turn in reading.turns:
        found = quotations(turn)
        total += len(found)
        counted: tuple[tuple[str, str, int, tuple[int, int]], ...] = (
            ("emotions", "emotions", len(labels(turn)), profile.emotions),
            ("indicators", "indicators", len(found), profile.indicators),
            (
                "indicator_categories",
                "categories of indicators",
                len({category for category, _ in found}),
                profile.indicator_categories,
            ),
            ("needs", "needs", len(turn.entries("emotional_context", "client_needs_hierarchy")), profile.needs),
            (
                "tactical_choices",
                "tactical choices",
                len(turn.tree("response_strategy", "tactical_choices")),
                profile.tactical_choices,
            ),
            (
                "techniques",
                "techniques",
                len(turn.entries("response_strategy", "specific_techniques")),
                profile.techniques,
            ),
        )
        for check, what, number, (low, high) in counted:
            if not low <= number <= high:
                yield _finding(
                    check, reading, turn, f"{number} {what}; {low} to {high} are asked for.", "Annotate the turn again."
                )
    low, high = INDICATORS_PER_CONVERSATION
    if reading.turns and not low <= total <= high:
        yield Finding(
            "indicators_total",
            "warning",
            f"The conversation has {total} indicators; {low} to {high} are usual.",
            "Quote more of the client's words, or fewer.",
        )


def shares(reading: Reading) -> Iterator[Finding]:
    """Confidences and intensities lie between 0 and 1."""
    for turn in reading.turns:
        for name, value in turn.tree("emotional_context", "detected_emotions").items():
            if (name == "intensity" or name.endswith("confidence")) and is_number(value) and not 0 <= value <= 1:
                yield _finding("share", reading, turn, f"{name} is {value}, not within 0 to 1.", "Mend the figure.")


def ranked_needs(reading: Reading) -> Iterator[Finding]:
    """The client's needs are ranked 1, 2, 3 …"""
    for turn in reading.turns:
        needs = turn.entries("emotional_context", "client_needs_hierarchy")
        ranks = [need.get("priority") if isinstance(need, dict) else None for need in needs]
        if ranks != list(range(1, len(ranks) + 1)):
            yield _finding("needs_rank", reading, turn, "The client's needs are not ranked 1, 2, 3 …", "Rank them.")


def quoted_indicators(reading: Reading) -> Iterator[Finding]:
    """Each indicator is a quotation of what the client wrote in that turn."""
    for turn in reading.turns:
        words = turn.client.lower
        for category, quotation in quotations(turn):
            folded = fold(quotation)
            if not folded or folded not in words:
                yield Finding(
                    "indicator_quote",
                    reading.planned_severity,
                    f"{category}: the client did not write {shorten(quotation)!r}.",
                    "Quote the client's own words.",
                    turn.number,
                    "client",
                )


def emotion_labels(reading: Reading) -> Iterator[Finding]:
    """Every emotion is one of the pack's taxonomy."""
    known = reading.subject.rules.emotions
    if not known:
        return
    for turn in reading.turns:
        for label in labels(turn):
            if label not in known:
                yield _finding(
                    "emotion_label", reading, turn, f"The taxonomy has no emotion {label!r}.", "Use one of its labels."
                )


def labels(turn: Turn) -> list[str]:
    """The emotions of a turn, strongest first."""
    detected = turn.tree("emotional_context", "detected_emotions")
    return [label for rank in RANKS if isinstance(label := detected.get(rank), str) and label.strip()]


def quotations(turn: Turn) -> list[tuple[str, str]]:
    """The indicators of a turn with their categories; a bare text counts as one."""
    found: list[tuple[str, str]] = []
    for category, value in turn.tree("emotional_context", "emotional_indicators").items():
        entries: list[Any] = value if isinstance(value, list) else [value]
        found += [(str(category), entry) for entry in entries if isinstance(entry, str)]
    return found


def _finding(check: str, reading: Reading, turn: Turn, message: str, advice: str) -> Finding:
    severity: Severity = reading.planned_severity
    return Finding(check, severity, message, advice, turn.number)
