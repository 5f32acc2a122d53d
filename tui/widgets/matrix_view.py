"""MatrixView: two dimensions of the plan as a table of counts with a cursor on one cell; the coverage screen uses it.

It draws its own lines, keeps the cursor on the values it stood for when the figures change, and shows as many columns
as fit, those around the cursor. Labels come from packs and plans and are made safe here.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from core.planning.coverage import Count, Coverage, Value
from core.text.terminal import safe_line
from tui.widgets.cells import cut, fit, width_of
from tui.widgets.line_view import LineView
from tui.widgets.tones import Line, Span, tone_css

FIGURES = ("all", "planned", "generated", "approved")
LABEL, LEAST_LABEL = 30, 14
CELL, LEAST_CELL = 16, 10
HEADS = 2  # lines that a long label of a column may take
ROWS_SIZE = 10
WANT_SIZE = 9


def count_text(count: Count, figures: str) -> str:
    """A cell: planned/written/approved, or one of them; a dot where there is no row."""
    if not count.planned:
        return "·"
    if figures == "all":
        return f"{count.planned}/{count.generated}/{count.approved}"
    return str(getattr(count, figures) or "·")


def _tone(count: Count) -> str:
    if not count.planned:
        return "faint"
    if count.approved == count.planned:
        return "success"
    return "text" if count.generated else "muted"


def want_span(value: Value) -> Span:
    """What a share asks for, with how far the plan is from it by sign and colour."""
    if value.want is None:
        return ("! unused", "warning") if not value.count.planned else ("", "muted")
    short = value.want - value.count.planned
    if not short:
        return f"{value.want} ✓", "success"
    return (f"{value.want} ▾{short}", "warning") if short > 0 else (f"{value.want} ▴{-short}", "muted")


class MatrixView(LineView):
    """Rows, columns, and the cell under the cursor. Keys are the app's."""

    DEFAULT_CSS = """
    MatrixView { background: $surface; padding: 0 1; }
    """ + tone_css("MatrixView")

    class Moved(Message):
        """Another cell is under the cursor."""

    class Opened(Message):
        """A double click on a cell."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: Coverage | None = None
        self._figures = "all"
        self._row = self._column = self._first = 0
        self.pinned = HEADS

    @property
    def current(self) -> tuple[Value, Value] | None:
        """The values of the cell under the cursor."""
        found = self._found
        if found is None or not found.rows or not found.columns:
            return None
        return found.rows[self._row], found.columns[self._column]

    def show(self, found: Coverage, figures: str, foot: Sequence[Line]) -> None:
        """Show a matrix; the cursor stays on its values where they are still there."""
        at, before = self.current, self._found
        self._found, self._figures, self.foot = found, figures, list(foot)
        same = before is not None and (before.rows_by, before.columns_by) == (found.rows_by, found.columns_by)
        self._row = _index(found.rows, at[0].key if at and same else None, self._row if same else 0)
        self._column = _index(found.columns, at[1].key if at and same else None, self._column if same else 0)
        if not same:
            self._first, self._top = 0, 0
        self._reveal()
        self.refresh()

    # Moving

    def move(self, rows: int = 0, columns: int = 0) -> None:
        """Move the cursor by cells."""
        if self.current is None or self._found is None:
            return
        self._row = max(0, min(self._row + rows, len(self._found.rows) - 1))
        self._column = max(0, min(self._column + columns, len(self._found.columns) - 1))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def action_cursor_down(self) -> None:
        """The row below."""
        self.move(1)

    def action_cursor_up(self) -> None:
        """The row above."""
        self.move(-1)

    def action_scroll_top(self) -> None:
        """The first row."""
        self.move(-self.line_count())

    def action_scroll_bottom(self) -> None:
        """The last row."""
        self.move(self.line_count())

    def action_scroll_page(self, pages: float = 1) -> None:
        """So many rows."""
        rows = max(1, int(abs(pages) * self.body_height) - 2)
        self.move(rows if pages > 0 else -rows)

    def _reveal(self) -> None:
        place, room = self._row + HEADS, max(1, self.body_height - self.pinned)
        if place < self._top + self.pinned:
            self._top = max(0, place - self.pinned)
        elif place >= self._top + self.pinned + room:
            self._top = place - self.pinned - room + 1
        if self._row == self._rows - 1:  # the sums under the last row are seen, too
            self._top = self.bottom_top
        fitting = self._fitting()
        if self._column < self._first:
            self._first = self._column
        elif self._column >= self._first + fitting:
            self._first = self._column - fitting + 1
        self._first = max(0, min(self._first, len(self._found.columns) - fitting if self._found else 0))

    def _on_resize(self, _: events.Resize) -> None:
        self._top = max(0, min(self._top, self.bottom_top))
        self._reveal()
        self.refresh()

    async def _on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or self._found is None:
            return
        row = self.index_at(place.y) - HEADS
        column = self._first + (place.x - self._left) // self._cell if place.x >= self._left else self._column
        if 0 <= row < self._rows and 0 <= column < len(self._found.columns):
            self.move(row - self._row, column - self._column)
            if event.chain == 2:
                self.post_message(self.Opened())

    # Drawing

    @property
    def _rows(self) -> int:
        return len(self._found.rows) if self._found is not None else 0

    @property
    def _label(self) -> int:
        found = self._found
        longest = max((width_of(value.label) for value in found.rows), default=0) if found is not None else 0
        return max(LEAST_LABEL, min(longest + 2, LABEL, self.size.width // 3))

    @property
    def _left(self) -> int:
        return self._label + ROWS_SIZE + WANT_SIZE

    @property
    def _cell(self) -> int:
        number = len(self._found.columns) if self._found is not None else 1
        room = max(LEAST_CELL, self.size.width - 1 - self._left)
        return max(LEAST_CELL, min(CELL, room // max(1, number)))

    def _fitting(self) -> int:
        return max(1, (self.size.width - 1 - self._left) // self._cell)

    def line_count(self) -> int:
        """Heading, rows, sums, and what the columns should have."""
        if self._found is None:
            return 0
        return self._rows + HEADS + 1 + any(column.want is not None for column in self._found.columns)

    def line_at(self, index: int) -> tuple[Line, str]:
        """A line; the cell under the cursor is lit up by its sign, too."""
        found = self._found
        if found is None:
            return (), ""
        columns = found.columns[self._first : self._first + self._fitting()]
        more = "›" if self._first + len(columns) < len(found.columns) else ""
        if index < HEADS:
            return self._heading(index, columns, more), ""
        index -= HEADS - 1
        if index <= self._rows:
            row, is_here = found.rows[index - 1], index - 1 == self._row
            label = fit(("▸ " if is_here else "  ") + safe_line(row.label, 80), self._label)
            want, want_tone = want_span(row)
            line: list[Span] = [(label, "heading" if is_here else "text")]
            line += [(count_text(row.count, self._figures).rjust(ROWS_SIZE - 1) + " ", "strong")]
            line += [(fit(f" {want}", WANT_SIZE), want_tone)]
            for place, column in enumerate(columns, self._first):
                count = found.cell(row.key, column.key)
                text = count_text(count, self._figures)
                if is_here and place == self._column:
                    line.append((self._right(f"[{text}]"), "mark"))
                else:
                    line.append((self._right(f"{text} "), _tone(count)))
            return tuple(line), "cursor" if is_here else ""
        if index == self._rows + 1:
            sums: list[Span] = [(fit("  all", self._label), "muted")]
            sums += [(count_text(found.whole, self._figures).rjust(ROWS_SIZE - 1) + " ", "strong")]
            sums += [(" " * WANT_SIZE, "muted")]
            return (*sums, *((self._right(f"{count_text(c.count, self._figures)} "), "strong") for c in columns)), ""
        wants = [(self._right(f"{want_span(column)[0]} "), want_span(column)[1]) for column in columns]
        return ((fit("  want", self._left), "muted"), *wants), ""

    def _heading(self, index: int, columns: Sequence[Value], more: str) -> Line:
        """One of the lines over the columns; short labels stand in the last."""
        found = self._found
        last = index == HEADS - 1
        corner = f"{found.rows_by} \\ {found.columns_by}" if last and found is not None else ""
        head: list[Span] = [(fit(corner, self._label), "muted")]
        head += [(("rows" if last else "").rjust(ROWS_SIZE - 1) + " ", "muted")]
        head += [(fit(" want" if last else "", WANT_SIZE), "muted")]
        for place, column in enumerate(columns, self._first):
            lead = "‹" if place == self._first and self._first and last else ""
            part = lead + _parts(safe_line(column.label, 80), self._cell - 2)[index]
            head.append((self._right(f"{part} "), "heading" if place == self._column else "strong"))
        return (*head, (more if last else "", "muted"))

    def _right(self, text: str) -> str:
        cell = self._cell
        if width_of(text) >= cell:
            text = fit(text, cell - 1)
        return " " * (cell - width_of(text)) + text


def _parts(label: str, width: int) -> tuple[str, str]:
    """A label on two lines: all of a short one on the second."""
    if width_of(label) <= width or " " not in label:
        return "", cut(label, width)
    words, first = label.split(" "), ""
    while len(words) > 1 and width_of(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    return (first, cut(" ".join(words), width)) if first else (cut(words[0], width), cut(" ".join(words[1:]), width))


def _index(values: Sequence[Value], key: str | None, at: int) -> int:
    keys = [value.key for value in values]
    return keys.index(key) if key in keys else max(0, min(at, len(keys) - 1))
