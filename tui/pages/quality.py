"""The Quality tab: the score with its reasons, what the checks found and where, and the rubric of each turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.browse import Reading
from core.detail import Facts
from tui.pages import setting
from tui.pages.setting import Pair
from tui.widgets.cells import cut, padded, width_of
from tui.widgets.document_view import Anchor, Item
from tui.widgets.glyphs import FLAG, NOT_MEASURED, score_cell, stars
from tui.widgets.reading_text import BLANK, Block, place_of

SEVERITIES = (
    ("gate", "✗", "error", "Gates that failed: they must be mended"),
    ("warning", FLAG, "warning", "Warnings"),
    ("info", "·", "muted", "Remarks"),
)
NAME = 17
_CRITERIA = {
    "empathy_score": "empathy",
    "clarity_score": "clarity",
    "appropriateness_score": "appropriate",
    "brand_voice_alignment": "voice",
    "educational_effectiveness": "teaching",
}


def quality_page(reading: Reading, facts: Facts | None, pairs: Sequence[Pair], width: int) -> Iterator[Item]:
    """Score, parts, findings, rubric."""
    yield from _score(reading, width)
    yield from _findings(reading, width)
    yield from _rubric(reading, facts, width)
    yield from _turns(pairs, width)


def _score(reading: Reading, width: int) -> Iterator[Item]:
    text, tone = score_cell(reading.row.quality_score)
    yield setting.heading("Score", width, f"{text} of 10" if reading.row.quality_score is not None else text, tone)
    if not reading.parts:
        yield Block(_unchecked(reading), "muted", 2)
        yield BLANK
        return
    for one in reading.parts:
        score = setting.share(one.get("score"))
        name, reason = setting.named(one.get("name")), setting.plain(one.get("reason"))
        weight = setting.share(one.get("weight"))
        weighs = f"× {weight:g}" if weight is not None else ""
        if score is None:
            line = setting.line_of(
                (f"  {padded(cut(name, NAME - 1), NAME)}", "muted"),
                (NOT_MEASURED.ljust(setting.BAR_WIDTH + 6), "muted"),
            )
        else:
            line = setting.bar_line(name, score, width, NAME, top=10.0, figure=f"{score:>4.1f} ")
        line = (*line, (f" {weighs:<5}", "faint"))
        if width >= setting.WIDE_PAGE:
            used = sum(width_of(text) for text, _ in line)
            yield from setting.beside(
                (line,), (Block(reason, "text" if score is not None else "muted"),), used, width, gap=2
            )
        else:
            yield line
            yield Block(reason, "muted", 2 + NAME)
    yield BLANK


def _unchecked(reading: Reading) -> str:
    if not reading.turns:
        return "Not measured: there is no text yet."
    if reading.row.tier == "seed":
        return "Not measured: this is a hand-written example; its rubric is the author's."
    return "Not measured yet."


def _findings(reading: Reading, width: int) -> Iterator[Item]:
    found = reading.findings
    if not found and not reading.parts:
        return
    gates = sum(one.get("severity") == "gate" for one in found)
    tail = "all gates passed" if not gates else f"{gates} failed"
    yield setting.heading(f"Findings ({len(found)})", width, tail, "error" if gates else "success")
    if not found:
        yield Block("The checks found nothing.", "muted", 2)
    for severity, sign, tone, words in SEVERITIES:
        some = [one for one in found if one.get("severity") == severity]
        if some:
            yield setting.title(words)
        for one in some:
            yield from _finding(one, sign, tone)
    known = {severity for severity, *_ in SEVERITIES}
    for one in found:
        if one.get("severity") not in known:
            yield from _finding(one, "·", "text")
    if any(one.get("turn") is not None for one in found):
        yield Block("enter goes to the place of the picked finding", "faint", 2)
    yield BLANK


def _finding(finding: Mapping[str, Any], sign: str, tone: str) -> Iterator[Item]:
    yield Anchor(("finding", id(finding)), opens=finding)
    yield Block(setting.plain(finding.get("message")) or setting.named(finding.get("check")), tone, 4, f"  {sign}")
    where = " · ".join(text for text in (place_of(finding), setting.named(finding.get("check"))) if text)
    yield Block(where, "faint", 4)
    yield from setting.entry(ADVICE, setting.plain(finding.get("advice")), 3, indent=4)


ADVICE = "→"


def _rubric(reading: Reading, facts: Facts | None, width: int) -> Iterator[Item]:
    scores = facts.rubric if facts is not None else []
    overall = reading.row.rubric_overall
    if not scores and overall is None:
        return
    yield setting.heading("Rubric, 1 to 5", width, stars(overall), "warning")
    for name, value, source in scores:
        line = setting.bar_line(name, value, width, NAME, top=5.0, figure=f"{value:.1f} ")
        yield (*line, (f" from {_sources(source)}" if source else "", "faint"))
    yield BLANK


def _sources(source: str) -> str:
    return {"file": "the file", "judge": "the judge", "person": "a person"}.get(source, setting.named(source))


def _turns(pairs: Sequence[Pair], width: int) -> Iterator[Item]:
    rated = [pair for pair in pairs if _rated(pair)]
    if not rated:
        return
    yield setting.heading("Turn by turn", width)
    for pair in rated:
        training = setting.part(pair, "training_metadata")
        score = setting.share(training.get("quality_score"))
        yield ((f"  Turn {setting.plain(pair.get('turn_number'))}", "strong"), (f"  {stars(score)}", "warning"))
        criteria = setting.part(training, "quality_criteria")
        figures = [
            f"{_CRITERIA.get(name, setting.named(name))} {setting.plain(value)}" for name, value in criteria.items()
        ]
        if figures:
            yield Block(" · ".join(figures), "muted", 4)
        notes = setting.plain(training.get("reviewer_notes"))
        if notes:
            yield Block(notes, "text", 4)
    yield BLANK


def _rated(pair: Pair) -> bool:
    training = setting.part(pair, "training_metadata")
    return bool(
        training.get("quality_score") or setting.at(training, "quality_criteria") or training.get("reviewer_notes")
    )
