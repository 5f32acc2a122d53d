"""ItemList: lines of which some stand for a thing (a job, a row of one) that can be picked; the job screens use it.

What is picked is remembered by what it stands for, not by its place: rows that come and go never move the choice to
another one. It draws its own lines and repaints only those that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tui.widgets.line_view import LineView
from tui.widgets.tones import Line, shortened, tone_css


@dataclass(frozen=True)
class Entry:
    """One line; with a `key` it can be picked."""

    line: Line
    key: int | None = None


class ItemList(LineView):
    """A list with a cursor on what can be picked. Keys are the app's."""

    DEFAULT_CSS = """
    ItemList { background: $surface; padding: 0 1; }
    """ + tone_css("ItemList")

    class Opened(Message):
        """A double click on what can be picked."""

    class Moved(Message):
        """Another thing is picked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: list[Entry] = []
        self._places: list[int] = []
        self._at = -1  # index into `_places`

    @property
    def current(self) -> int | None:
        """The key of what is picked."""
        return self._entries[self._places[self._at]].key if 0 <= self._at < len(self._places) else None

    def show(self, entries: Sequence[Entry], *, pinned: int = 0, foot: Sequence[Line] = ()) -> None:
        """Show these lines; the choice stays on what it stood for, or near where it was, and in sight if it was."""
        before, kept, old = self.on_screen(), self.current, list(self.foot)
        seen = kept is not None and self._top + self.pinned <= self._places[self._at] < self._top + self.body_height
        self._entries, self.pinned, self.foot = list(entries), pinned, list(foot)
        self._places = [index for index, entry in enumerate(self._entries) if entry.key is not None]
        keys = [self._entries[place].key for place in self._places]
        self._at = keys.index(kept) if kept in keys else min(max(self._at, 0), len(keys) - 1)
        self._top = max(0, min(self._top, self.bottom_top))
        if seen and self._at >= 0:
            self._reveal()  # a foot that grew must not cover it
        self.refresh_changes(before)
        if old != self.foot:
            for y in range(self.body_height, self.size.height):
                self.refresh_row(y)

    def line_count(self) -> int:
        """All of them."""
        return len(self._entries)

    def line_at(self, index: int) -> tuple[Line, str]:
        """A line, lit up where it is picked."""
        picked = self._at >= 0 and index == self._places[self._at]
        return shortened(self._entries[index].line, self.size.width - 1), "focus" if picked else ""

    def pick(self, key: int) -> None:
        """Put the cursor on what the key stands for, if it is there."""
        keys = [self._entries[place].key for place in self._places]
        if key in keys:
            self._move(keys.index(key))

    def _move(self, at: int) -> None:
        if not self._places:
            return
        self._at = max(0, min(at, len(self._places) - 1))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        place, room = self._places[self._at], max(1, self.body_height - self.pinned)
        first = 0 if self._at == 0 else place - 1  # the heading above the first one is seen, too
        if first < self._top + self.pinned:
            self.set_top(first - self.pinned)
        elif place >= self._top + self.pinned + room:
            self.set_top(place - self.pinned - room + 1)

    def _on_resize(self, _: events.Resize) -> None:
        self._top = max(0, min(self._top, self.bottom_top))
        if self._at >= 0:
            self._reveal()
        self.refresh()

    def action_cursor_down(self) -> None:
        """The next one."""
        self._move(self._at + 1)

    def action_cursor_up(self) -> None:
        """The one before."""
        self._move(self._at - 1)

    def action_scroll_page(self, pages: float = 1) -> None:
        """So many further."""
        rows = max(1, int(abs(pages) * (self.body_height - self.pinned)) - 1)
        self._move(self._at + (rows if pages > 0 else -rows))

    def action_scroll_top(self) -> None:
        """The first one."""
        self._move(0)

    def action_scroll_bottom(self) -> None:
        """The last one."""
        self._move(len(self._places) - 1)

    async def _on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        index = self.index_at(place.y) if place is not None else -1
        if index in self._places:
            self._move(self._places.index(index))
            if event.chain == 2:
                self.post_message(self.Opened())
