"""What the widget tests share: rows made up on the spot, and a reader of what a widget draws."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from core.browse import Reading, Row, Turn

HOSTILE = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H",
    "\x9b31mred",
    "[/ [type=x, v={'a[0]'}] [bold]x[/bold] [@click=app.quit]",
    "\u202eright to left\u202c שלום عالم",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 e\u0301\u0301\u0301",
    "山田太郎" * 40,
    "a\x00b\tc\r\nd\u2028e\u200bf\u00adg",
    "\ud800 lone surrogate",
    "x" * 100_000,
    "word " * 20_000,
    "😀" * 50_000,
)


def make_row(number: int = 1, **values: Any) -> Row:
    """A row with every field filled."""
    fields: dict[str, Any] = {
        "id": number,
        "conversation_id": f"fp_marcus_{number:03}",
        "number": number,
        "persona_id": "marcus",
        "persona_name": "Marcus Thompson",
        "topic": f"Topic {number}",
        "tier": "template",
        "arc_id": "confusion_clarity",
        "starting_emotion": "confusion",
        "starting_intensity": 0.8,
        "ending_emotion": "clarity",
        "ending_intensity": 0.7,
        "target_turns": 4,
        "turn_count": 0,
        "status": "planned",
        "needs_review": False,
        "quality_score": None,
        "generation_method": "claude_api",
        "updated_at": "2026-11-20 10:00:00",
        "content_category": "insurance",
        "intent": "get_advice",
        "tone": "casual",
        "role_pair": "client_advisor",
        "topic_cluster": "benefits",
        "outcome": "resolved",
        "actual_cost_microusd": None,
        "generation_duration_ms": None,
        "reviewed_by": "",
        "split": "",
        "rubric_overall": None,
        "error_message": "",
        "reviewer_notes": "",
        "word_count": 0,
        "template_version_id": 1,
        "version": 1,
    }
    return Row(**{**fields, **values})


def make_reading(number: int = 1, *texts: tuple[str, str], **values: Any) -> Reading:
    """A conversation with these exchanges."""
    turns = tuple(Turn(n, user, advisor, "hope", 0.5, "validate", "") for n, (user, advisor) in enumerate(texts, 1))
    filled = {"turn_count": len(turns), "status": "generated" if turns else "planned", **values}
    return Reading(make_row(number, **filled), turns)


class Source:
    """Rows by id that count how often they are asked for."""

    def __init__(self, make: Callable[[int], Row] = make_row) -> None:
        self.make = make
        self.rows: dict[int, Row] = {}
        self.asked: list[list[int]] = []

    def __call__(self, ids: Sequence[int]) -> dict[int, Row]:
        self.asked.append(list(ids))
        return {row_id: self.rows.get(row_id) or self.make(row_id) for row_id in ids}


def strips_of(widget: Widget) -> list[Strip]:
    """Every line of the widget as the terminal gets it."""
    return widget.render_lines(Region(0, 0, widget.outer_size.width, widget.outer_size.height))


def text_of(widget: Widget) -> str:
    """What the widget draws, without blanks at the ends of lines."""
    return "\n".join(strip.text.rstrip() for strip in strips_of(widget))


def check_drawing(widget: Widget) -> None:
    """Every line is exactly as wide as the widget and holds nothing a terminal would obey."""
    for strip in strips_of(widget):
        assert cell_len(strip.text) == strip.cell_length == widget.outer_size.width
        bad = [c for c in strip.text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2066\u200d\ufe0f"]
        assert not bad, [hex(ord(c)) for c in bad]


class Repaints:
    """Counts the lines a widget asks to have repainted."""

    def __init__(self, widget: Widget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[int] = []
        self.whole = 0
        real = widget.refresh

        def refresh(*regions: Region, **options: Any) -> Widget:
            if regions:
                self.lines += [y for region in regions for y in range(region.y, region.bottom)]
            else:
                self.whole += 1
            return real(*regions, **options)

        monkeypatch.setattr(widget, "refresh", refresh)
