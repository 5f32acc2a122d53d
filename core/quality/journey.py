"""Checks on the emotional journey: it begins and ends where the plan says, and each turn takes up the one before.

The label and intensity of a turn are those of its annotation; without annotation nothing can be said here.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.quality.reading import Reading, Turn, is_number
from core.quality.report import Finding

TOLERANCE, NEAR = 0.05, 0.25  # of intensity: for a pack's own examples, and for what was generated to a plan
NEAR_VALENCE = 0.35
_ROUNDING = 0.005


def planned_emotions(reading: Reading) -> Iterator[Finding]:
    """The first turn has the planned starting emotion and intensity, the last one the planned end, or nearly so.

    Near is an emotion of the same family, or of about the same valence, in the taxonomy; the examples of a pack are
    held to the plan exactly.
    """
    if not reading.turns:
        return
    exact = reading.subject.exact_plan
    tolerance = TOLERANCE if exact else NEAR
    for end, turn in (("starting", reading.turns[0]), ("ending", reading.turns[-1])):
        planned = normal(reading.text(f"{end}_emotion"))
        label, intensity = primary(turn), strength(turn)
        if planned and label and not (normal(label) == planned if exact else is_near(reading, normal(label), planned)):
            yield Finding(
                f"{end}_emotion",
                reading.planned_severity,
                f"The {end} emotion is {label}; the plan says {planned}.",
                "Annotate it as planned."
                if exact
                else "Annotate it near the plan, or generate the conversation again.",
                turn.number,
            )
        wanted = reading.number(f"{end}_intensity")
        if wanted is not None and intensity is not None and abs(wanted - intensity) > tolerance + 1e-9:
            yield Finding(
                f"{end}_intensity",
                reading.planned_severity,
                f"The {end} intensity is {intensity:g}; the plan says {wanted:g}.",
                f"At most {tolerance:g} apart.",
                turn.number,
            )


def is_near(reading: Reading, label: str, planned: str) -> bool:
    """Whether two emotions are the same, of one family, or about equally pleasant or unpleasant."""
    known = reading.subject.rules.feelings
    one, other = known.get(label), known.get(planned)
    if label == planned or one is None or other is None:
        return label == planned
    same_side = one.side == other.side and abs(one.valence - other.valence) <= NEAR_VALENCE
    return (one.family == other.family and one.side == other.side) or same_side


def progression(reading: Reading) -> Iterator[Finding]:
    """What a turn says of the turn before, and of itself, is what those turns say."""
    before: Turn | None = None
    for turn in reading.turns:
        stated = turn.tree("emotional_context", "emotional_progression")
        for prefix, other in (("previous", before), ("current", turn)):
            if other is None:
                continue
            label, intensity = stated.get(f"{prefix}_turn_primary"), stated.get(f"{prefix}_turn_intensity")
            if isinstance(label, str) and primary(other) and normal(label) != normal(primary(other)):
                yield _wrong(reading, turn, f"{prefix}_turn_primary", label, primary(other))
            actual = strength(other)
            if is_number(intensity) and actual is not None and abs(float(intensity) - actual) > _ROUNDING:
                yield _wrong(reading, turn, f"{prefix}_turn_intensity", f"{intensity:g}", f"{actual:g}")
        before = turn


def primary(turn: Turn) -> str:
    """The main emotion of a turn, or nothing."""
    label = turn.value("emotional_context", "detected_emotions", "primary")
    return label if isinstance(label, str) else ""


def strength(turn: Turn) -> float | None:
    """The intensity of a turn."""
    value = turn.value("emotional_context", "detected_emotions", "intensity")
    return float(value) if is_number(value) else None


def normal(label: str) -> str:
    """A label as the taxonomy writes it."""
    return label.strip().lower().replace(" ", "_").replace("-", "_")


def _wrong(reading: Reading, turn: Turn, field: str, stated: str, actual: str) -> Finding:
    return Finding(
        "progression",
        reading.planned_severity,
        f"{field} says {stated}, the turn says {actual}.",
        "Let both say the same.",
        turn.number,
    )
