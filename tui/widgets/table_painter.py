"""TablePainter: how the lines of a table look: heading, rows, and what is said when there are none.

`PagedTable` asks it for strips and tells it when theme, columns or room changed. It keeps one strip per row and look
(cursor, mark, focus), because moving the cursor then draws two lines and no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from core.browse import Row
from core.text.terminal import safe_line
from tui.widgets.cells import fit, wrap
from tui.widgets.columns import GUTTER, NARROW, ColumnSpec, room_of
from tui.widgets.glyphs import MARK
from tui.widgets.tones import Span, Tones

STRIPS_KEPT = 2000
FLEXIBLE_AT_LEAST = 10  # narrower than this the table rather scrolls sideways
CURSOR_BAR = "▌"


class TablePainter:
    """Draws the lines of one table from its columns."""

    def __init__(self, table: Widget) -> None:
        self._table = table
        self._tones = Tones(table)
        self._specs: Sequence[ColumnSpec] = list(NARROW)
        self._widths: list[int] = [spec.width for spec in NARROW]
        self._strips: dict[tuple[int, int], tuple[Row, Strip]] = {}
        self._drawn: tuple[object, ...] = ()
        self.sort: tuple[str, bool] = ("", False)

    def set_columns(self, columns: Sequence[ColumnSpec]) -> None:
        """Draw these columns."""
        self._specs = list(columns)

    @property
    def columns(self) -> list[ColumnSpec]:
        """The columns, in order."""
        return list(self._specs)

    def lay_out(self, room: int) -> int:
        """Give the flexible column what `room` leaves; the width of a line."""
        spare = room - room_of(self._specs) + 1  # the last column needs no gap after it
        self._widths = [
            max(min(spec.width, FLEXIBLE_AT_LEAST), spec.width + spare) if spec.flexible else spec.width
            for spec in self._specs
        ]
        return max(1, GUTTER + sum(self._widths) + len(self._widths) - 1)

    def column_at(self, x: int) -> str:
        """The key of the column at a place; "" where there is none."""
        left = GUTTER
        for spec, width in zip(self._specs, self._widths, strict=True):
            if left <= x < left + width + 1:
                return spec.key
            left += width + 1
        return ""

    def forget(self) -> None:
        """Theme or focus changed."""
        self._tones.forget()
        self._strips.clear()

    def begin(self, room: int) -> None:
        """Drawing begins: forget what was drawn under other conditions."""
        drawn = (room, self._table.scroll_offset.x, tuple(self._widths), self._table.rich_style)
        if drawn != self._drawn or len(self._strips) > STRIPS_KEPT:
            self._drawn = drawn
            self.forget()

    def row(self, row: Row | None, *, is_cursor: bool, is_marked: bool) -> Strip:
        """One row."""
        has_focus = is_cursor and self._table.has_focus
        if row is None:
            bar: Span = (CURSOR_BAR if is_cursor else " ", "accent" if has_focus else "muted")
            gone: Span = ("  (this row is gone; refresh the list)", "muted")
            ground = "focus" if has_focus else "cursor" if is_cursor else ""
            return self._tones.strip([bar, gone], self._table.size.width, ground)
        look = is_cursor + 2 * is_marked + 4 * has_focus
        kept = self._strips.get((row.id, look))
        if kept is not None and (kept[0] is row or kept[0] == row):
            return kept[1]
        spans: list[Span] = [
            (CURSOR_BAR if is_cursor else " ", "accent" if has_focus else "muted"),
            (MARK if is_marked else " ", "mark"),
        ]
        for index, (spec, width) in enumerate(zip(self._specs, self._widths, strict=True)):
            text, tone = spec.cell(row)
            spans.append(((" " if index else "") + fit(text, width, right=spec.right), tone))
        strip = self._crop(spans, "focus" if has_focus else "cursor" if is_cursor else "")
        self._strips[row.id, look] = (row, strip)
        return strip

    def heading(self) -> Strip:
        """The titles of the columns with the mark of the sort order."""
        spans: list[Span] = [(" " * GUTTER, "")]
        for index, (spec, width) in enumerate(zip(self._specs, self._widths, strict=True)):
            title = spec.title
            if spec.key == self.sort[0]:
                title = f"{title[: width - 1]}{'↓' if self.sort[1] else '↑'}"
            spans.append(((" " if index else "") + fit(title, width, right=spec.right), ""))
        plain = self._crop(spans, "")
        style = self._tones.style("text") + self._table.get_component_rich_style("datatable--header")
        return Strip([Segment(plain.text, style)], plain.cell_length)

    def empty(self, y: int, text: str) -> Strip:
        """Line `y` of a list without rows."""
        width = self._table.size.width
        room = max(20, min(76, width - 4))
        lines = ["", *(line for part in text.splitlines() for line in wrap(safe_line(part), room))]
        return self._tones.strip([(f"  {lines[y]}" if y < len(lines) else "", "muted")], width)

    def blank(self) -> Strip:
        """A line below the last row."""
        return Strip.blank(self._table.size.width, self._tones.style("text"))

    def _crop(self, spans: list[Span], ground: str) -> Strip:
        width, left = self._table.size.width, self._table.scroll_offset.x
        if not left:
            return self._tones.strip(spans, width, ground)
        whole = self._tones.strip(spans, max(width + left, self._table.virtual_size.width), ground)
        return whole.crop_extend(left, left + width, self._tones.style("text", ground))
