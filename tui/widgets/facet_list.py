"""FacetList: all filters as one list of lines: quick filters, then every dimension with its values and counts.

The main screen fills it with `set_facets` after each change of the filter and applies what `Toggled` and `StateToggled`
ask for. It never changes criteria itself and is one widget, because sixty checkboxes cost half a start of the app.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from core.query import STATES, Criteria
from core.status import words
from core.text.terminal import safe_line
from tui.widgets.cells import cut, fit, width_of, wrap
from tui.widgets.glyphs import MARK, STATUS_GLYPHS, STATUS_TONES, status_words
from tui.widgets.line_view import LineView
from tui.widgets.tones import Line, Span, tone_css

QUICK = "is"  # the section of the states, named as in the query language
OPEN_AT_FIRST = (QUICK, "status", "tier", "persona")
TITLES = {
    QUICK: "quick filters",
    "start": "starting emotion",
    "end": "ending emotion",
    "role": "roles",
    "cluster": "topic cluster",
    "method": "made by",
}
EXCLUDED = "✗"


@dataclass(frozen=True)
class Entry:
    """One line of the list: the heading of a section (no value) or one value."""

    section: str
    value: str = ""
    count: int | None = None
    is_heading: bool = False
    chosen: int = 0  # of a heading: how many of its values are chosen; of a value: 1, or -1 when excluded


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

    def _sections(self) -> list[tuple[str, list[Entry]]]:
        states = dict(self._facets.get(QUICK, ()))
        quick = [
            Entry(
                QUICK,
                state,
                states.get(state),
                chosen=_chosen(state, self._criteria.states, self._criteria.excluded_states),
            )
            for state in STATES
        ]
        sections = [(QUICK, quick)]
        values, excluded = dict(self._criteria.values), dict(self._criteria.excluded)
        for name in dict.fromkeys((*self._facets, *values, *excluded)):
            if name == QUICK:
                continue
            wanted, unwanted = values.get(name, ()), excluded.get(name, ())
            found = [(value, count) for value, count in self._facets.get(name, ()) if value]
            missing = [(value, 0) for value in (*wanted, *unwanted) if value not in dict(found)]
            entries = [Entry(name, v, count, chosen=_chosen(v, wanted, unwanted)) for v, count in found + missing]
            if entries:
                sections.append((name, entries))
        return sections

    def _arrange(self) -> None:
        kept = self.current
        needle = self._search.casefold()
        entries: list[Entry] = []
        for name, values in self._sections():
            chosen = sum(1 for entry in values if entry.chosen)
            if needle:
                values = [entry for entry in values if needle in _label(entry).casefold()]
                if not values:
                    continue
            entries.append(Entry(name, count=len(values), is_heading=True, chosen=chosen))
            if needle or name in self._open:
                entries += values
            else:
                entries += [entry for entry in values if entry.chosen]  # what filters is never hidden
        self._entries = entries
        self._cursor = self._place_of(kept)
        if needle and (kept is None or kept.is_heading) and len(entries) > 1:
            self._cursor = 1
        self._draw()

    def _place_of(self, kept: Entry | None) -> int:
        if kept is not None:
            for index, entry in enumerate(self._entries):
                if (entry.section, entry.value, entry.is_heading) == (kept.section, kept.value, kept.is_heading):
                    return index
        return max(0, min(self._cursor, len(self._entries) - 1))

    def _draw(self) -> None:
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
        old_top, self._top = self._top, max(0, min(self._top, self.bottom_top))
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
            title = _title(entry.section)
            tail = f"{entry.chosen} {MARK}" if entry.chosen else "" if sign == "▾" else str(entry.count)
            return (
                (f"{sign} ", "muted"),
                (fit(title, max(1, width - 2 - width_of(tail))), "heading"),
                (tail, "mark" if entry.chosen else "muted"),
            )
        sign = MARK if entry.chosen > 0 else EXCLUDED if entry.chosen else " "
        count = "" if entry.count is None else f"{entry.count:,}"
        spans: list[Span] = [(f" {sign} ", "mark" if entry.chosen else "")]
        room = width - 3 - len(count) - 1
        if entry.section == "status":
            spans.append((f"{STATUS_GLYPHS.get(entry.value, ' ')} ", STATUS_TONES.get(entry.value, "text")))
            room -= 2
        tone = "strong" if entry.chosen else "muted" if entry.count == 0 else "text"
        spans += [(fit(_label(entry), max(1, room)), tone), (f" {count}", "muted")]
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
        line = next((y for y, (_, _, entry) in enumerate(self._lines) if entry == self._cursor), 0)
        first = 0 if self._cursor == 0 else line
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


def _chosen(value: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> int:
    return 1 if value in wanted else -1 if value in unwanted else 0


def _title(section: str) -> str:
    return TITLES.get(section, section)


def _label(entry: Entry) -> str:
    value = safe_line(entry.value[:200])
    return status_words(value) if entry.section == "status" else words(value)


def _is_searched(character: str | None, search: str) -> bool:
    if character is None or len(character) != 1:
        return False
    return character.isalnum() or (bool(search) and character in "_-.'")
