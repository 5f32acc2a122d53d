"""DocumentView: a long page of lines to read, search and pick from, drawn line by line and wrapped only as far as seen.

The detail screen gives it one page per tab. Its lines come from `tui.pages`; it never parses markup and never animates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from textual import events

from tui.widgets.line_view import LineView
from tui.widgets.reading_text import Block, Part
from tui.widgets.tones import Line, shortened, tone_css

LINES_AHEAD = 40
PLACES_KEPT = 32
ALL = 10**9


@dataclass(frozen=True)
class Anchor:
    """Names the next line, so that one can go there; a line with an `opens` can be picked."""

    name: Any
    opens: Any = None


Item = Part | Anchor
Page = Callable[[int], Iterator[Item]]  # width -> what stands on the page


class DocumentView(LineView):
    """One page. Keys are the app's."""

    DEFAULT_CSS = """
    DocumentView { background: $surface; }
    """ + tone_css("DocumentView")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._page: Page | None = None
        self._key: Any = None
        self._max_width = 0
        self._items: Iterator[Item] = iter(())
        self._lines: list[Line] = []
        self._anchors: list[tuple[int, Anchor]] = []
        self._places: dict[Any, int] = {}
        self._done = True
        self._lit = range(0)
        self._picked = -1
        self._wanted = ""
        self._match = -1

    def show(self, page: Page, *, key: Any, max_width: int = 0) -> None:
        """Show a page. One that was shown before under this key is opened where it was left."""
        before = self.on_screen()
        if key != self._key:
            self._places[self._key] = self._top
            while len(self._places) > PLACES_KEPT:
                del self._places[next(iter(self._places))]
            self._key, self._top, self._lit, self._picked = key, self._places.get(key, 0), range(0), -1
            self._match = -1
        self._page, self._max_width = page, max_width
        self._rebuild()
        self.refresh_changes(before)

    # -- lines

    def _measure(self) -> tuple[int, int]:
        room = max(12, self.size.width - 2)
        width = min(self._max_width or room, room)
        return width, max(0, (room - width) // 2)

    def _rebuild(self) -> None:
        width, _ = self._layout = self._measure()
        self._items = self._page(width) if self._page is not None else iter(())
        self._lines, self._anchors, self._done = [], [], False
        self._wrap_to(self._top + self.size.height + LINES_AHEAD)
        if self._picked < 0 and any(anchor.opens is not None for _, anchor in self._anchors):
            self._picked = next(i for i, (_, anchor) in enumerate(self._anchors) if anchor.opens is not None)
        self._top = max(0, min(self._top, self.bottom_top))

    _layout = (0, 0)

    def _wrap_to(self, count: int) -> None:
        width = self._layout[0]
        while not self._done and len(self._lines) < count:
            item = next(self._items, None)
            if item is None:
                self._done = True
            elif isinstance(item, Anchor):
                self._anchors.append((len(self._lines), item))
            elif isinstance(item, Block):
                self._lines.extend(item.lines(width))
            else:
                self._lines.append(shortened(item, width))

    def line_count(self) -> int:
        """Lines wrapped so far."""
        return len(self._lines)

    def line_at(self, index: int) -> tuple[Line, str]:
        """One line with its margin, what was searched for in it, and its ground."""
        if index >= len(self._lines):
            return (), ""
        line = self._lines[index]
        picked = self._picked >= 0 and index == self._anchors[self._picked][0]
        ground = "focus" if picked or index == self._match else "cursor" if index in self._lit else ""
        if not line:
            return (), ground
        if self._wanted:
            line = _marked(line, self._wanted)
        return ((" " * self._layout[1], ""), *line), ground

    def set_top(self, top: int) -> bool:
        """Scroll, after wrapping as far as will be seen."""
        self._wrap_to(top + self.size.height + LINES_AHEAD)
        return super().set_top(top)

    def action_scroll_bottom(self) -> None:
        """To the end, which is only known when everything is wrapped."""
        self._wrap_to(ALL)
        super().action_scroll_bottom()

    def _on_resize(self, _: events.Resize) -> None:
        if self._layout != self._measure():
            self._rebuild()
            self.refresh()

    # -- picking

    @property
    def picked(self) -> Any:
        """What the picked line opens, or None."""
        return self._anchors[self._picked][1].opens if self._picked >= 0 else None

    def _pick(self, step: int) -> bool:
        if self._picked < 0:
            return False
        line = self._anchors[self._picked][0]
        if not self._top <= line < self._top + self.body_height:
            return False  # scrolled away from it: the keys scroll on
        index = self._picked + step
        while 0 <= index < len(self._anchors) and self._anchors[index][1].opens is None:
            index += step
        if not 0 <= index < len(self._anchors):
            return False
        self._picked = index
        self.reveal(self._anchors[index][0])
        self.refresh()
        return True

    def action_cursor_down(self) -> None:
        """The next line that can be picked, else a line down."""
        if not self._pick(1):
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """The one before, else a line up."""
        if not self._pick(-1):
            super().action_cursor_up()

    # -- places

    def reveal(self, line: int, *, context: int = 3) -> None:
        """Scroll as little as needed to see a line with what stands around it."""
        self._wrap_to(line + self.size.height + LINES_AHEAD)
        if line < self._top + context:
            self.set_top(line - context)
        elif line >= self._top + self.body_height - context:
            self.set_top(line - self.body_height + 1 + context)

    def go_to(self, name: Any, words: str = "") -> bool:
        """Go to an anchor and light up the words that stand after it, or the anchor's own line."""
        self._wrap_to(ALL)
        starts = [index for index, anchor in self._anchors if anchor.name == name]
        if not starts:
            return False
        start = starts[0]
        end = next((index for index, _ in self._anchors if index > start), len(self._lines))
        self._lit = self._place_of(words, start, end) or range(start, start + 1)
        self.set_top(self._lit.start - self.body_height // 3)
        self.refresh()
        return True

    def _place_of(self, words: str, start: int, end: int) -> range | None:
        wanted = "".join(words.split())
        if not wanted:
            return None
        text, lines = "", []
        for index in range(start, end):
            plain = "".join("".join(part for part, _ in self._lines[index]).split())
            text += plain
            lines += [index] * len(plain)
        found = text.find(wanted)
        return range(lines[found], lines[found + len(wanted) - 1] + 1) if found >= 0 else None

    # -- search

    @property
    def wanted(self) -> str:
        """What is searched for."""
        return self._wanted

    def find(self, text: str) -> int:
        """Search for a text; how many lines have it."""
        self._wanted, self._match = text.casefold(), -1
        self.refresh()
        return len(self._matches())

    def _matches(self) -> list[int]:
        if not self._wanted:
            return []
        self._wrap_to(ALL)
        return [i for i, line in enumerate(self._lines) if self._wanted in "".join(t for t, _ in line).casefold()]

    def go_to_match(self, step: int = 1) -> tuple[int, int]:
        """The next line with the searched text (or the one before), round the end: which one, of how many."""
        found = self._matches()
        if not found:
            return 0, 0
        here = self._match if self._match >= 0 else self._top - 1
        after = [i for i, line in enumerate(found) if line > here] if step > 0 else []
        before = [i for i, line in enumerate(found) if line < here] if step < 0 else []
        place = after[0] if after else before[-1] if before else (0 if step > 0 else len(found) - 1)
        self._match = found[place]
        self.reveal(self._match)
        self.refresh()
        return place + 1, len(found)


def _marked(line: Line, query: str) -> Line:
    spans: list[tuple[str, str]] = []
    for text, tone in line:
        low = text.casefold()
        if query not in low or len(low) != len(text):
            spans.append((text, tone))
            continue
        start = 0
        while (found := low.find(query, start)) >= 0:
            spans += [(text[start:found], tone), (text[found : found + len(query)], "mark")]
            start = found + len(query)
        spans.append((text[start:], tone))
    return tuple(span for span in spans if span[0])
