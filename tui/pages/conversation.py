"""The Conversation tab: who and what it is about, then the turns with their emotions, strategy, scores and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.browse import Reading, Turn
from core.detail import Facts
from tui.pages.facts import brief_facts, client_page
from tui.pages.setting import Pair, at, fraction, named, paragraphs, part, plain, share, turn_heading
from tui.widgets.cells import cut, width_of
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import FLAG, client_name, emotion_line
from tui.widgets.reading_text import BLANK, Block, advisor_name

OPEN, FOLDED = "▾", "▸"
ABOUT = "about"  # the section of the facts


@dataclass(frozen=True)
class Shown:
    """How the conversation is shown: who answers, whether the facts stand beside it, which turns are folded."""

    advisor: str
    wide: bool
    folded: frozenset[int] = frozenset()
    brief: bool = False  # of the facts before the turns only the topic


def conversation_page(
    reading: Reading, facts: Facts | None, pairs: Sequence[Pair], width: int, shown: Shown
) -> Iterator[Item]:
    """The whole conversation. Where there is no side column the metadata stands before it."""
    if not shown.wide:
        yield Anchor(ABOUT, heads=ABOUT)
        sign = FOLDED if shown.brief else OPEN
        yield ((f"{sign} ", "muted"), (cut(plain(reading.row.topic), width - 2), "strong"))
        if not shown.brief:
            yield from brief_facts(reading, facts, width)
        yield BLANK
    felt = [(named(turn.emotion), turn.intensity) for turn in reading.turns if turn.emotion]
    if felt:
        yield ((emotion_line(felt, width), "secondary"),)
        yield BLANK
    by_number = {str(pair.get("turn_number")): pair for pair in pairs}
    for turn in reading.turns:
        pair = by_number.get(str(turn.number), {})
        folded = turn.number in shown.folded
        yield from turn_heading(
            turn.number, len(reading.turns), width, _rating(turn, pair, reading), sign=f"{FOLDED if folded else OPEN} "
        )
        yield from _summary(turn, pair, reading, shown, width) if folded else _turn(turn, pair, reading, shown)
    if reading.row.reviewer_notes:
        yield Block(plain(reading.row.reviewer_notes), "warning", 9, "✎ note")
        yield BLANK
    if not shown.wide:
        yield from client_page(reading.row, facts, width)


def _turn(turn: Turn, pair: Pair, reading: Reading, shown: Shown) -> Iterator[Item]:
    yield Anchor(("said", str(turn.number), "client"))
    yield ((client_name(reading.row), "client"), (f"  {feelings(turn, pair)}", "muted"))
    wants = wanted(pair)
    if wants:
        yield Block(wants, "muted", 9, "  wants")
    yield from paragraphs(turn.user)
    yield BLANK
    yield Anchor(("said", str(turn.number), "advisor"))
    yield ((advisor_name(shown.advisor), "advisor"), (f"  {_approach(turn, pair)}", "muted"))
    yield from paragraphs(turn.advisor)
    yield from _note(turn)
    yield BLANK


def _summary(turn: Turn, pair: Pair, reading: Reading, shown: Shown, width: int) -> Iterator[Item]:
    """A folded turn: who felt and wanted what, how it was answered, what was noted."""
    client, advisor = client_name(reading.row), advisor_name(shown.advisor)
    said = f"“{plain(turn.user[: 2 * width])}”"
    column = min(width // 3, max(width_of(client), width_of(advisor)) + 4)
    for who, tone, what in (
        (client, "client", " · ".join(text for text in (feelings(turn, pair), wanted(pair)) if text) or said),
        (advisor, "advisor", _approach(turn, pair) or f"“{plain(turn.advisor[: 2 * width])}”"),
    ):
        name = cut(who, column - 3)
        gap = " " * max(1, column - 2 - width_of(name))
        yield (("  ", ""), (name, tone), (gap, ""), (cut(what, max(4, width - column)), "muted"))
    yield from _note(turn)


def _note(turn: Turn) -> Iterator[Item]:
    if turn.note:
        yield Block(plain(turn.note), "warning", 11, "  ✎ note")


def wanted(pair: Pair) -> str:
    """What the client wants of the turn: the most pressing need that was found."""
    needs = at(pair, "emotional_context", "client_needs_hierarchy")
    first = needs[0] if isinstance(needs, list) and needs else needs
    return named(first.get("need")) if isinstance(first, Mapping) else named(first)


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


def _rating(turn: Turn, pair: Pair, reading: Reading) -> str:
    """The scores of a turn: its rubric, and how much the checks found in it."""
    score = share(at(pair, "training_metadata", "quality_score"))
    found = [one.get("severity") for one in reading.findings if one.get("turn") == turn.number]
    signs = (("gate", "✗"), ("warning", FLAG))
    marks = [f"{sign}{found.count(severity)}" for severity, sign in signs if severity in found]
    return "  ".join([*marks, f"★ {score:.1f}"] if score is not None else marks)
