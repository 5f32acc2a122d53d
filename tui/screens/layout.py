"""The main screen's panes and bars: what is where at which size, and what they show of the row under the cursor.

The commands live in the modules beside this one; they work on what is set up here.
"""

from __future__ import annotations

import time
from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from core.browse import Row
from core.query import chips
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Bar, Part, link, spread
from tui.screens.bound import BoundScreen
from tui.screens.footer import keys_line
from tui.screens.heading import Heading
from tui.widgets.columns import ColumnSpec, columns_for
from tui.widgets.facet_list import FacetList
from tui.widgets.glyphs import set_template_names
from tui.widgets.paged_table import PagedTable
from tui.widgets.progress_panel import ProgressPanel
from tui.widgets.reading_view import ReadingView
from tui.widgets.row_pages import differing

if TYPE_CHECKING:
    from tui.app import BrightrunApp
    from tui.screens.detail import DetailScreen

WIDE = 120  # columns from which panes stand side by side
TALL = 30  # lines from which a wide screen tells the plan by tier and persona
ROOMY = 160  # columns from which the filters are there without being asked for
REMEMBER_AFTER_S = 0.3  # a held key is one change of the view, not thirty
QUIET = "$foreground 60%"
COUNT_AFTER_S = 1.5  # a list of 100,000 is compared with the database at most this often
COUNTS_SHARE = 0.0125  # of the time may be spent on counting, each in its place, while others write
QUIET_S = 0.3  # and not while somebody waits for what a key did


class MainLayout(BoundScreen):
    """Header, filter line, filters, table, reading view, progress and footer."""

    AUTO_FOCUS: ClassVar[str | None] = "#table"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.ids: array[int] = array("q")
        self.table = PagedTable(id="table")
        self.reading = ReadingView(id="reading")
        self.facets = FacetList(id="facets")
        self.panel = ProgressPanel(id="progress")
        self.query_input: Input | None = None  # made by the first search: a start does without it
        self.header, self.chips_bar, self.groups_bar = Bar(id="header"), Bar(id="chips"), Bar(id="groups")
        self.query_hint = Bar(id="query-hint")
        self.advisor = str(app.browser.view_state.get("advisor", "") or "Advisor")
        self.follower: DetailScreen | None = None
        kept = app.browser.view_state.get("columns") if app.wanted_columns is None else app.wanted_columns
        self.columns_wanted = tuple(str(name) for name in kept or ())
        self.marks_hidden = 0  # marked rows that the filter does not show
        self.shown_at = 0.0
        self.stale = 0
        self.stale_order = False
        self.done_here = 0  # of the rows that left the view
        self.decided: set[int] = set()  # rows of the list that were decided here: no news to whoever did it
        self.facets_wanted: bool | None = app.browser.view_state.get("filters")
        self._prices: dict[str, float] = {}  # by tier, what a row costs on average in micro-dollars
        self._priced_at: object = None  # what they were asked for: settings, templates, jobs
        self._shown: Row | None = None
        self._columns: list[ColumnSpec] = []
        self._remember_timer: Any = None
        self._counted_at = self._facets_at = self._count_s = 0.0
        self._count_due = self._facets_due = False

    # Composition

    def compose(self) -> ComposeResult:
        """All panes are there from the start; classes of the screen decide what shows where."""
        yield self.header
        yield self.groups_bar
        with Vertical(id="search"):
            yield self.query_hint
        yield self.chips_bar
        with Container(id="panes"):
            yield self.facets
            yield self.table
            yield self.reading
        yield self.panel
        yield self.footer

    def on_mount(self) -> None:
        """Fill the list from the view that was restored or set."""
        self.table.border_title, self.reading.border_title = "Conversations", "Reading"
        self.facets.border_title = "Filters"
        self._arrange(self.app.size.width, self.app.size.height)
        self.table.source = self.bright.browser.page
        self.table.on_cursor = self.show_row
        self.fill(self.bright.browser.view_state.get("cursor"))
        self.draw_progress()
        # Of a terminal that had other things on it meanwhile nothing is known: all is drawn anew.
        self.app.app_resume_signal.subscribe(self, lambda _: self.app.refresh(layout=True))

    def on_resize(self, event: events.Resize) -> None:
        """Another size may mean other panes and other columns."""
        self._arrange(event.size.width, event.size.height)
        self.draw_bars()
        self.draw_progress()

    def _arrange(self, width: int, height: int) -> None:
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        self.set_class(not wide, "-narrow")
        self.set_class(wide and height >= TALL, "-groups")
        shown = self.facets_wanted if self.facets_wanted is not None and wide else width >= ROOMY
        if shown and not self.has_class("-filters"):
            self.call_after_refresh(self.read_facets)  # nothing was counted while nobody looked
        self.set_class(shown, "-filters")
        self.call_after_refresh(self.fit_columns)
        if not self._columns:
            self.fit_columns()

    def fit_columns(self) -> None:
        """Give the table the columns that fit its width."""
        specs = columns_for(self.table.size.width or self.app.size.width, self.columns_wanted)
        if specs != self._columns:
            self._columns = specs
            if any(spec.key == "template" for spec in specs):
                set_template_names(self.bright.browser.template_names())
            self.table.set_columns(specs)

    @property
    def is_wide(self) -> bool:
        """Whether panes stand side by side."""
        return self.has_class("-wide")

    # The list and the row under the cursor

    @property
    def row(self) -> Row | None:
        """The row under the cursor, as it is on the screen."""
        return self.table.current

    def fill(self, keep_id: int | None = None) -> None:
        """Read the ids of the view; the cursor stays on the row `keep_id` where it still is in the list."""
        self.ids = self.bright.browser.ids()
        self.stale, self.stale_order, self._count_due = 0, False, False
        self.decided.clear()
        self.done_here = 0
        self.table.empty_text = self._why_empty()
        criteria = self.bright.browser.criteria
        self.table.set_sort(criteria.sort, criteria.descending)
        self.table.set_ids(self.ids, keep_id)
        marks = self.table.marks
        self.marks_hidden = len(marks) - self.bright.browser.marked_shown(marks) if marks else 0
        if not self.ids:
            self.show_row(None)
        self.draw_bars()

    def _why_empty(self) -> str:
        key = self.bright.keymap.key
        if not self.bright.overview.total:
            return f"The plan is empty. {key('plan.new')} plans a row, {key('import.open')} brings a plan or files in."
        if self.bright.browser.criteria.states == ("to_review",) and not self.bright.overview.to_review:
            return f"Nothing is left to review. {self._way_on()}, {key('filter.clear')} shows all rows."
        return f"No row matches the filter. {key('filter.clear')} clears it, {key('filter.search')} changes it."

    def _way_on(self) -> str:
        """What to do where nothing is to review."""
        key, job, left = self.bright.keymap.key, self.bright.progress.job, self.bright.overview.remaining
        if job is not None and job.status in ("queued", "running"):
            return "What is being written comes up here"
        if left:
            return f"{key('generate.all')} generates the {left:,} that remain"
        return f"{key('export.open')} exports"

    def show_row(self, row: Row | None) -> None:
        """Show what belongs to the row; called in the same tick in which the cursor moves."""
        if row is None or self._shown is None or row.id != self._shown.id:
            self.shown_at = self.bright.now()
        self._shown = row
        self.reading.show(self.bright.browser.reading(row) if row is not None else None, advisor=self.advisor)
        self.draw_chips()
        self.quiet()
        self.remember_soon()
        if self.follower is not None:
            self.follower.draw()

    def remember_soon(self) -> None:
        """Keep cursor and panes for the next start, a moment after the last change."""
        if self._remember_timer is not None:
            self._remember_timer.stop()
        self._remember_timer = self.set_timer(REMEMBER_AFTER_S, self.remember)

    def remember(self) -> None:
        """Keep cursor and panes for the next start."""
        row = self._shown
        self.bright.browser.remember(cursor=row.id if row is not None else None, filters=self.facets_wanted)

    # Changes that others make

    def database_changed(self) -> None:
        """Draw what others wrote. Never moves the cursor and never reorders the list."""
        self.table.reread()
        row = self.table.current
        if row is not None and self._shown is not None and row.id == self._shown.id:
            if row.status in ("queued", "generating") and row.status == self._shown.status:
                reading = self.bright.browser.reading(row)
                self.reading.live(reading.live_step, reading.live_text)
            elif row != self._shown:
                self.reading.show(self.bright.browser.reading(row), advisor=self.advisor)
            self._shown = row
            if self.follower is not None:
                self.follower.live(row)
        self._count_due = self._facets_due = True
        self.tick()
        self.draw_progress()
        self.draw_header()
        self.draw_footer()

    def tick(self) -> None:
        """Compare the list with the database when that is due."""
        now = time.monotonic()
        since, quiet = now - self._counted_at, now - self.bright.key_time > QUIET_S
        wanted = max(COUNT_AFTER_S, self._count_s / COUNTS_SHARE)  # a long list costs much to compare
        if self._count_due and (len(self.ids) < 5000 or since > (wanted if quiet else 2 * wanted)):
            self._count_due, self._counted_at = False, now
            found = self.bright.browser.ids()
            self._count_s = time.monotonic() - now
            if found and not self.ids:  # there is nothing on the screen that could move
                self.fill()
            changed = differing(found, self.ids) if found != self.ids else 0
            self.done_here = len(self.decided.difference(found)) if changed and self.decided else 0
            self.stale = changed - self.done_here
            self.stale_order = found != self.ids and not changed
            self.draw_chips()
        if self._facets_due and now - self._facets_at > max(COUNT_AFTER_S, 2 * self._count_s / COUNTS_SHARE):
            self._facets_due, self._facets_at = False, now
            self.read_facets()

    def read_facets(self) -> None:
        """Count the values of all dimensions anew, where anybody looks."""
        raise NotImplementedError

    # Drawing

    def draw_bars(self) -> None:
        """Draw all bars."""
        self.draw_header()
        self.draw_chips()
        self.draw_footer()

    def draw_progress(self) -> None:
        """Draw the progress panel; without a job and without errors it takes no room."""
        self.panel.show(self.bright.progress, datetime.now(UTC))

    def draw_header(self) -> None:
        """Dataset, counts, spend, live or simulated, worker, reviewer."""
        app, width = self.bright, self.app.size.width
        name = app.settings.pack.rpartition("/")[2].replace("_", " ")
        heading = Heading(name, app.settings.reviewer, app.provider, app.overview, app.progress)
        self.header.show(heading.wide(width) if self.is_wide else heading.narrow(width))
        if self.has_class("-groups"):
            self.groups_bar.show(heading.groups(width))

    def draw_chips(self) -> None:
        """Active filters with a way to drop each, what is shown of how many, marks, and what would change."""
        criteria, total = self.bright.browser.criteria, self.bright.overview.total
        left: list[Part] = [(" ", "")]
        if criteria.is_empty:
            left.append(("all rows", "$foreground 60%"))
        else:
            left.append((f"{len(self.ids):,} of {total:,} shown", "bold"))
        for number, (text, _) in enumerate(chips(criteria)):
            chip = link(f" {safe_line(text, 40)} ✕ ", "$text on $primary 25%", f"screen.drop_chip({number})")
            left.append(Content.assemble(" ", chip))
        if (criteria.sort, criteria.descending) != ("number", False):
            left.append((f"  {criteria.sort} {'↓' if criteria.descending else '↑'}", "$text-accent"))
        right: list[Part] = []
        if self.stale or self.stale_order:
            what = f"{self.stale:,} changed" if self.stale else "order changed"
            right.append((f"{what}, {self.bright.keymap.key('filter.refresh')} refreshes  ", "$text-warning"))
        elif self.done_here:
            right.append((f"{self.done_here:,} done, {self.bright.keymap.key('filter.refresh')} refreshes  ", QUIET))
        pace = self.bright.pace.text(self.bright.overview.to_review) if self.is_wide else ""
        if pace:
            right.append((f"{pace}  ", "$foreground 60%"))
        if self.table.marks:
            hidden = min(self.marks_hidden, len(self.table.marks))
            more = f", {hidden:,} not shown" if hidden else ""
            right.append((f"✓ {len(self.table.marks):,} marked{more}  ", "bold $text-warning"))
        if self.ids:
            size = self.bright.settings.page_size
            first = self.table.position // size * size
            right.append(
                (f"{first + 1:,} to {min(first + size, len(self.ids)):,} of {len(self.ids):,} ", "$foreground 60%")
            )
            if not criteria.is_empty and Content.assemble(*left[:3], *right).cell_length + 2 > self.app.size.width:
                right.pop()  # what filters is needed more
        self.chips_bar.show(spread(left, right, self.app.size.width))

    def keys_shown(self, width: int) -> Content:
        """The keys that make sense now, in the pane that has the focus."""
        hints = self._hints()
        if not hints:
            return keys_line(self, width)
        parts = [
            Content.assemble((f" {key}", "bold $text-accent"), (f" {text} ", "$foreground 60%")) for key, text in hints
        ]
        while len(parts) > 1 and sum(part.cell_length for part in parts) > width:
            del parts[-2]  # the way back, which stands last, is needed most
        return Content.assemble(*parts).truncate(width)

    def label_of(self, command: Command) -> str:
        """With marks, what a key does to them."""
        if command.id == "generate.selected" and self.table.marks:
            return "Generate marked"
        return super().label_of(command)

    def _hints(self) -> tuple[tuple[str, str], ...]:
        """What keys mean in a pane that has its own."""
        if self.has_class("-searching"):
            return ("enter", "Keep"), ("esc", "Give the old filter back"), ("tab", "Take the word"), ("↑ ↓", "Move")
        if self.facets.has_focus:
            key = self.bright.keymap.last_key("generate.selected")
            return ("space", "Switch"), ("a-z", "Find"), ("← →", "Fold"), (key, "Generate these"), ("esc", "Back")
        if self.panel.has_focus:
            return ("enter", "Open"), ("r", "Retry"), ("d", "Dismiss"), ("esc", "Back")
        return ()

    def on_descendant_focus(self) -> None:
        """Another pane, other keys."""
        self.draw_footer()

    def focused_pane(self) -> Widget:
        """The pane that movement keys act on: the table, unless another one has the focus."""
        for pane in (self.reading, self.facets, self.panel):
            if pane.has_focus:
                return pane
        return self.table

    def shown_text(self) -> str:
        """What is told about how much is shown; for messages."""
        return counted(len(self.ids), "row")
