"""FacetList: all filters as one list of lines: quick filters, then every dimension with its values and counts.

The main screen fills it with `set_facets` after each change of the filter and applies what `Toggled` and `StateToggled`
ask for. It never changes criteria itself and is one widget, because sixty checkboxes cost half a start of the app.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from core.query import Criteria
from core.text.terminal import safe_line
from tui.widgets.cells import cut, fit, width_of, wrap
from tui.widgets.facet_entries import ACTIVE, OPEN_AT_FIRST, QUICK, RANGED, Entry, sections
from tui.widgets.glyphs import MARK, STATUS_GLYPHS, STATUS_TONES
from tui.widgets.line_view import LineView
from tui.widgets.tones import Line, Span, tone_css

EXCLUDED = "✗"


class FacetList(LineView, inherit_bindings=False):
    """The filter pane. Letters search within the values; arrows move; space and enter switch."""

    DEFAULT_CSS = """
    FacetList { background: $surface; }
    """ + tone_css("FacetList")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", show=False),
        Binding("down", "cursor_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
        Binding("left", "collapse", show=False),
        Binding("right", "expand", show=False),
        Binding("space,enter", "switch", show=False),
    ]

    class Toggled(Message):
        """A value of a dimension was switched."""

        def __init__(self, dimension: str, value: str) -> None:
            self.dimension = dimension
            self.value = value
            super().__init__()

    class StateToggled(Message):
        """A quick filter was switched."""

        def __init__(self, state: str) -> None:
            self.state = state
            super().__init__()

    class ChipDropped(Message):
        """One of the active filters was dropped: `text` is what its chip says."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class RangeAsked(Message):
        """A range, or the word of the topic, is to be set."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._facets: dict[str, list[tuple[str, int]]] = {}
        self._criteria = Criteria()
        self._open: set[str] = set(OPEN_AT_FIRST)
        self._search = ""
        self._summary = ""
        self._entries: list[Entry] = []
        self._cursor = 0
        self._lines: list[tuple[Line, str, int]] = []  # spans, ground, index of the entry or -1
        self._arrange()

    # -- what is shown

    @property
    def search(self) -> str:
        """What is searched for within the values."""
        return self._search

    @property
    def counts(self) -> dict[str, list[tuple[str, int]]]:
        """The values with their counts, by section."""
        return self._facets

    @property
    def unfolded(self) -> frozenset[str]:
        """The sections whose values can be seen."""
        return frozenset(self._open)

    @property
    def summary(self) -> str:
        """What the filter gives: the last lines of the pane."""
        return self._summary

    @summary.setter
    def summary(self, text: str) -> None:
        if text != self._summary:
            self._summary = text
            self._arrange()

    @property
    def current(self) -> Entry | None:
        """The line under the cursor."""
        return self._entries[self._cursor] if self._entries else None

    def set_facets(self, facets: dict[str, list[tuple[str, int]]], criteria: Criteria) -> None:
        """Show values with counts (counts of quick filters may come under "is"); the cursor stays on its value."""
        if facets == self._facets and criteria == self._criteria:
            return
        self._facets, self._criteria = facets, criteria
        self._arrange()

    # -- arranging

    def _arrange(self) -> None:
        kept = self.current
        needle = self._search.casefold()
        entries: list[Entry] = []
        for name, values in sections(self._facets, self._criteria):
            chosen = sum(1 for entry in values if entry.chosen)
            if needle:
                values = [entry for entry in values if needle in entry.label.casefold()]
                if not values:
                    continue
            entries.append(Entry(name, count=len(values), is_heading=True, chosen=chosen))
            if needle or name in self._open:
                entries += values
            else:
                entries += [entry for entry in values if entry.chosen]  # what filters is never hidden
        height_on_screen = self._line_of_cursor() - self._top
        self._entries = entries
        self._cursor = self._place_of(kept)
        if needle and (kept is None or kept.is_heading) and len(entries) > 1:
            self._cursor = 1
        self._draw(height_on_screen if self._top and kept is not None else None)

    def _place_of(self, kept: Entry | None) -> int:
        if kept is not None:
            for index, entry in enumerate(self._entries):
                if (entry.section, entry.value, entry.is_heading) == (kept.section, kept.value, kept.is_heading):
                    return index
        if self._search:
            return min(1, len(self._entries) - 1) if self._entries else 0  # the first value that was found
        return max(0, min(self._cursor, len(self._entries) - 1))

    def _line_of_cursor(self) -> int:
        return next((y for y, (_, _, entry) in enumerate(self._lines) if entry == self._cursor), 0)

    def _draw(self, height_on_screen: int | None = None) -> None:
        """Draw anew; with `height_on_screen` the line of the cursor stays there, whatever came above it."""
        width = max(10, self.size.width - 3)
        lines: list[tuple[Line, str, int]] = []
        if self._search:
            lines.append(
                (
                    (("/", "accent"), (cut(safe_line(self._search), width - 12), "strong"), ("  esc clears", "muted")),
                    "",
                    -1,
                )
            )
            if not self._entries:
                lines.append(((("no value matches", "muted"),), "", -1))
        for index, entry in enumerate(self._entries):
            if entry.is_heading and lines:
                lines.append(((), "", -1))
            ground = "" if index != self._cursor else "focus" if self.has_focus else "cursor"
            lines.append((self._spans(entry, width), ground, index))
        foot: list[Line] = []
        if self._summary:
            foot.append(((" " + "─" * width, "faint"),))
            summary = [line for text in self._summary.splitlines() for line in wrap(safe_line(text), width)]
            foot += [((f" {line}", "text"),) for line in summary[: max(1, self.size.height // 3)]]
        old_foot, self.foot = self.foot, foot
        old, self._lines = self._lines, lines
        top = self._top if height_on_screen is None else self._line_of_cursor() - height_on_screen
        old_top, self._top = self._top, max(0, min(top, self.bottom_top))
        self._show_cursor()
        if len(old) != len(lines) or old_top != self._top or old_foot != foot:
            self.refresh()
            return
        for y in range(min(self.body_height, len(lines) - self._top)):
            if old[self._top + y] != lines[self._top + y]:
                self.refresh_row(y)

    def _spans(self, entry: Entry, width: int) -> Line:
        if entry.is_heading:
            sign = "▾" if self._search or entry.section in self._open else "▸"
            title = entry.label
            tail = f"{entry.chosen} {MARK}" if entry.chosen else "" if sign == "▾" else str(entry.count)
            return (
                (f"{sign} ", "muted"),
                (fit(title, max(1, width - 2 - width_of(tail))), "heading"),
                (tail, "mark" if entry.chosen else "muted"),
            )
        sign = MARK if entry.chosen > 0 else EXCLUDED if entry.chosen else " "
        count = "" if entry.count is None else f"{entry.count:,}"
        if entry.section == RANGED:
            count = safe_line(entry.setting, max(4, width - 15))
        spans: list[Span] = [(f" {sign} ", "mark" if entry.chosen else "")]
        room = width - 3 - len(count) - 1
        if entry.section == "status":
            spans.append((f"{STATUS_GLYPHS.get(entry.value, ' ')} ", STATUS_TONES.get(entry.value, "text")))
            room -= 2
        tone = "strong" if entry.chosen else "muted" if entry.count == 0 else "text"
        spans += [(fit(entry.label, max(1, room)), tone), (f" {count}", "muted")]
        return tuple(spans)

    # -- moving and switching

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self._entries) - 1))
        if index != self._cursor:
            self._cursor = index
            self._draw()

    def _show_cursor(self) -> None:
        height = self.body_height
        if height < 1:
            return
        line = self._line_of_cursor()
        # What is searched for stands above all values: it is seen as long as the cursor is, too.
        first = 0 if self._cursor == 0 or (self._search and line < height) else line
        if first < self._top:
            self._top = first
        elif line >= self._top + height:
            self._top = line - height + 1

    def action_cursor_down(self) -> None:
        """One line down."""
        self._move(self._cursor + 1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self._move(self._cursor - 1)

    def action_page_down(self) -> None:
        """A screenful down."""
        self._move(self._cursor + max(1, self.size.height - 2))

    def action_page_up(self) -> None:
        """A screenful up."""
        self._move(self._cursor - max(1, self.size.height - 2))

    def action_half_page_down(self) -> None:
        """Half a screenful down."""
        self._move(self._cursor + max(1, self.size.height // 2))

    def action_half_page_up(self) -> None:
        """Half a screenful up."""
        self._move(self._cursor - max(1, self.size.height // 2))

    def action_scroll_top(self) -> None:
        """To the first line."""
        self._move(0)

    def action_scroll_bottom(self) -> None:
        """To the last value."""
        self._move(len(self._entries) - 1)

    def action_switch(self) -> None:
        """Switch the value under the cursor; on a heading fold or unfold its section."""
        entry = self.current
        if entry is None:
            return
        if entry.is_heading:
            self._open ^= {entry.section}
            self._arrange()
        elif entry.section == QUICK:
            self.post_message(self.StateToggled(entry.value))
        elif entry.section == ACTIVE:
            self.post_message(self.ChipDropped(entry.value))
        elif entry.section == RANGED:
            self.post_message(self.RangeAsked(entry.value))
        else:
            self.post_message(self.Toggled(entry.section, entry.value))

    def action_collapse(self) -> None:
        """Fold the section under the cursor."""
        self._fold(is_open=False)

    def action_expand(self) -> None:
        """Unfold the section under the cursor."""
        self._fold(is_open=True)

    def _fold(self, *, is_open: bool) -> None:
        entry = self.current
        if entry is None:
            return
        if is_open:
            self._open.add(entry.section)
        else:
            self._open.discard(entry.section)
            self._cursor = next(i for i, e in enumerate(self._entries) if e.section == entry.section and e.is_heading)
        self._arrange()

    def clear_search(self) -> bool:
        """Show all values again; False when nothing was searched for."""
        if not self._search:
            return False
        self._search = ""
        self._arrange()
        return True

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters belong to the search."""
        return _is_searched(character, self._search)

    async def _on_key(self, event: events.Key) -> None:
        if _is_searched(event.character, self._search):
            self._search += event.character or ""
            self._arrange()
        elif event.key == "backspace" and self._search:
            self._search = self._search[:-1]
            self._arrange()
        elif event.key != "escape" or not self.clear_search():
            return
        event.stop()
        event.prevent_default()

    async def _on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        index = self.index_at(place.y) if place is not None else -1
        if 0 <= index < len(self._lines) and self._lines[index][2] >= 0:
            self._move(self._lines[index][2])
            self.action_switch()

    def _on_resize(self, _: events.Resize) -> None:
        self._draw()
        self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor looks different with and without focus."""
        super().watch_has_focus(has_focus)
        self._draw()

    # -- lines

    def line_count(self) -> int:
        """Lines of the list and its summary."""
        return len(self._lines)

    def line_at(self, index: int) -> tuple[Line, str]:
        """One line, one cell in from the edge."""
        spans, ground, _ = self._lines[index]
        return ((" ", ""), *spans), ground


def _is_searched(character: str | None, search: str) -> bool:
    if character is None or len(character) != 1:
        return False
    return character.isalnum() or (bool(search) and character in "_-.'")
