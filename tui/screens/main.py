"""The main screen: the whole loop of seeing, generating, reviewing and exporting on one screen.

Its parts are in the modules beside it: `layout` (panes and bars), `listing`, `reviewing`, `generating`, `outside`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.widgets import DataTable

from core.browse import Row
from tui.keymap import Command
from tui.screens.outside import OutsideCommands
from tui.screens.planning import PlanCommands
from tui.screens.rewriting import AgainCommands
from tui.screens.views import ViewCommands
from tui.widgets.paged_table import PagedTable
from tui.widgets.progress_panel import ProgressPanel

if TYPE_CHECKING:
    from tui.screens.bringing import Bringing

AHEAD = 3  # rows below the one that is reviewed: one sees what comes


class MainScreen(ViewCommands, AgainCommands, PlanCommands, OutsideCommands):
    """Table, reading view, filters and progress."""

    bringing: Bringing | None = None  # an import that runs, whichever screen began it

    def services_opened(self) -> None:
        """The services are there: what waited for them can be filled."""
        if self.is_attached:
            self.draw_bars()
            self.draw_progress()
            self.read_facets()
        if self.follower is not None:
            self.follower.draw()

    def name_advisor(self, name: str) -> None:
        """Show the advisor's turns under this name."""
        self.advisor = name
        if self._shown is not None:
            self.reading.show(self.bright.browser.reading(self._shown), advisor=name)

    def _missing(self, need: str, command: Command) -> str:
        if need == "rows":
            return "" if self.ids else "The list is empty."
        if need == "marks":
            key = self.bright.keymap.key("mark.toggle")
            return "" if self.table.marks else f"No row is marked: {key} marks one."
        if need == "filtered":
            return "" if not self.bright.browser.criteria.is_empty else "There is no filter: all rows are shown."
        return super()._missing(need, command)

    # Moving

    def _go(self, action: str) -> None:
        getattr(self.focused_pane(), f"action_{action}")()

    def do_move_down(self) -> None:
        """Next row or line."""
        self._go("cursor_down")

    def do_move_up(self) -> None:
        """Previous row or line."""
        self._go("cursor_up")

    def do_move_top(self) -> None:
        """First."""
        self._go("scroll_top")

    def do_move_bottom(self) -> None:
        """Last."""
        self._go("scroll_bottom")

    def do_move_half_down(self) -> None:
        """Half a page down."""
        self._go("half_page_down")

    def do_move_half_up(self) -> None:
        """Half a page up."""
        self._go("half_page_up")

    def do_move_page_down(self) -> None:
        """A page down."""
        self._go("page_down")

    def do_move_page_up(self) -> None:
        """A page up."""
        self._go("page_up")

    def do_move_left(self) -> None:
        """Fold the section, or scroll columns."""
        self.facets.action_collapse() if self.facets.has_focus else self.table.action_cursor_left()

    def do_move_right(self) -> None:
        """Unfold the section, or scroll columns."""
        self.facets.action_expand() if self.facets.has_focus else self.table.action_cursor_right()

    def do_move_open(self) -> None:
        """The conversation on the whole screen; in the filters, switch; in the errors, show the row."""
        pane = self.focused_pane()
        if pane is self.facets:
            self.facets.action_switch()
            return
        if pane is self.panel:
            self.panel.action_open_error()
            return
        from tui.screens.detail import DetailScreen

        self.app.push_screen(DetailScreen(self.bright))

    @on(DataTable.RowSelected, "#table")
    def row_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_move_open()

    @on(PagedTable.HeadingClicked)
    async def heading_clicked(self, event: PagedTable.HeadingClicked) -> None:
        """A click on a heading sorts by it, a second one the other way round."""
        from dataclasses import replace

        from core.query import SORTS

        old = self.bright.browser.criteria
        if event.key in SORTS:
            descending = not old.descending if old.sort == event.key else False
            await self.apply(replace(old, sort=event.key, descending=descending))

    def database_changed(self) -> None:
        """Draw what others wrote, and tell when they decided the row that is being read."""
        before = self._shown
        super().database_changed()
        self.note_overtaking(before, self._shown)

    def show_row(self, row: Row | None) -> None:
        """Show what belongs to the row; it may be the one that is being read, as somebody else left it."""
        before = self._shown
        super().show_row(row)
        self.note_overtaking(before, row)

    def advance(self, row: Row) -> str:
        """Go to the next row to review after a verdict; stay where there is none, and say so."""
        app, browser = self.bright, self.bright.browser
        # A list that somebody sorted is worked through as it stands.
        as_planned = browser.criteria.sort in ("number", "review") and not browser.criteria.descending
        if app.settings.review_order == "worst" and as_planned:
            next_id = browser.next_worst(row, self.ids)
        else:
            next_id = browser.next_to_review(row.id, self.ids)
        if next_id is not None:
            self.table.move_to_id(next_id, ahead=AHEAD)
            return ""
        left = app.overview.to_review
        if not left:
            return "nothing is left to review"
        return f"the last of this list; {app.keymap.key('filter.to_review')} shows the {left:,} left elsewhere"

    async def go_on(self, row: Row) -> str:
        """Advance after a verdict; where nothing is left, first take in what has come into this list meanwhile."""
        ended = self.advance(row)
        if ended and self.stale:
            await self.apply(self.bright.browser.criteria)
            ended = self.advance(row)
        return ended

    def open_conversation(self, conversation_id: str) -> None:
        """Put the cursor on a row, wherever it is named; a filter that hides it is told."""
        row = self.bright.browser.row(conversation_id)
        if row is None or not self.table.move_to_id(row.id):
            key = self.bright.keymap.key("filter.clear")
            self.warn(f"{conversation_id} is not in this list. {key} clears the filter.")

    # Panes

    def do_view_zoom(self) -> None:
        """The focused pane alone, and back."""
        pane = self.focused_pane()
        if pane is self.panel:  # it has a screen of its own
            self.do_job_list()
            return
        zoomed = not self.has_class("-zoom")
        self.set_class(zoomed, "-zoom")
        for each in (self.facets, self.table, self.reading):
            each.set_class(zoomed and each is pane, "-alone")
        self.call_after_refresh(self.fit_columns)

    def _panes(self) -> list[Any]:
        panes: list[Any] = [self.facets] if self.has_class("-filters") else []
        panes += [self.table, self.reading]
        return [*panes, self.panel] if self.bright.progress.errors else panes

    def _focus_pane(self, step: int) -> None:
        panes = self._panes()
        here = self.focused_pane()
        index = panes.index(here) if here in panes else 0
        if self.has_class("-zoom"):
            self.do_view_zoom()
        panes[(index + step) % len(panes)].focus()

    def do_view_next_pane(self) -> None:
        """Focus the next pane."""
        self._focus_pane(1)

    def do_view_previous_pane(self) -> None:
        """Focus the previous pane."""
        self._focus_pane(-1)

    async def do_app_back(self) -> None:
        """Close the search line, the zoom, the filters over the table; or go back to the table."""
        if self.has_class("-searching"):
            await self.cancel_search()
        elif self.has_class("-zoom"):
            self.do_view_zoom()
        elif self.has_class("-filters") and not self.is_wide:
            self.do_filter_pane()
        elif not self.table.has_focus:
            self.table.focus()
        elif self.table.marks:
            self.do_mark_clear()
        else:
            quit_key = self.bright.keymap.key("app.quit")
            self.say(f"{quit_key} quits, {self.bright.keymap.key('app.help')} shows all keys.")

    # The panel's errors

    @on(ProgressPanel.Opened)
    def error_opened(self, event: ProgressPanel.Opened) -> None:
        """Show the row that failed."""
        self.open_conversation(event.conversation_id)
        self.table.focus()

    @on(ProgressPanel.Retried)
    def error_retried(self, event: ProgressPanel.Retried) -> None:
        """Order what failed again."""
        self.flow(self.retry(event.job_id))

    @on(ProgressPanel.Dismissed)
    async def error_dismissed(self, event: ProgressPanel.Dismissed) -> None:
        """Take the error away."""
        await self.dismiss_error(event.item_id)
