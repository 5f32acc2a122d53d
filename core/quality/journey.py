"""Checks on the emotional journey: it begins and ends where the plan says, and each turn takes up the one before.

The label and intensity of a turn are those of its annotation; without annotation nothing can be said here.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.quality.reading import Reading, Turn, is_number
from core.quality.report import Finding

TOLERANCE = 0.05
_ROUNDING = 0.005


def planned_emotions(reading: Reading) -> Iterator[Finding]:
    """The first turn has the planned starting emotion and intensity, the last one the planned end."""
    if not reading.turns:
        return
    for end, turn in (("starting", reading.turns[0]), ("ending", reading.turns[-1])):
        planned = normal(reading.text(f"{end}_emotion"))
        label, intensity = primary(turn), strength(turn)
        if planned and label and normal(label) != planned:
            yield Finding(
                f"{end}_emotion",
                reading.planned_severity,
                f"The {end} emotion is {label}; the plan says {planned}.",
                "Annotate it as planned, or generate the conversation again.",
                turn.number,
            )
        wanted = reading.number(f"{end}_intensity")
        if wanted is not None and intensity is not None and abs(wanted - intensity) > TOLERANCE + 1e-9:
            yield Finding(
                f"{end}_intensity",
                reading.planned_severity,
                f"The {end} intensity is {intensity:g}; the plan says {wanted:g}.",
                f"At most {TOLERANCE:g} apart.",
                turn.number,
            )


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
