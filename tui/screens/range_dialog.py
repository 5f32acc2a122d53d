"""A range of figures or dates, or a word of the topic, typed as in the query language."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from core.errors import QueryError
from core.query import Criteria, range_text, with_range
from core.text.terminal import safe_line
from tui.screens.dialogs import Dialog, field, line

_HINTS = {
    "score": "1 to 10, as in <6, 6..8, >=8",
    "rubric": "1 to 5, as in <3, 3.5..5, >=4",
    "cost": "dollars, as in >0.10 or 0.02..0.05",
    "turns": "as in 4, 3..5 or >=6",
    "number": "as in 11..50",
    "duration": "seconds, as in >60",
    "topic": "in topic or description, as in roth",
}
_DATE = "as in >=2026-11-20 or 2026-11-01..2026-11-15"


class RangeDialog(Dialog[Criteria | None]):
    """Gives back the criteria with the range that was typed; an empty line takes it away."""

    GRACE = 0.0  # nothing is lost by a filter

    def __init__(self, criteria: Criteria, name: str) -> None:
        super().__init__()
        self._criteria, self._figure = criteria, name

    def compose(self) -> ComposeResult:
        """What it is, the line, what went wrong."""
        with Vertical(classes="dialog -small"):
            yield line(self._figure.replace("topic", "word of the topic"), "bold")
            yield line(_HINTS.get(self._figure, _DATE), "$foreground 60%")
            yield field(safe_line(range_text(self._criteria, self._figure)), classes="field gap")
            yield Static("", id="problem", markup=False)
            yield line("enter filters · empty: no range · esc leaves it", "$foreground 60%", "gap")

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Filter, or say what cannot be read."""
        try:
            self.dismiss(with_range(self._criteria, self._figure, event.value))
        except QueryError as error:
            self.query_one("#problem", Static).update(safe_line(str(error), 200))
