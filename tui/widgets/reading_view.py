"""ReadingView: a conversation in readable form, filled in the same tick as the cursor moves.

The main screen calls `show` from the table's cursor callback and `live` while a conversation is being written. It draws
line by line without layout, wraps only what is needed, repaints only lines that changed, and never parses markup.
"""

from __future__ import annotations

from dataclasses import replace

from core.browse import Reading
from tui.widgets.reading_text import LINE_KEYS, parts_of, step_log
from tui.widgets.tones import Line, tone_css
from tui.widgets.wrapped_view import ALL, WrappedView, amount_of

READING_WIDTH = 88
COMPACT_BELOW = 16  # panes lower than this save lines in the heading


class ReadingView(WrappedView):
    """One conversation to read. Keys are the app's: bind them to `action_cursor_down`, `action_page_down` and so on."""

    DEFAULT_CSS = """
    ReadingView { background: $surface; }
    """ + tone_css("ReadingView")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.key_hints: dict[str, str] = dict(LINE_KEYS)  # the app puts remapped keys here
        self.empty_text = ""
        self._reading: Reading | None = None
        self._advisor = ""
        self._steps: list[str] = []
        self._guess = 0
        self._sticks = False

    @property
    def reading(self) -> Reading | None:
        """What is shown."""
        return self._reading

    def show(self, reading: Reading | None, *, advisor: str = "") -> None:
        """Show a conversation from its beginning; the one already shown is updated where it stands."""
        old = self._reading
        same = old is not None and reading is not None and old.row.id == reading.row.id
        if same and old == reading and advisor == self._advisor and self._lines:
            return
        before = self.on_screen()
        self._reading, self._advisor = reading, advisor
        if not same:
            self._steps = []
            self._top = 0
        if reading is not None:
            self._steps = step_log(self._steps, reading.live_step)
        was_live = same and old is not None and _is_live(old)
        self._sticks = self._is_live and (self._sticks if was_live else True)
        self.pinned = 2 if self._is_live else 0  # who it is and the step it is at
        self._rebuild(leap=0.5 if same else 0.0)
        self.refresh_changes(before)

    def live(self, step: str, text: str) -> None:
        """More of the text being written; follows its end unless the person scrolled up."""
        if self._reading is None or (step, text) == (self._reading.live_step, self._reading.live_text):
            return
        before = self.on_screen()
        self._reading = replace(self._reading, live_step=step, live_text=text)
        self._steps = step_log(self._steps, step)
        self._rebuild(leap=0.5)
        self.refresh_changes(before)

    @property
    def _is_live(self) -> bool:
        return self._reading is not None and _is_live(self._reading)

    # -- lines

    def _measure(self) -> tuple[int, ...]:
        width = max(12, min(READING_WIDTH, self.size.width - 3))
        margin = max(1, (self.size.width - 1 - width) // 2)
        return width, margin, self.size.height < COMPACT_BELOW

    def _rebuild(self, *, leap: float = 0.0) -> None:
        self._layout = self._measure()
        width, _, compact = self._layout
        self._lines, self._parts, self._guess = [], iter(()), 0
        if self._reading is not None:
            self._parts = parts_of(
                self._reading,
                advisor=self._advisor,
                width=width,
                compact=bool(compact),
                steps=self._steps,
                keys=self.key_hints,
            )
            # How many lines there may be, until the last one is wrapped: only the thumb depends on it.
            self._guess = sum(6 + (len(t.user) + len(t.advisor)) // (width - 4) for t in self._reading.turns)
        self._wrap_ahead(self._top)
        if self._sticks:
            self._follow(leap)
        self._top = max(0, min(self._top, self.bottom_top))

    def _rewrap(self) -> None:
        """What is read stays in sight when the pane grows or shrinks."""
        if self._is_live or not self._top:
            self._rebuild()
            return
        self._wrap_to(ALL)  # what stands below is as much at any width; the heading says more where there is room
        below = amount_of(self._lines[self._top :])
        self._rebuild()
        self._wrap_to(ALL)
        self._top = min(self._line_behind(amount_of(self._lines) - below), self.bottom_top)

    def _ended(self) -> None:
        self._guess = 0

    def _follow(self, leap: float) -> None:
        """Keep the end in sight; leaping half a pane at a time means that mostly nothing scrolls."""
        self._wrap_to(ALL)
        height = self.size.height
        if len(self._lines) > self._top + height or self._top > len(self._lines):
            self._top = max(0, len(self._lines) - height + int(leap * height))

    def line_count(self) -> int:
        """Lines wrapped so far and an estimate of the others."""
        return max(len(self._lines), self._guess)

    def line_at(self, index: int) -> tuple[Line, str]:
        """One line with the margin that centres the text."""
        if self._reading is None or index >= len(self._lines):
            return (), ""
        line = self._lines[index]
        return (((" " * self._layout[1], ""), *line), "") if line else ((), "")

    @property
    def bottom_top(self) -> int:
        """While text is being written its end may stand in the middle of the pane."""
        spare = self.size.height // 2 if self._is_live and self.line_count() > self.size.height else 0
        return max(0, self.line_count() - self.size.height + spare)

    def set_top(self, top: int) -> bool:
        """Scroll; scrolling up while text is being written stops following it, reaching the end goes on."""
        moved = super().set_top(top)
        if self._is_live:
            self._sticks = self._top + self.size.height >= self.line_count()
        return moved


def _is_live(reading: Reading) -> bool:
    return reading.row.status in ("queued", "generating")
