"""The Conversation tab: who and what it is about, then the turns with their emotions, strategy, scores and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.browse import Reading, Turn
from core.detail import Facts
from tui.pages.facts import brief_facts, client_page
from tui.pages.setting import at, fraction, named, paragraphs, part, plain, share, turn_heading
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import client_name, emotion_line
from tui.widgets.reading_text import BLANK, Block, advisor_name

Pair = Mapping[str, Any]


def conversation_page(
    reading: Reading, facts: Facts | None, pairs: Sequence[Pair], width: int, *, advisor: str, wide: bool
) -> Iterator[Item]:
    """The whole conversation. Where there is no side column the metadata stands before it."""
    if not wide:
        yield from brief_facts(reading, facts, width)
        yield BLANK
    felt = [(named(turn.emotion), turn.intensity) for turn in reading.turns if turn.emotion]
    if felt:
        yield ((emotion_line(felt, width), "secondary"),)
        yield BLANK
    by_number = {pair.get("turn_number"): pair for pair in pairs}
    for turn in reading.turns:
        yield from _turn(turn, by_number.get(turn.number, {}), reading, advisor, width)
    if reading.row.reviewer_notes:
        yield Block(plain(reading.row.reviewer_notes), "warning", 9, "✎ note")
        yield BLANK
    if not wide:
        yield from client_page(reading.row, facts, width)


def _turn(turn: Turn, pair: Pair, reading: Reading, advisor: str, width: int) -> Iterator[Item]:
    yield from turn_heading(turn.number, len(reading.turns), width, _rating(pair))
    yield Anchor(("said", turn.number, "client"))
    yield ((client_name(reading.row), "client"), (f"  {feelings(turn, pair)}", "muted"))
    yield from paragraphs(turn.user)
    yield BLANK
    yield Anchor(("said", turn.number, "advisor"))
    yield ((advisor_name(advisor), "advisor"), (f"  {_approach(turn, pair)}", "muted"))
    yield from paragraphs(turn.advisor)
    if turn.note:
        yield Block(plain(turn.note), "warning", 11, "  ✎ note")
    yield BLANK


def feelings(turn: Turn, pair: Pair) -> str:
    """The emotions of a turn with their figures: `worry .65 · embarrassment · curiosity`."""
    detected = part(pair, "emotional_context", "detected_emotions")
    first = named(turn.emotion)
    if turn.intensity is not None:
        first = f"{first} {fraction(turn.intensity)}".strip()
    more = [named(detected[key]) for key in ("secondary", "tertiary") if detected.get(key)]
    return " · ".join(text for text in (first, *more) if text)


def _approach(turn: Turn, pair: Pair) -> str:
    strategy = part(pair, "response_strategy")
    tone, pacing = named(strategy.get("tone_selection")), named(strategy.get("pacing"))
    return " · ".join(text for text in (named(turn.strategy), tone, pacing) if text)


def _rating(pair: Pair) -> str:
    score = share(at(pair, "training_metadata", "quality_score"))
    return f"★ {score:.1f}" if score is not None else ""
