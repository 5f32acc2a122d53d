"""The columns a conversation table can show, and which of them fit into how much room.

Screens take them from here and hand them to `PagedTable.set_columns`. A column's key is the name of its sort order in
the query language where there is one, so that a heading and `sort:` agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.browse import Row, local_time
from core.status import words
from tui.widgets.glyphs import (
    NOT_MEASURED,
    arc_text,
    client_name,
    number_cell,
    score_cell,
    stars,
    status_cell,
    status_sign,
    template_name,
)

GUTTER = 2  # cells left of the first column: cursor bar and mark


@dataclass(frozen=True)
class ColumnSpec:
    """One column: `cell` gives a row's text and tone; the flexible one takes what room is left, at least `width`."""

    key: str
    title: str
    width: int
    cell: Callable[[Row], tuple[str, str]]
    flexible: bool = False
    right: bool = False


def _text(name: str, tone: str = "text") -> Callable[[Row], tuple[str, str]]:
    def cell(row: Row) -> tuple[str, str]:
        value = getattr(row, name)
        return ("", "muted") if value is None else (str(value), tone)

    return cell


def _words(name: str) -> Callable[[Row], tuple[str, str]]:
    def cell(row: Row) -> tuple[str, str]:
        return words(str(getattr(row, name) or "")), "muted"

    return cell


def _turns(row: Row) -> tuple[str, str]:
    if row.turn_count:
        return str(row.turn_count), "text"
    return (f"({row.target_turns})", "muted") if row.target_turns else (NOT_MEASURED, "muted")


def _cost(row: Row) -> tuple[str, str]:
    amount = row.actual_cost_microusd
    return (NOT_MEASURED, "muted") if amount is None else (f"${amount / 1_000_000:.3f}", "text")


def _duration(row: Row) -> tuple[str, str]:
    took = row.generation_duration_ms
    return (NOT_MEASURED, "muted") if took is None else (f"{took / 1000:.0f} s", "text")


def _emotion(which: str) -> Callable[[Row], tuple[str, str]]:
    def cell(row: Row) -> tuple[str, str]:
        name, intensity = getattr(row, f"{which}_emotion"), getattr(row, f"{which}_intensity")
        return words(str(name or "")) + (f" {intensity:.2f}" if intensity is not None else ""), "muted"

    return cell


COLUMNS: dict[str, ColumnSpec] = {
    spec.key: spec
    for spec in (
        ColumnSpec("number", "#", 6, number_cell, right=True),
        ColumnSpec("id", "id", 18, _text("conversation_id", "muted")),
        ColumnSpec("persona", "persona", 16, _text("persona_name")),
        ColumnSpec("topic", "topic", 18, _text("topic"), flexible=True),
        ColumnSpec("tier", "tier", 9, _words("tier")),
        ColumnSpec("arc", "arc", 26, lambda row: (arc_text(row.starting_emotion, row.ending_emotion), "muted")),
        ColumnSpec("start", "from", 16, _emotion("starting")),
        ColumnSpec("end", "to", 16, _emotion("ending")),
        ColumnSpec("turns", "turns", 5, _turns, right=True),
        ColumnSpec("status", "status", 15, status_cell),
        ColumnSpec("score", "score", 6, lambda row: score_cell(row.quality_score), right=True),
        ColumnSpec("updated", "updated", 7, lambda row: (local_time(row.updated_at), "muted"), right=True),
        ColumnSpec("category", "category", 12, _words("content_category")),
        ColumnSpec("intent", "intent", 14, _words("intent")),
        ColumnSpec("tone", "tone", 12, _words("tone")),
        ColumnSpec("role", "roles", 14, _words("role_pair")),
        ColumnSpec("cluster", "cluster", 14, _words("topic_cluster")),
        ColumnSpec("outcome", "outcome", 12, _words("outcome")),
        ColumnSpec("rubric", "rubric", 9, lambda row: (stars(row.rubric_overall), "text")),
        ColumnSpec("cost", "cost", 7, _cost, right=True),
        ColumnSpec("duration", "took", 6, _duration, right=True),
        ColumnSpec("reviewer", "reviewer", 12, _text("reviewed_by", "muted")),
        ColumnSpec("split", "split", 6, _words("split")),
        ColumnSpec("template", "template", 18, lambda row: (template_name(row.template_version_id), "muted")),
        ColumnSpec("method", "made by", 12, _words("generation_method")),
    )
}
MEANINGS = {
    "number": "number in the plan; ★ written by hand",
    "arc": "starting → ending emotion",
    "start": "starting emotion with its intensity",
    "end": "ending emotion with its intensity",
    "turns": "turns there are (planned)",
    "score": "1 to 10, by the checks",
    "rubric": "1 to 5, mean of five",
    "category": "content category",
    "role": "role pair",
    "cluster": "topic cluster",
    "cost": "what its calls cost",
    "duration": "time it took",
    "reviewer": "who gave the verdict",
    "split": "train, dev or test",
    "template": "prompt template and version",
    "method": "model, simulator, file or hand",
    "updated": "last change, local time",
}
NARROW: list[ColumnSpec] = [COLUMNS[key] for key in ("number", "persona", "topic", "status", "score")]
WIDE: list[ColumnSpec] = [
    COLUMNS[key] for key in ("number", "id", "persona", "topic", "tier", "arc", "turns", "status", "score", "updated")
]
# In a small table a first name is enough, so that the topic can be read.
FIRST_NAME = ColumnSpec("persona", "persona", 9, lambda row: (client_name(row), "text"))
FIRST_NAME_BELOW = 92
# In a very small one the status is its glyph alone: the score shall not fall off the edge.
STATUS_SIGN = ColumnSpec("status", "st", 4, lambda row: (status_sign(row), status_cell(row)[1]))
STATUS_SIGN_BELOW = 56
# What joins the narrow set as room grows, the most useful first.
_JOINS = ("turns", "arc", "tier", "updated", "id")


def room_of(columns: Sequence[ColumnSpec]) -> int:
    """The cells a table needs for these columns."""
    return GUTTER + sum(spec.width + 1 for spec in columns)


def columns_for(width: int, wanted: Sequence[str] = ()) -> list[ColumnSpec]:
    """The columns of a table of `width` cells: those that are wanted, else the usual ones that fit, in their order."""
    chosen = [COLUMNS[key] for key in wanted if key in COLUMNS]
    return _shortened(chosen or _fitting(width), width)


def _fitting(width: int) -> list[ColumnSpec]:
    chosen = {spec.key for spec in NARROW}
    used = room_of(NARROW) + 8  # a topic wants to be read: it grows before other columns join
    for key in _JOINS:
        used += COLUMNS[key].width + 1
        if used <= width:
            chosen.add(key)
        else:
            break
    return [spec for spec in WIDE if spec.key in chosen]


def _shortened(columns: list[ColumnSpec], width: int) -> list[ColumnSpec]:
    """In a small table names and statuses take less room."""
    if width < FIRST_NAME_BELOW:
        columns = [FIRST_NAME if spec.key == "persona" else spec for spec in columns]
    if width < STATUS_SIGN_BELOW:
        columns = [STATUS_SIGN if spec.key == "status" else spec for spec in columns]
    return columns
