"""The Emotions tab: what the client feels in each turn, by which words it shows, and what that asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.figures import counted
from tui.pages import setting
from tui.pages.curve import curve
from tui.pages.setting import Pair
from tui.widgets.cells import cut, width_of
from tui.widgets.document_view import Item
from tui.widgets.glyphs import ARROW, FLAG
from tui.widgets.reading_text import BLANK, Block

CONTEXT = "emotional_context"
_STEP = (
    "previous_turn_primary",
    "previous_turn_intensity",
    "current_turn_primary",
    "current_turn_intensity",
    "trajectory",
    "interpretation",
)
QUOTED = 200  # of the client's message, to know the turn by


def emotions_page(pairs: Sequence[Pair], width: int) -> Iterator[Item]:
    """All turns, with the curve of the intensity first."""
    if not any(setting.part(pair, CONTEXT) for pair in pairs):
        yield from setting.nothing(
            "No turn has its emotions annotated: only the dialogue was written, or the file has none."
        )
        return
    points = [
        (setting.named(setting.at(pair, CONTEXT, "detected_emotions", "primary")) or "–",
         setting.share(setting.at(pair, CONTEXT, "detected_emotions", "intensity")))
        for pair in pairs
    ]  # fmt: skip
    yield setting.title("Intensity of the leading emotion")
    yield BLANK
    yield from curve(points, width)
    for pair in pairs:
        yield BLANK
        yield from _turn(pair, len(pairs), width)


def _turn(pair: Pair, count: int, width: int) -> Iterator[Item]:
    context = setting.part(pair, CONTEXT)
    detected = setting.part(context, "detected_emotions")
    intensity = setting.share(detected.get("intensity"))
    tail = setting.named(detected.get("primary")) + (f" {setting.fraction(intensity)}" if intensity is not None else "")
    yield from setting.turn_heading(pair.get("turn_number"), count, width, tail)
    said = setting.plain(str(pair.get("current_user_input", ""))[: 2 * QUOTED])
    yield ((cut(f"“{said}”", width), "muted"),)
    yield BLANK
    if not context:
        yield Block("This turn has no emotional context.", "muted", 2)
    elif width < setting.WIDE_PAGE:
        yield from _felt(context, width)
        yield from _meant(context, width)
    else:
        half = (width - 4) // 2
        yield from setting.beside(_felt(context, half), _meant(context, width - half - 4), half, width, gap=4)


def _felt(context: Pair, width: int) -> Iterator[Item]:
    """What was detected, and the words that show it."""
    detected = setting.part(context, "detected_emotions")
    names = [key for key in detected if f"{key}_confidence" in detected]
    names += [key for key in ("primary", "secondary", "tertiary") if key in detected and key not in names]
    column = max((width_of(setting.named(detected[key])) for key in names), default=0) + 2
    column = max(11, min(column, 24))
    if detected:
        yield setting.title("Detected, with confidence")
    for key in names:
        confidence = setting.share(detected.get(f"{key}_confidence"))
        if confidence is None:
            yield Block(setting.named(detected[key]), "text", 2)
        else:
            yield setting.bar_line(setting.named(detected[key]), confidence, width, column)
    rest = [
        (
            "intensity",
            setting.fraction(value) if (value := setting.share(detected.get("intensity"))) is not None else "",
        ),
        ("valence", setting.named(detected.get("valence"))),
    ]
    yield from setting.entries(rest, width, widest=column)
    known = {*names, *(f"{key}_confidence" for key in names), "intensity", "valence"}
    yield from setting.others(detected, known, width)
    yield BLANK
    yield from _indicators(context.get("emotional_indicators"), width)


def _indicators(indicators: Any, width: int) -> Iterator[Item]:
    if not indicators:
        return
    if not isinstance(indicators, Mapping):
        yield setting.title("Indicators")
        yield from setting.tree(indicators, width)
        yield BLANK
        return
    number = sum(len(quotes) if isinstance(quotes, list) else 1 for quotes in indicators.values())
    yield setting.title(f"Indicators: {number} in {counted(len(indicators), 'category', 'categories')}")
    column = min(max(14, width // 3), max(width_of(setting.named(name)) for name in indicators) + 2)
    for name, quotes in indicators.items():
        if isinstance(quotes, Mapping):
            yield ((f"  {setting.named(name)}", "muted"),)
            yield from setting.tree(quotes, width, 4)
            continue
        shown = [f"“{setting.plain(quote)}”" for quote in (quotes if isinstance(quotes, list) else [quotes])]
        yield from setting.entry(setting.named(name), " · ".join(shown), column)
    yield BLANK


def _meant(context: Pair, width: int) -> Iterator[Item]:
    """How it moved, what it says about the client, what it asks for."""
    yield from _progression(context.get("emotional_progression"), width)
    behaviour = context.get("behavioral_assessment")
    if behaviour:
        yield setting.title("Behaviour")
        yield from setting.tree(behaviour, width)
        yield BLANK
    yield from _needs(context.get("client_needs_hierarchy"), width)
    yield from _flags(context.get("red_flags"), width)
    shown = ("detected_emotions", "emotional_indicators", "emotional_progression", "behavioral_assessment",
             "client_needs_hierarchy", "red_flags")  # fmt: skip
    yield from setting.others(context, shown, width)


def _progression(step: Any, width: int) -> Iterator[Item]:
    if not step:
        return
    yield setting.title("Progression")
    if isinstance(step, Mapping) and step.keys() & set(_STEP):
        before = _felt_at(step, "previous")
        after = _felt_at(step, "current")
        way = f" {ARROW} ".join(text for text in (before, after) if text)
        trajectory = setting.named(step.get("trajectory"))
        yield Block(" · ".join(text for text in (way, trajectory) if text), "text", 2)
        if step.get("interpretation"):
            yield Block(setting.plain(step["interpretation"]), "muted", 2)
        yield from setting.others(step, _STEP, width)
    else:
        yield from setting.tree(step, width)
    yield BLANK


def _felt_at(step: Pair, when: str) -> str:
    intensity = setting.share(step.get(f"{when}_turn_intensity"))
    name = setting.named(step.get(f"{when}_turn_primary"))
    return " ".join(text for text in (name, setting.fraction(intensity) if intensity is not None else "") if text)


def _needs(needs: Any, width: int) -> Iterator[Item]:
    if not needs:
        return
    yield setting.title("Needs, the most pressing first")
    if not isinstance(needs, list):
        yield from setting.tree(needs, width)
    for place, need in enumerate(needs if isinstance(needs, list) else [], 1):
        if not isinstance(need, Mapping):
            yield Block(setting.plain(need), "text", 5, f"  {place}")
            continue
        rank = setting.plain(need.get("priority")) or str(place)
        yield Block(setting.named(need.get("need")) or "–", "text", 5, f"  {rank}")
        if need.get("rationale"):
            yield Block(setting.plain(need["rationale"]), "muted", 5)
        yield from setting.others(need, ("priority", "need", "rationale"), width, 5)
    yield BLANK


def _flags(flags: Any, width: int) -> Iterator[Item]:
    if not flags:
        return
    yield setting.title("Red flags")
    if not isinstance(flags, list):
        yield from setting.tree(flags, width)
    for flag in flags if isinstance(flags, list) else []:
        if not isinstance(flag, Mapping):
            yield Block(setting.named(flag), "warning", 5, f"  {FLAG}")
            continue
        yield Block(setting.named(flag.get("flag")) or "–", "warning", 5, f"  {FLAG}")
        for name in ("implication", "handling"):
            if flag.get(name):
                yield from setting.entry(name, setting.plain(flag[name]), 13, indent=5)
        yield from setting.others(flag, ("flag", "implication", "handling"), width, 5)
    yield BLANK
