"""The Strategy tab: how the advisor answers each turn and why, what to expect back, and what the turn teaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.pages import setting
from tui.pages.setting import Pair
from tui.widgets.cells import cut
from tui.widgets.document_view import Item
from tui.widgets.reading_text import BLANK, Block

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
    if not any(setting.part(pair, "response_strategy") for pair in pairs):
        yield from setting.nothing(
            "No turn has its strategy annotated: only the dialogue was written, or the file has none."
        )
        return
    for place, pair in enumerate(pairs):
        if place:
            yield BLANK
        strategy = setting.part(pair, "response_strategy")
        yield from setting.turn_heading(
            pair.get("turn_number"), len(pairs), width, setting.named(strategy.get("primary_strategy"))
        )
        yield ((cut(setting.plain(str(pair.get("target_response", ""))[:400]), width), "muted"),)
        yield BLANK
        if width < setting.WIDE_PAGE:
            yield from _why(strategy, width)
            yield from _how(strategy, width)
            yield from _after(pair, width)
        else:
            half = (width - 4) // 2
            right = (*_how(strategy, width - half - 4),)
            yield from setting.beside((*_why(strategy, half), *_after(pair, half)), right, half, width, gap=4)


def _why(strategy: Pair, width: int) -> Iterator[Item]:
    if not strategy:
        yield Block("This turn has no strategy.", "muted", 2)
        return
    yield setting.title("Strategy")
    yield Block(setting.named(strategy.get("primary_strategy")) or "–", "strong", 2)
    if strategy.get("primary_rationale"):
        yield Block(setting.plain(strategy["primary_rationale"]), "text", 2)
    yield BLANK
    if strategy.get("secondary_strategies"):
        yield setting.title("Secondary")
        yield from setting.bullets(strategy["secondary_strategies"])
        yield BLANK
    if strategy.get("tone_selection") or strategy.get("pacing"):
        yield setting.title("Tone and pacing")
        yield from setting.entry("tone", setting.named(strategy.get("tone_selection")), COLUMN)
        if strategy.get("tone_rationale"):
            yield Block(setting.plain(strategy["tone_rationale"]), "muted", 2 + COLUMN)
        yield from setting.entry("pacing", setting.named(strategy.get("pacing")), COLUMN)
        yield BLANK
    yield from setting.others(strategy, _SHOWN, width)


def _how(strategy: Pair, width: int) -> Iterator[Item]:
    choices = strategy.get("tactical_choices")
    if choices:
        yield setting.title("Tactical choices")
        yield from _choices(choices, width)
        yield BLANK
    if strategy.get("avoid_tactics"):
        yield setting.title("Avoided")
        yield from setting.bullets(strategy["avoid_tactics"], sign="✗")
        yield BLANK
    techniques = strategy.get("specific_techniques")
    if techniques:
        yield setting.title("Techniques")
        for technique in techniques if isinstance(techniques, list) else [techniques]:
            yield from _technique(technique, width)
        yield BLANK


def _choices(choices: Any, width: int) -> Iterator[Item]:
    if not isinstance(choices, Mapping):
        yield from setting.tree(choices, width)
        return
    for name, value in choices.items():
        if isinstance(value, bool):
            yield Block(setting.named(name), "text" if value else "muted", 4, "  ✓" if value else "  ✗")
        else:
            yield Block(f"{setting.named(name)}: {setting.plain(value)}", "text", 4, "  ·")


def _technique(technique: Any, width: int) -> Iterator[Item]:
    if not isinstance(technique, Mapping):
        yield from setting.bullets([technique])
        return
    yield Block(setting.named(technique.get("technique")) or "–", "text", 4, "  ·")
    yield from setting.entry("applied", setting.plain(technique.get("application")), 9, indent=4)
    yield from setting.entry("so that", setting.plain(technique.get("purpose")), 9, indent=4)
    yield from setting.others(technique, ("technique", "application", "purpose"), width, 4)


def _after(pair: Pair, width: int) -> Iterator[Item]:
    expected = setting.part(pair, "expected_user_response_patterns")
    if expected:
        yield setting.title("Expected answers: ▲ it helped, ◆ neutral, ▼ it did not")
        for name, sign in _EXPECTED:
            values = expected.get(name) or []
            for value in values if isinstance(values, list) else [values]:
                yield Block(setting.plain(value), "text", 4, f"  {sign}")
        yield from setting.others(expected, [name for name, _ in _EXPECTED], width)
        yield BLANK
    training = setting.part(pair, "training_metadata")
    if any(training.get(name) for name in _TRAINING):
        yield setting.title("What the turn teaches")
        yield from setting.entry("objective", setting.plain(training.get("key_learning_objective")), COLUMN)
        yield from setting.entry("difficulty", setting.named(training.get("difficulty_level")), COLUMN)
        skills = training.get("demonstrates_skills")
        skills = (
            ", ".join(setting.named(skill) for skill in skills) if isinstance(skills, list) else setting.named(skills)
        )
        yield from setting.entry("skills", skills, COLUMN)
        yield from setting.entry("journey", setting.plain(training.get("emotional_progression_target")), COLUMN)
        yield BLANK
