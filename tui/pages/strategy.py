"""The Strategy tab: how the advisor answers each turn and why, what to expect back, and what the turn teaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.pages.setting import (
    WIDE_PAGE,
    beside,
    bullets,
    entry,
    named,
    nothing,
    others,
    part,
    plain,
    title,
    tree,
    turn_heading,
)
from tui.widgets.cells import cut
from tui.widgets.document_view import Item
from tui.widgets.reading_text import BLANK, Block

Pair = Mapping[str, Any]
COLUMN = 12
_SHOWN = (
    "primary_strategy",
    "primary_rationale",
    "secondary_strategies",
    "tone_selection",
    "tone_rationale",
    "pacing",
    "tactical_choices",
    "avoid_tactics",
    "specific_techniques",
)
_EXPECTED = (("positive_indicators", "▲"), ("neutral_indicators", "◆"), ("negative_indicators", "▼"))
_TRAINING = ("key_learning_objective", "difficulty_level", "demonstrates_skills", "emotional_progression_target")


def strategy_page(pairs: Sequence[Pair], width: int) -> Iterator[Item]:
    """All turns."""
    if not any(part(pair, "response_strategy") for pair in pairs):
        yield from nothing("No turn has its strategy annotated: only the dialogue was written, or the file has none.")
        return
    for place, pair in enumerate(pairs):
        if place:
            yield BLANK
        strategy = part(pair, "response_strategy")
        yield from turn_heading(pair.get("turn_number"), len(pairs), width, named(strategy.get("primary_strategy")))
        yield ((cut(plain(str(pair.get("target_response", ""))[:400]), width), "muted"),)
        yield BLANK
        if width < WIDE_PAGE:
            yield from _why(strategy, width)
            yield from _how(strategy, width)
            yield from _after(pair, width)
        else:
            half = (width - 4) // 2
            right = (*_how(strategy, width - half - 4),)
            yield from beside((*_why(strategy, half), *_after(pair, half)), right, half, width, gap=4)


def _why(strategy: Pair, width: int) -> Iterator[Item]:
    if not strategy:
        yield Block("This turn has no strategy.", "muted", 2)
        return
    yield title("Strategy")
    yield Block(named(strategy.get("primary_strategy")) or "–", "strong", 2)
    if strategy.get("primary_rationale"):
        yield Block(plain(strategy["primary_rationale"]), "text", 2)
    yield BLANK
    if strategy.get("secondary_strategies"):
        yield title("Secondary")
        yield from bullets(strategy["secondary_strategies"])
        yield BLANK
    if strategy.get("tone_selection") or strategy.get("pacing"):
        yield title("Tone and pacing")
        yield from entry("tone", named(strategy.get("tone_selection")), COLUMN)
        if strategy.get("tone_rationale"):
            yield Block(plain(strategy["tone_rationale"]), "muted", 2 + COLUMN)
        yield from entry("pacing", named(strategy.get("pacing")), COLUMN)
        yield BLANK
    yield from others(strategy, _SHOWN, width)


def _how(strategy: Pair, width: int) -> Iterator[Item]:
    choices = strategy.get("tactical_choices")
    if choices:
        yield title("Tactical choices")
        yield from _choices(choices, width)
        yield BLANK
    if strategy.get("avoid_tactics"):
        yield title("Avoided")
        yield from bullets(strategy["avoid_tactics"], sign="✗")
        yield BLANK
    techniques = strategy.get("specific_techniques")
    if techniques:
        yield title("Techniques")
        for technique in techniques if isinstance(techniques, list) else [techniques]:
            yield from _technique(technique, width)
        yield BLANK


def _choices(choices: Any, width: int) -> Iterator[Item]:
    if not isinstance(choices, Mapping):
        yield from tree(choices, width)
        return
    for name, value in choices.items():
        if isinstance(value, bool):
            yield Block(named(name), "text" if value else "muted", 4, "  ✓" if value else "  ✗")
        else:
            yield Block(f"{named(name)}: {plain(value)}", "text", 4, "  ·")


def _technique(technique: Any, width: int) -> Iterator[Item]:
    if not isinstance(technique, Mapping):
        yield from bullets([technique])
        return
    yield Block(named(technique.get("technique")) or "–", "text", 4, "  ·")
    yield from entry("applied", plain(technique.get("application")), 9, indent=4)
    yield from entry("so that", plain(technique.get("purpose")), 9, indent=4)
    yield from others(technique, ("technique", "application", "purpose"), width, 4)


def _after(pair: Pair, width: int) -> Iterator[Item]:
    expected = part(pair, "expected_user_response_patterns")
    if expected:
        yield title("Expected answers: ▲ it helped, ◆ neutral, ▼ it did not")
        for name, sign in _EXPECTED:
            values = expected.get(name) or []
            for value in values if isinstance(values, list) else [values]:
                yield Block(plain(value), "text", 4, f"  {sign}")
        yield from others(expected, [name for name, _ in _EXPECTED], width)
        yield BLANK
    training = part(pair, "training_metadata")
    if any(training.get(name) for name in _TRAINING):
        yield title("What the turn teaches")
        yield from entry("objective", plain(training.get("key_learning_objective")), COLUMN)
        yield from entry("difficulty", named(training.get("difficulty_level")), COLUMN)
        skills = training.get("demonstrates_skills")
        skills = ", ".join(named(skill) for skill in skills) if isinstance(skills, list) else named(skills)
        yield from entry("skills", skills, COLUMN)
        yield from entry("journey", plain(training.get("emotional_progression_target")), COLUMN)
        yield BLANK
