"""The moves of a table by keys: rows, screenfuls, first and last, columns that do not fit.

`PagedTable` is the one table that has them; where its cursor stands and what is on screen is its own business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.coordinate import Coordinate

SIDEWAYS = 8  # cells of one step sideways


if TYPE_CHECKING:
    from textual.widget import Widget

    _Table = Widget
else:
    _Table = object  # a second widget among the bases would take the styles of DataTable away


class TableMoves(_Table):
    """The `action_…` methods that move the cursor, for keys to be bound to."""

    if TYPE_CHECKING:
        cursor_coordinate: Coordinate

        @property
        def position(self) -> int: ...

        @property
        def total(self) -> int: ...

        def _window(self) -> tuple[int, int]: ...

        def _scroll_top(self, top: int) -> None: ...

    def _move(self, position: int) -> None:
        self.cursor_coordinate = Coordinate(position, 0)

    def _page(self, rows: int) -> None:
        self._scroll_top(int(self.scroll_y) + rows)
        self._move(self.position + rows)

    def action_cursor_down(self) -> None:
        """One row down."""
        self._move(self.position + 1)

    def action_cursor_up(self) -> None:
        """One row up."""
        self._move(self.position - 1)

    def action_page_down(self) -> None:
        """A screenful down."""
        self._page(max(1, self._window()[1]))

    def action_page_up(self) -> None:
        """A screenful up."""
        self._page(-max(1, self._window()[1]))

    def action_half_page_down(self) -> None:
        """Half a screenful down."""
        self._page(max(1, self._window()[1] // 2))

    def action_half_page_up(self) -> None:
        """Half a screenful up."""
        self._page(-max(1, self._window()[1] // 2))

    def action_scroll_top(self) -> None:
        """To the first row."""
        self._move(0)

    def action_scroll_bottom(self) -> None:
        """To the last row."""
        self._move(self.total - 1)

    action_scroll_home = action_scroll_top  # DataTable's own would look for a first column
    action_scroll_end = action_scroll_bottom

    def action_cursor_left(self) -> None:
        """Columns that do not fit: towards the left."""
        self.scroll_to(x=self.scroll_x - SIDEWAYS, animate=False, force=True)

    def action_cursor_right(self) -> None:
        """Columns that do not fit: towards the right."""
        self.scroll_to(x=self.scroll_x + SIDEWAYS, animate=False, force=True)
