"""One conversation on the whole screen, in seven tabs. It follows the main list's cursor, so that previous, next and
the verdicts mean the same in both places. What the tabs say is made in `tui.pages`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from core.browse import Reading, Row
from core.detail import Facts
from core.text.terminal import safe_line
from tui.keymap import BY_ID
from tui.pages.conversation import Shown, conversation_page
from tui.pages.emotions import emotions_page
from tui.pages.facts import facts_page
from tui.pages.history import history_page
from tui.pages.quality import quality_page
from tui.pages.record import record_page
from tui.pages.sentences import sentences_page
from tui.pages.strategy import strategy_page
from tui.screens.bars import Bar, link, spread
from tui.screens.layout import WIDE
from tui.screens.rewriting import TurnCommands
from tui.screens.tabs import TABS, TabCommands
from tui.widgets.cells import cut
from tui.widgets.document_view import DocumentView, Item
from tui.widgets.glyphs import score_cell, status_cell
from tui.widgets.reading_view import READING_WIDTH, ReadingView

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PAGE_WIDTH = 150  # lines longer than this are hard to follow, even in two columns
PROSE_WIDTH = 110


class DetailScreen(TabCommands, TurnCommands):
    """Tabs over one conversation."""

    CSS_PATH: ClassVar[Any] = "../styles/screens.tcss"  # parsed when it is first shown, not before the first frame

    WHERE: ClassVar[str] = "detail"
    AUTO_FOCUS: ClassVar[str | None] = "#page"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.header, self.tabs = Bar(id="header"), Bar(id="tabs")
        self.reading = ReadingView(id="whole")  # of a row without text or one that is being written
        self.page = DocumentView(id="page")
        self.side = DocumentView(id="side")
        self.folded: dict[str, frozenset[int]] = {}  # turns, by conversation
        self.brief = bool(
            app.browser.view_state.get("brief", False)
        )  # the facts before the turns are folded, for every conversation
        self._shown: Row | None = None

    @property
    def row(self) -> Row | None:
        """The row under the main list's cursor."""
        return self.bright.main.row

    def compose(self) -> ComposeResult:
        """Header, tabs, body, keys."""
        yield self.header
        yield self.tabs
        with Horizontal(id="body"):
            yield self.reading
            yield self.page
            yield self.side
        yield self.footer

    def on_mount(self) -> None:
        """Show the row and follow the list from here on."""
        self.bright.main.follower = self
        self.draw()

    def on_unmount(self) -> None:
        """The list goes on alone."""
        self.bright.main.follower = None

    def on_resize(self) -> None:
        """The facts stand at the side where there is room."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.draw()

    # What is shown

    def draw(self) -> None:
        """Show the row as it is now."""
        row = self.row
        if row is not None:
            self._draw_page(row)
        if row is not None and self._shown is not None and row.id != self._shown.id:
            self.quiet()
        self._shown = row
        self._draw_bars()

    def _draw_page(self, row: Row) -> None:
        browser = self.bright.browser
        reading = browser.reading(row)
        facts = browser.facts(row.conversation_id)
        wide = self.has_class("-wide")
        self.set_class(self.tab == "conversation", "-conversation")
        self.set_class(self.tab == "conversation" and not reading.turns, "-live")
        if self.tab == "conversation":
            self.side.show(partial(facts_page, reading, facts, browser.sources(row.conversation_id)), key=row.id)
            if not reading.turns:
                self.reading.show(reading, advisor=self.bright.main.advisor)
                return
        widths = {"conversation": READING_WIDTH, "history": PROSE_WIDTH, "json": PROSE_WIDTH, "quality": PROSE_WIDTH}
        width = 0 if not wide else widths.get(self.tab, PAGE_WIDTH)
        self.page.show(partial(self._items, reading, facts), key=(row.id, self.tab), max_width=width)

    def _items(self, reading: Reading, facts: Facts | None, width: int) -> Iterator[Item]:
        """What the tab says of the conversation."""
        browser, row = self.bright.browser, reading.row
        if self.tab == "history":
            key = row.conversation_id
            calls = browser.calls_made(key)
            sources = browser.sources(key)
            return history_page(row, facts, browser.acts(key), browser.versions(key), calls, sources, width)
        pairs = self._pairs(reading)
        if self.tab == "conversation":
            folded = self.folded.get(row.conversation_id, frozenset())
            shown = Shown(self.bright.main.advisor, self.has_class("-wide"), folded, self.brief)
            return conversation_page(reading, facts, pairs, width, shown)
        if self.tab == "quality":
            return quality_page(reading, facts, pairs, width)
        pages = {
            "emotions": emotions_page,
            "strategy": strategy_page,
            "sentences": sentences_page,
            "json": record_page,
        }
        return pages[self.tab](pairs, width)

    def _pairs(self, reading: Reading) -> list[dict[str, Any]]:
        """The training pairs. Until the services are there, tabs that can do without them wait for none."""
        early = self.bright.services is None and self.tab in ("conversation", "quality")
        return [] if early or not reading.turns else self.bright.browser.training_pairs(reading.row.conversation_id)

    def live(self, row: Row) -> None:
        """The row changed under the reader, or grows."""
        if row.status in ("queued", "generating") and self._shown is not None and row.status == self._shown.status:
            reading = self.bright.browser.reading(row)
            self.reading.live(reading.live_step, reading.live_text)
            self._shown = row
        elif row != self._shown:
            self.draw()

    def _draw_bars(self) -> None:
        row, main, width = self.row, self.bright.main, self.app.size.width
        if row is not None:
            left = [Content.assemble((" #", "$foreground 60%"), (str(row.number), "bold"), "  ", row.conversation_id)]
            score = f"{score_cell(row.quality_score)[0]}  " if row.quality_score is not None else ""
            place = f"{main.table.position + 1:,} of {main.table.total:,} "
            right = [(f"{status_cell(row)[0]}  {score}", "bold"), (place, "$foreground 60%")]
            room = width - sum(cell_len(str(part[0])) for part in right) - left[0].cell_length - 4
            left.append(Content.assemble("  ", (cut(safe_line(row.topic, 200), max(0, room)), "$foreground 60%")))
            self.header.show(spread(left, right, width))
        keymap, short = self.bright.keymap, width < 100
        tabs: list[Any] = [" "]
        for name in TABS:
            command = BY_ID[f"tab.{name}"]
            style = "bold $text on $primary 35%" if name == self.tab else "$foreground 60%"
            words = f"{keymap.key(command.id)} {command.label}"
            tabs.append(link(words if short else f" {words} ", style, f"screen.run('{command.id}')"))
            tabs.append(" " if short else "  ")
        self.tabs.show(Content.assemble(*tabs).truncate(max(1, width)))
        self.draw_footer()
