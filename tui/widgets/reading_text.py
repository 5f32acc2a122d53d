"""What the reading view says about a conversation, as blocks that are not yet wrapped: heading, plan, error, turns.

Pure functions from a `Reading` to blocks, called by `ReadingView` on every cursor move, so they only touch text that is
shown. Everything that came from outside is made safe here; JSON is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.browse import Facts, Reading, Row, Turn
from core.status import words
from core.text.terminal import safe_line, safe_text
from tui.widgets.cells import cut, padded, width_of, wrap
from tui.widgets.glyphs import SEED, arc_text, client_name, emotion_line, score_cell, status_cell
from tui.widgets.tones import Line, Span

TEXT_INDENT = 2
LABEL_WIDTH = 11
LONG_LINE = 300  # a name or topic longer than this is damaged; the rest is not looked at
FULL = 9.95  # shown as 10.0
LINE_KEYS = {"generate": "x", "generate_many": "ctrl+g", "history": "enter", "stop": "s"}

# What the model writes: <turn><user>…</user><advisor>…</advisor></turn>.
_TAG = re.compile(r"<(/?)(turn|user|advisor|conversation|dialogue)\b[^<>]{0,80}>", re.IGNORECASE)
_HALF_TAG = re.compile(r"<[/a-zA-Z]{0,14}$")  # the tag being written right now
_FIGURES = re.compile(r"[\d.,]+")


@dataclass(frozen=True)
class Block:
    """A paragraph to wrap; `label` stands before its first line."""

    text: str
    tone: str = "text"
    indent: int = 0
    label: str = ""

    def lines(self, width: int) -> Iterator[Line]:
        """The paragraph in lines of at most `width` cells."""
        margin = " " * self.indent
        for index, text in enumerate(wrap(self.text, width - self.indent)):
            if self.label:
                head = self.label if index == 0 else ""
                yield ((padded(head, self.indent), "muted"), (text, self.tone))
            else:
                yield ((margin + text, self.tone),)


Part = Block | Line
BLANK: Line = ()


def parts_of(
    reading: Reading, *, advisor: str, width: int, compact: bool, steps: list[str], keys: Mapping[str, str]
) -> Iterator[Part]:
    """Everything the view shows of a conversation; `compact` saves lines for small panes."""
    row = reading.row
    is_live = row.status in ("queued", "generating")
    yield _name_line(row, width, compact)
    if is_live:
        yield _step_line(row, steps, width, keys)
    yield from _heading(reading, width, compact)
    if row.status == "failed":
        yield BLANK
        yield Block(safe_line(row.error_message[:4000]) or "It failed without a reason.", "error", 2, "! ")
        yield Block(f"{keys['generate']} tries again · {keys['history']} shows what was sent and answered", "muted", 2)
    if is_live:
        yield from _being_written(reading, advisor, steps)
    elif reading.turns:
        for turn in reading.turns:
            yield from _turn(turn, row, advisor, len(reading.turns))
    elif row.status in ("planned", "failed"):
        yield from _plan(row, reading.facts, keys, compact)
    else:
        yield BLANK
        yield Block("This conversation has no text.", "muted")
    if row.reviewer_notes and not (row.status == "planned" and not reading.turns):
        yield BLANK
        yield from _paragraphs(row.reviewer_notes, label="✎ note", indent=LABEL_WIDTH)


def step_log(steps: list[str], step: str) -> list[str]:
    """The log with one more step; a step that only counts on replaces the last one."""
    fresh = [safe_line(line[:LONG_LINE]).strip() for line in step.splitlines() if line.strip()]
    log = list(steps)
    for entry in fresh:
        if log and _FIGURES.sub("", log[-1]) == _FIGURES.sub("", entry):
            log[-1] = entry
        elif entry not in log[-len(fresh) :]:
            log.append(entry)
    return log[-12:]


def _name_line(row: Row, width: int, compact: bool) -> Line:
    status, status_tone = status_cell(row)
    score, score_tone = score_cell(row.quality_score)
    right: list[Span] = [(status, status_tone)]
    if row.quality_score is not None:
        right += [("  ", ""), (score, score_tone)]
    number = f"#{row.number} "
    name = safe_line(row.persona_name[:LONG_LINE])
    topic = safe_line(row.topic[:LONG_LINE])
    star: list[Span] = [(f"{SEED} ", "accent")] if row.tier == "seed" else []
    room = width - sum(width_of(text) for text, _ in (*right, *star)) - len(number) - 2
    left: list[Span] = [*star, (number, "muted"), (cut(name, room), "strong")]
    if compact:
        rest = room - width_of(name) - 3
        if rest > 8:
            left += [(" · ", "muted"), (cut(topic, rest), "text")]
    gap = width - sum(width_of(text) for text, _ in (*left, *right))
    return (*left, (" " * max(2, gap), ""), *right)


def _step_line(row: Row, steps: list[str], width: int, keys: Mapping[str, str]) -> Line:
    if row.status == "queued" and not steps:
        return ((cut(f"Waiting in the queue. {keys['stop']} stops the job.", width), "muted"),)
    return (("▸ ", "accent"), (cut(steps[-1] if steps else "starting", width - 2), "accent"))


def _heading(reading: Reading, width: int, compact: bool) -> Iterator[Part]:
    row = reading.row
    topic = safe_line(row.topic[:LONG_LINE])
    if topic and not compact and (reading.turns or row.status in ("queued", "generating")):
        yield Block(topic, "text")
    worst = _worst(reading)
    if worst:
        yield ((cut(worst, width), "muted"),) if compact else Block(worst, "muted")
    emotions = _emotions(reading)
    if emotions:
        yield ((cut(emotion_line(emotions, width), width), "secondary"),)


def _emotions(reading: Reading) -> list[tuple[str, float | None]]:
    found = [(safe_line(turn.emotion[:60]), turn.intensity) for turn in reading.turns if turn.emotion]
    row = reading.row
    if not found and reading.turns and (row.starting_emotion or row.ending_emotion):
        found = [
            (row.starting_emotion or "?", row.starting_intensity),
            (row.ending_emotion or "?", row.ending_intensity),
        ]
    return found


def _worst(reading: Reading) -> str:
    """The gate that failed with its place, else the weakest part of the score with its reason."""
    for finding in reading.findings:
        if finding.get("severity") == "gate":
            message = safe_line(str(finding.get("message") or finding.get("check") or "")[:LONG_LINE])
            where = place_of(finding)
            return f"✗ {where}: {message}" if where else f"✗ {message}"
    measured = [(figure, part) for part in reading.parts if (figure := _figure(part)) is not None]
    if not measured:
        return ""
    figure, worst = min(measured, key=lambda one: one[0])
    if figure >= FULL:
        return ""  # nothing is weak
    reason = safe_line(str(worst.get("reason") or "")[:LONG_LINE])
    name = words(safe_line(str(worst.get("name") or "")))
    return f"weakest: {name} {figure:.1f}{' · ' if reason else ''}{reason}"


def _figure(part: Mapping[str, Any]) -> float | None:
    value = part.get("score")
    return float(value) if isinstance(value, int | float) else None


def place_of(finding: Mapping[str, Any]) -> str:
    """Where a finding stands: `turn 2, advisor, sentence 4`; empty for the conversation as a whole."""
    turn, sentence = finding.get("turn"), finding.get("sentence")
    parts = [
        f"turn {turn}" if turn is not None else "",
        str(finding.get("role") or ""),
        f"sentence {sentence}" if sentence is not None else "",
    ]
    return safe_line(", ".join(text for text in parts if text)[:LONG_LINE])


def _turn(turn: Turn, row: Row, advisor: str, count: int) -> Iterator[Part]:
    tail = f"  turn {turn.number} of {count}"
    if turn.emotion:
        tail += f" · {words(safe_line(turn.emotion[:60]))}"
        tail += "" if turn.intensity is None else f" {turn.intensity:.2f}".replace(" 0.", " .")
    yield from _said(client_name(row), "client", turn.user, tail)
    strategy = words(safe_line(turn.strategy[:120])) if turn.strategy else ""
    yield from _said(advisor_name(advisor), "advisor", turn.advisor, f"  {strategy}" if strategy else "")
    if turn.note:
        yield from _paragraphs(turn.note, label="✎ note", indent=LABEL_WIDTH)


def advisor_name(advisor: str) -> str:
    """What the advisor is called in headings."""
    names = safe_line(advisor[:LONG_LINE]).split()
    return names[0] if names else "Advisor"


def _said(name: str, tone: str, text: str, tail: str = "") -> Iterator[Part]:
    yield BLANK
    yield ((name, tone), (tail, "muted"))
    yield from _paragraphs(text)


def _paragraphs(text: str, tone: str = "text", indent: int = TEXT_INDENT, label: str = "") -> Iterator[Part]:
    blank = True
    for line in safe_text(text).strip("\n").split("\n"):
        if line.strip():
            yield Block(line.rstrip(), tone, indent, label)
            label, blank = "", False
        elif not blank:
            yield BLANK
            blank = True


def _being_written(reading: Reading, advisor: str, steps: list[str]) -> Iterator[Part]:
    if len(steps) > 1:
        yield Block(" › ".join(steps[:-1]), "muted")
    yield from said_so_far(reading.live_text, client_name(reading.row), advisor_name(advisor))


def said_so_far(text: str, client: str, advisor: str) -> Iterator[Part]:
    """Tagged text that is still being written: its tags become headings, a tag cut in the middle is held back."""
    pieces = _TAG.split(_HALF_TAG.sub("", text))
    yield from _loose(pieces[0])
    for closing, tag, spoken in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        speaker = tag.lower()
        if not closing and speaker == "user":
            yield from _said(client, "client", spoken)
        elif not closing and speaker == "advisor":
            yield from _said(advisor, "advisor", spoken)
        else:
            yield from _loose(spoken)


def _loose(text: str) -> Iterator[Part]:
    """Text outside the tags: shown, because the person should see what the model does."""
    if text.strip():
        yield BLANK
        yield from _paragraphs(text.strip(), "muted", 0)


def _plan(row: Row, facts: Facts | None, keys: Mapping[str, str], compact: bool) -> Iterator[Part]:
    """What will be written: the story first, then who writes, then the figures of the plan."""
    if not compact:
        yield BLANK
    story = [
        ("topic", "" if compact else row.topic),  # it stands in the heading
        ("story", facts.topic_description if facts is not None else ""),
        ("session", facts.session_context if facts is not None else ""),
        ("hoped for", facts.expected_outcome if facts is not None else ""),
        ("arc", _arc(row)),
    ]
    client = [("client", row.persona_name), *(facts.client if facts is not None else [])]
    plan = [
        ("scenario", facts.scenario or "" if facts is not None else ""),
        ("edge case", facts.edge_case or "" if facts is not None else ""),
        ("template", words(row.arc_id)),
        ("tier", words(row.tier)),
        ("turns", str(row.target_turns or "")),
        ("category", words(row.content_category)),
        ("intent", words(row.intent)),
        ("tone", words(row.tone)),
        ("roles", words(row.role_pair)),
        ("outcome", words(row.outcome)),
        ("notes", row.reviewer_notes),
    ]
    yield from _labelled(story)
    if row.status == "planned":
        yield BLANK
        yield Block(
            f"{keys['generate']} generates this conversation, {keys['generate_many']} the marked or filtered ones. "
            "You see time and cost before anything is sent.",
            "muted",
        )
    for section in (client, plan):
        yield BLANK
        yield from _labelled(section)


def _labelled(facts: list[tuple[str, str]]) -> Iterator[Part]:
    for label, value in facts:
        if value:
            yield Block(safe_line(value[:2000]), "text", LABEL_WIDTH, cut(safe_line(label), LABEL_WIDTH - 1))


def _arc(row: Row) -> str:
    if not row.starting_emotion and not row.ending_emotion:
        return ""
    text = arc_text(row.starting_emotion, row.ending_emotion)
    figures = [f"{value:.2f}" for value in (row.starting_intensity, row.ending_intensity) if value is not None]
    return f"{text}  ({' → '.join(figures)})" if figures else text
