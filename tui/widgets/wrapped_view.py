"""WrappedView: the base of views whose text is wrapped only as far as it is seen.

The reading view and the pages of the detail screen derive from it: they say what stands on the page (`_rebuild`), it
wraps on while somebody scrolls, and wraps anew when the width has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import events

from tui.widgets.line_view import LineView
from tui.widgets.reading_text import Block, Part
from tui.widgets.tones import Line, shortened

ALL = 10**9
LINES_AHEAD = 40  # wrapped beyond what is seen; more only when somebody scrolls there


def set_lines(part: Part, width: int) -> Iterable[Line]:
    """A part in lines of at most `width` cells."""
    return part.lines(width) if isinstance(part, Block) else (shortened(part, width),)


def amount_of(lines: Sequence[Line]) -> int:
    """How much text stands on lines, however they were broken: rules, bars and margins are none."""
    return sum(sign.isalnum() for line in lines for text, _ in line for sign in text)


class WrappedView(LineView):
    """Lines made from parts. A subclass gives `_rebuild` and `_measure`, whose first value is the width of the text."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._parts: Iterator[Part] = iter(())
        self._lines: list[Line] = []
        self._layout: tuple[int, ...] = (0, 0)

    def _measure(self) -> tuple[int, ...]:
        raise NotImplementedError

    def _rebuild(self) -> None:
        raise NotImplementedError

    def _ended(self) -> None:
        """The last part was wrapped."""

    def _wrap_to(self, count: int) -> None:
        width = self._layout[0]
        while len(self._lines) < count:
            part = next(self._parts, None)
            if part is None:
                self._ended()
                return
            self._lines.extend(set_lines(part, width))

    def _wrap_ahead(self, top: int) -> None:
        self._wrap_to(top + self.size.height + LINES_AHEAD)

    def set_top(self, top: int) -> bool:
        """Scroll, after wrapping as far as will be seen."""
        self._wrap_ahead(top)
        return super().set_top(top)

    def action_scroll_bottom(self) -> None:
        """To the end, which is only known when everything is wrapped."""
        self._wrap_to(ALL)
        super().action_scroll_bottom()

    def _line_behind(self, amount: int, start: int = 0) -> int:
        """The line that goes on after so much text (see `amount_of`) from line `start` on."""
        line = start
        self._wrap_to(line + 1)
        while amount > 0 and line < len(self._lines):
            amount -= amount_of(self._lines[line : line + 1])
            line += 1
            self._wrap_to(line + 1)
        return max(start, line - (amount < 0))

    def _rewrap(self) -> None:
        """The room has changed."""
        self._rebuild()

    def _on_resize(self, _: events.Resize) -> None:
        if self._layout != self._measure():
            self._rewrap()
            self.refresh()
