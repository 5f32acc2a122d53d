"""The signs of the screens: what stands for a status, a score, an emotional arc, a seed, a flag.

Every widget and screen takes them from here, so that a status is told by its glyph everywhere and never by its colour
alone. Each function gives the text and the name of a tone (see `tui.widgets.tones`); nothing here knows a colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.browse import Row
from core.status import words
from core.text.terminal import safe_line
from tui.widgets.cells import width_of

STATUS_GLYPHS: dict[str, str] = {
    "planned": "·",
    "queued": "…",
    "generating": "▸",
    "generated": "○",
    "reviewed": "◐",
    "approved": "●",
    "needs_edit": "✎",
    "rejected": "✗",
    "failed": "!",
}
STATUS_WORDS: dict[str, str] = {"generated": "to review"}
STATUS_TONES: dict[str, str] = {
    "planned": "muted",
    "queued": "muted",
    "generating": "accent",
    "generated": "primary",
    "reviewed": "text",
    "approved": "success",
    "needs_edit": "warning",
    "rejected": "error",
    "failed": "error",
}
FLAG = "⚑"
SEED = "★"
SIMULATED = "~"
ARROW = "→"
EMOTION_GAP = " ─ "
MARK = "✓"
NOT_MEASURED = "–"
BAR_FULL, BAR_PART, BAR_EMPTY = "━", "╸", "─"
_template_names: dict[int, str] = {}
NAME_LIMIT = 200  # a longer name is damaged; the rest is not looked at
_bounds = [6.0, 8.0]  # of the score's signs; `set_score_bounds` puts review_below and approve_from of the settings here


def status_words(status: str) -> str:
    """A status in the words of the screens."""
    return STATUS_WORDS.get(status) or words(status)


def status_cell(row: Row) -> tuple[str, str]:
    """Glyph, simulated sign, words and flag of a row."""
    flag = f" {FLAG}" if row.needs_review else ""
    simulated = SIMULATED if row.is_simulated else ""
    glyph = STATUS_GLYPHS.get(row.status, "?")
    return f"{glyph} {simulated}{status_words(row.status)}{flag}", STATUS_TONES.get(row.status, "text")


def status_sign(row: Row) -> str:
    """The same without words, for small tables."""
    flag = FLAG if row.needs_review else ""
    return f"{SIMULATED if row.is_simulated else ''}{STATUS_GLYPHS.get(row.status, '?')}{flag}"


def set_score_bounds(review_below: float, approve_from: float) -> None:
    """From where on a score is low or high, for all widgets; the app calls it when it knows the settings."""
    _bounds[:] = (review_below, max(review_below, approve_from))


def set_template_names(names: Mapping[int, str]) -> None:
    """What the versions of templates are called, by row id."""
    _template_names.clear()
    _template_names.update(names)


def template_name(version_id: int | None) -> str:
    """A version of a template by name, or a dash."""
    return NOT_MEASURED if version_id is None else _template_names.get(version_id, f"version {version_id}")


def score_cell(score: float | None) -> tuple[str, str]:
    """A score with the sign of its class, or a dash when it was not measured."""
    if score is None:
        return NOT_MEASURED, "muted"
    if score < _bounds[0]:
        return f"▼ {score:.1f}", "error"
    if score <= _bounds[1]:
        return f"◆ {score:.1f}", "warning"
    return f"▲ {score:.1f}", "success"


def number_cell(row: Row) -> tuple[str, str]:
    """The number of a row, with a star when it is a hand-written example."""
    return (f"{SEED}{row.number}", "accent") if row.tier == "seed" else (str(row.number), "muted")


def client_name(row: Row) -> str:
    """What the client is called where room is short: the first name, or the whole description of an unnamed client."""
    whole = safe_line(row.persona_name[:NAME_LIMIT]).strip()
    names = whole.split()
    if names and len(names) <= 3 and all(name[:1].isupper() for name in names) and not names[0].endswith("."):
        return names[0]
    return whole or "Client"


def arc_text(start: str, end: str) -> str:
    """An emotional arc as a person reads it."""
    if not start and not end:
        return ""
    return f"{words(start) or '?'} {ARROW} {words(end) or '?'}"


def emotion_line(steps: Sequence[tuple[str, float | None]], width: int) -> str:
    """Emotions over the turns with their intensities; figures and then the middle give way to a small width."""
    texts = [words(name) + ("" if intensity is None else f" {_fraction(intensity)}") for name, intensity in steps]
    line = EMOTION_GAP.join(texts)
    if width_of(line) > width:
        texts = [words(name) for name, _ in steps]
        line = EMOTION_GAP.join(texts)
    while width_of(line) > width and len(texts) > 2:
        middle = len(texts) // 2
        del texts[middle]
        line = EMOTION_GAP.join([*texts[:middle], "…", *texts[middle:]])
    return line


def bar(done: int, total: int, width: int) -> tuple[str, str]:
    """The full and the empty part of a progress bar, together `width` cells."""
    if width <= 0:
        return "", ""
    halves = 2 * width * min(done, total) // total if total > 0 else 0
    full = BAR_FULL * (halves // 2) + (BAR_PART if halves % 2 else "")
    return full, BAR_EMPTY * (width - len(full))


def stars(value: float | None) -> str:
    """A rubric score of 1 to 5 as stars with its figure."""
    if value is None:
        return NOT_MEASURED
    whole = max(0, min(5, round(value)))
    return f"{'★' * whole}{'☆' * (5 - whole)} {value:.1f}"


def _fraction(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
