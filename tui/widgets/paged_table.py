"""PagedTable: a DataTable over an array of row ids that reads its rows by page, so 100,000 rows cost as much as 100.

The main screen fills it and is told of every cursor move in the same tick, so that table and reading view share a
frame. Cursor, scrolling and messages are DataTable's; storage, sizes and drawing are replaced. It never reads a
database itself and never treats a cell's text as markup.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import events
from textual.coordinate import Coordinate
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from core.browse import Row
from tui.widgets.columns import GUTTER, ColumnSpec
from tui.widgets.row_pages import RowPages, Source
from tui.widgets.table_moves import TableMoves
from tui.widgets.table_painter import TablePainter
from tui.widgets.tones import TONE_CLASSES, tone_css

PREFETCH_ROWS = 30  # a page is read before the cursor reaches it


class PagedTable(TableMoves, DataTable[Any], inherit_bindings=False):
    """The conversations of a view.

    Enter and a double click post `DataTable.RowSelected` (its row key is the conversation id), a click on a heading
    `PagedTable.HeadingClicked`. Keys are the app's: bind them to the `action_…` methods.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = TONE_CLASSES
    DEFAULT_CSS = """
    PagedTable {
        height: 1fr; background: $surface; color: $foreground; overflow-x: auto; overflow-y: auto;
        scrollbar-gutter: stable; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
        scrollbar-background: $surface; scrollbar-background-hover: $surface; scrollbar-background-active: $surface;
        scrollbar-color: $foreground 35%;
        &:focus { background-tint: $foreground 0%; }
        &:focus > .datatable--header { background-tint: $foreground 0%; }
    }
    """ + tone_css("PagedTable")

    class HeadingClicked(Message):
        """A heading was clicked: `key` is the column's."""

        def __init__(self, table: PagedTable, key: str) -> None:
            self.table = table
            self.key = key
            super().__init__()

        @property
        def control(self) -> PagedTable:
            """The table."""
            return self.table

    def __init__(
        self,
        source: Source | None = None,
        *,
        on_cursor: Callable[[Row | None], None] | None = None,
        empty_text: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self.pages = RowPages(source)
        self.on_cursor = on_cursor
        self.marks: set[str] = set()
        self._last_mark: int | None = None
        self._painter = TablePainter(self)
        self._empty_text = empty_text
        super().__init__(cursor_type="row", show_row_labels=False, id=id, classes=classes)

    # -- what is shown

    @property
    def source(self) -> Source | None:
        """Reads rows by id."""
        return self.pages.source

    @source.setter
    def source(self, source: Source | None) -> None:
        self.pages.source = source

    @property
    def empty_text(self) -> str:
        """Why the list is empty and which key fills it."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        if text != self._empty_text:
            self._empty_text = text
            if not self.total:
                self.refresh()

    @property
    def ids(self) -> array[int]:
        """The row ids of the list, in order."""
        return self.pages.ids

    @property
    def total(self) -> int:
        """Number of rows of the list."""
        return len(self.pages.ids)

    @property
    def position(self) -> int:
        """Index of the cursor in the list."""
        return self.cursor_coordinate.row

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.pages.at(self.position)

    @property
    def range_text(self) -> str:
        """Which rows are on screen: "51 to 100 of 1,240"."""
        if not self.total:
            return "0 of 0"
        top, height = self._window()
        return f"{top + 1:,} to {min(self.total, top + max(1, height)):,} of {self.total:,}"

    def row_for(self, conversation_id: str) -> Row | None:
        """A row by its human id, if it is among the rows read so far."""
        return self.pages.find(conversation_id)

    def set_columns(self, columns: list[ColumnSpec]) -> None:
        """Show these columns."""
        self._painter.set_columns(columns)
        self._lay_out()
        self.refresh()

    @property
    def columns_shown(self) -> list[ColumnSpec]:
        """The columns, in order."""
        return self._painter.columns

    def move_into_view(self) -> None:
        """Scroll the columns back to the first, and to the cursor."""
        self.scroll_to(x=0, animate=False, force=True)
        self._scroll_cursor_into_view()

    def set_sort(self, key: str, descending: bool = False) -> None:
        """Mark the heading of the column the list is sorted by."""
        if (key, descending) != self._painter.sort:
            self._painter.sort = (key, descending)
            self._refresh_lines(0)

    def set_ids(self, ids: array[int], keep_id: int | None = None) -> None:
        """Show another list. The cursor stays on row `keep_id` and at its height on screen if that row is still there,
        else at the same position."""
        height_on_screen = self.position - int(self.scroll_y)
        self.pages.replace(ids)
        self._last_mark = None
        position = self.pages.position_of(keep_id) if keep_id is not None else None
        if position is None:
            position = self.position
        position = max(0, min(position, len(ids) - 1))
        self._lay_out()
        self.set_reactive(DataTable.cursor_coordinate, Coordinate(position, 0))
        self._scroll_top(position - height_on_screen)
        self._scroll_cursor_into_view()
        self.refresh()
        self._tell()

    def move_to_id(self, row_id: int, ahead: int = 0) -> bool:
        """Put the cursor on a row, with so many rows seen below it; False when it is not in the list."""
        position = self.pages.position_of(row_id)
        if position is None:
            return False
        top, height = self._window()
        if height > 2 * ahead and position + ahead >= top + height:
            self._scroll_top(min(position + ahead, self.total - 1) - height + 1)
        self._move(position)
        return True

    def reread(self, visible_only: bool = True) -> None:
        """Read the rows on screen (and the one under the cursor) again and repaint those that changed; without
        `visible_only` forget all others too."""
        if not visible_only:
            self.pages.forget()
        top, height = self._window()
        positions = {*range(top, min(self.total, top + max(1, height))), self.position}
        for position in self.pages.reread(positions):
            self._refresh_lines(position + 1)

    # -- marks

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        row = self.current
        if row is not None:
            self.marks ^= {row.conversation_id}
            self._last_mark = self.position if row.conversation_id in self.marks else None
            self._refresh_lines(self.position + 1)

    def mark_range(self) -> None:
        """Mark every row from the one marked last to the cursor."""
        first, last = sorted((self.position if self._last_mark is None else self._last_mark, self.position))
        # Straight from the source: thousands of rows must not push what is on screen out of the pages kept.
        self.mark_all(row.conversation_id for row in self.pages.read(range(first, last + 1)))
        self._last_mark = self.position

    def mark_all(self, conversation_ids: Iterable[str]) -> None:
        """Mark these rows besides those already marked."""
        self.marks.update(conversation_ids)
        self.refresh()

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self._last_mark = None
        self.refresh()

    # -- keys

    def action_toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        self.toggle_mark()

    def action_mark_range(self) -> None:
        """Mark from the last mark to the cursor."""
        self.mark_range()

    def action_clear_marks(self) -> None:
        """Take all marks away."""
        self.clear_marks()

    def action_select_cursor(self) -> None:
        """Post RowSelected for the row under the cursor."""
        row = self.current
        if row is not None:
            self.post_message(DataTable.RowSelected(self, self.position, RowKey(row.conversation_id)))

    def validate_cursor_coordinate(self, value: Coordinate) -> Coordinate:
        """The cursor stays in the list; its column means nothing here."""
        return Coordinate(max(0, min(value.row, self.total - 1)), 0)

    def watch_cursor_coordinate(self, old_coordinate: Coordinate, new_coordinate: Coordinate) -> None:
        """Repaint two rows, and tell the screen before this tick ends."""
        old, new = old_coordinate.row, new_coordinate.row
        if old == new:
            return
        self._refresh_lines(old + 1, new + 1)
        self._scroll_cursor_into_view()
        self._tell()
        ahead = new + (PREFETCH_ROWS if new > old else -PREFETCH_ROWS)
        if 0 <= ahead < self.total and not self.pages.holds(ahead):
            self.call_after_refresh(self.pages.at, ahead)

    def _tell(self) -> None:
        if self.on_cursor is not None:
            self.on_cursor(self.current)

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()  # DataTable's own handler looks for cells it does not have
        event.stop()
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y < 1:
            key = self._painter.column_at(place.x + int(self.scroll_x))
            if key:
                self.post_message(self.HeadingClicked(self, key))
            return
        position = place.y - 1 + int(self.scroll_y)
        if position >= self.total:
            return
        self._move(position)
        if place.x < GUTTER and not self.scroll_x:
            self.toggle_mark()
        elif event.chain == 2:
            self.action_select_cursor()

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        event.prevent_default()  # no hover: every report of the mouse would cost a repaint

    def _on_leave(self, event: events.Leave) -> None:
        event.prevent_default()

    # -- sizes: fixed widths, nothing is ever measured

    @property
    def row_count(self) -> int:
        """Number of rows, as DataTable names it."""
        return self.total

    def _window(self) -> tuple[int, int]:
        """The first row on screen and how many fit under the heading."""
        return max(0, int(self.scroll_y)), self._room().height - 1

    def _room(self) -> Size:
        return self.scrollable_content_region.size if self.is_attached else Size(0, 0)

    def _lay_out(self) -> None:
        size = Size(self._painter.lay_out(self._room().width), self.total + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    def _on_resize(self, _: events.Resize) -> None:
        self._lay_out()
        self._scroll_cursor_into_view()

    def watch_show_header(self, show: bool) -> None:
        """The heading always shows; DataTable would count it twice."""

    def watch_show_row_labels(self, show: bool) -> None:
        """There are no labels."""

    def watch_hover_coordinate(self, old: Coordinate, value: Coordinate) -> None:
        """There is no hover cursor."""

    def _scroll_top(self, top: int) -> None:
        self.scroll_to(y=max(0, top), animate=False, force=True)

    def _scroll_cursor_into_view(self, animate: bool = False) -> None:
        top, height = self._window()
        if height < 1:
            return
        if self.position < top:
            self._scroll_top(self.position)
        elif self.position >= top + height:
            self._scroll_top(self.position - height + 1)

    def _refresh_lines(self, *lines: int) -> None:
        """Repaint lines of the list, counted from the heading (0)."""
        top, height = self._window()
        for line in lines:
            y = line - top if line else 0
            if y == 0 < line or y > height:
                continue
            self.refresh(Region(0, y, self._room().width or self.size.width, 1))  # without the scrollbar's cell

    # -- drawing

    def notify_style_update(self) -> None:
        """Theme or focus changed: every strip is drawn anew."""
        self._painter.forget()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw; what no row depends on is read once here."""
        self._painter.begin(self._room().width)
        return ScrollView.render_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the heading, a row, or what is said when there are none."""
        if y == 0:
            return self._painter.heading()
        if not self.total:
            return self._painter.empty(y - 1, self._empty_text)
        position = y - 1 + self.scroll_offset.y
        if position >= self.total:
            return self._painter.blank()
        row = self.pages.at(position)
        is_marked = row is not None and row.conversation_id in self.marks
        return self._painter.row(row, is_cursor=position == self.position, is_marked=is_marked)
