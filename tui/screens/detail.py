"""One conversation on the whole screen, in seven tabs. It follows the main list's cursor, so that previous, next and
the verdicts mean the same in both places. What the tabs say is made in `tui.pages`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from core.browse import Reading, Row
from core.detail import Facts
from core.text.terminal import safe_line
from tui.keymap import BY_ID, COMMANDS, Command
from tui.pages.conversation import Shown, conversation_page
from tui.pages.emotions import emotions_page
from tui.pages.facts import facts_page
from tui.pages.history import history_page
from tui.pages.quality import quality_page
from tui.pages.record import record_page
from tui.pages.sentences import sentences_page
from tui.pages.strategy import strategy_page
from tui.screens.bars import Bar, link, spread
from tui.screens.layout import MESSAGE_S, WIDE
from tui.screens.rewriting import TurnCommands
from tui.screens.tabs import TABS, TabCommands
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
        self.header, self.tabs, self.footer = Bar(id="header"), Bar(id="tabs"), Bar(id="footer")
        self.reading = ReadingView(id="whole")  # of a row without text or one that is being written
        self.page = DocumentView(id="page")
        self.side = DocumentView(id="side")
        self.folded: dict[str, frozenset[int]] = {}  # turns, by conversation
        self.brief = False  # the facts before the turns are folded, for every conversation
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
            self.side.show(partial(facts_page, reading, facts), key=row.id)
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
            return history_page(row, facts, browser.acts(key), browser.versions(key), calls, width)
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
            left.append(Content.assemble("  ", (safe_line(row.topic, 80), "$foreground 60%")))
            score = f"{score_cell(row.quality_score)[0]}  " if row.quality_score is not None else ""
            place = f"{main.table.position + 1:,} of {main.table.total:,} "
            right = [(f"{status_cell(row)[0]}  {score}", "bold"), (place, "$foreground 60%")]
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

    def draw_footer(self) -> None:
        """The keys that make sense now."""
        shown = [c for c in COMMANDS if c.footer and self.WHERE in c.where.split() and not self.why_not(c)]
        content, width = Content(" "), self.app.size.width
        back = Content.assemble(("esc", "bold $text-accent"), (" Back  ", "$foreground 60%"))
        content = Content.assemble(content, back)
        tail = self._key_words(BY_ID["app.help"])
        for command in sorted(shown, key=lambda c: c.footer):
            part = self._key_words(command)
            if command.id == "app.help":
                continue  # it stands last and always fits
            if content.cell_length + part.cell_length + tail.cell_length > width:
                break
            content = Content.assemble(content, part)
        self.footer.show(Content.assemble(content, tail))

    def _key_words(self, command: Command) -> Content:
        key = self.bright.keymap.key(command.id)
        return Content.assemble(
            link(key, "bold $text-accent", f"screen.run('{command.id}')"),
            (f" {self.label_of(command)}  ", "$foreground 60%"),
        )

    def say(self, text: str) -> None:
        """Tell it in the footer."""
        self.footer.show(Content.styled(f" {safe_line(text, 300)}", "bold $text-success"))
        self.set_timer(MESSAGE_S, self.draw_footer)
