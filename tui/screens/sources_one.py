"""One chunk of a source document on a page of its own, and what an import of source documents would bring."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on

from core.chunks.records import ChunkDetail, ChunkImportReport
from core.chunks.sources import source_label
from core.errors import BrightrunError
from core.text.terminal import safe_line
from tui.keymap import Command
from tui.own_words import own_words
from tui.pages.importing import GOES_ON
from tui.pages.sources import chunk_page, report_page
from tui.screens.bars import Part, spread
from tui.screens.bringing import ReportScreen, Tell
from tui.screens.sources import ChunkCommands
from tui.widgets.document_view import DocumentView, Item
from tui.widgets.reading_text import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.app import BrightrunApp

PAGE_WIDTH = 100
READING, LOOKED, RUNNING, DONE = "reading…", "nothing is stored yet", "importing…", "imported"


class ChunkScreen(ChunkCommands):
    """A chunk with everything that is known of it."""

    WHERE: ClassVar[str] = "source"

    def __init__(self, app: BrightrunApp, chunk_id: str) -> None:
        super().__init__(app)
        self.view = DocumentView(id="lines")
        self._chunk_id = chunk_id
        self._chunk: ChunkDetail | None = None

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.view

    @property
    def chosen(self) -> tuple[str, ...]:
        """This one."""
        return (self._chunk_id,)

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        self.flow(self.changed())

    def database_changed(self) -> None:
        """Others wrote; it may be about this one."""
        self.flow(self.changed())

    async def changed(self) -> None:
        """Read it again."""
        self._chunk = await self.opened.chunks.get(self._chunk_id)
        self.draw()

    def draw(self) -> None:
        """Header and page."""
        chunk = self._chunk
        left: list[Part] = [(" Source", "bold $text-primary")]
        if chunk is not None:
            self.view.show(partial(chunk_page, chunk), key="page", max_width=PAGE_WIDTH)
            left.append((f"  {safe_line(chunk.document_title or chunk.document_id, 200)}", ""))
        right: list[Part] = [("★ example ", "$text-accent")] if chunk is not None and chunk.is_example else []
        self.header.show(spread(left, right, self.app.size.width))
        self.draw_footer()

    def _missing(self, need: str, command: Command) -> str:
        if need == "used":
            return "" if self._chunk is not None and self._chunk.used_by else "No conversation draws on it."
        if need == "chunk":
            return "" if self._chunk is not None else "It is still being read."
        return super()._missing(need, command)

    def do_sources_rows(self) -> None:
        """Who draws on it."""
        self.flow(self.show_rows(self._chunk_id), asks=True)

    @on(DocumentView.Clicked)
    def clicked(self, event: DocumentView.Clicked) -> None:
        """Nothing on it opens by a click."""
        event.stop()


class ImportSourcesScreen(ReportScreen):
    """What a source would bring; `sources.run` brings it in. It may hold a password: only its label is shown."""

    WHERE: ClassVar[str] = "sources_in"
    TITLE: ClassVar[str] = "Import sources"

    def __init__(self, app: BrightrunApp, source: str) -> None:
        super().__init__(app)
        self._source = source
        self._report: ChunkImportReport | None = None
        self._state = READING
        self._trouble = ""

    def on_mount(self) -> None:
        """Look at once."""
        super().on_mount()
        self.flow(self._look())

    def draw(self) -> None:
        """Header, report, keys."""
        state, now = self._state, self.bringing
        if state == RUNNING and now is not None and now.progress[1]:
            state = "importing {:,} of {:,}".format(*now.progress)
        self.view.show(partial(self._items, state), key=state, max_width=PAGE_WIDTH)
        self.draw_header(safe_line(source_label(self._source), 200), state, done=state == DONE)
        self.draw_footer()

    def _items(self, state: str, width: int) -> Iterator[Item]:
        keymap = self.bright.keymap
        if self._trouble:
            yield Block(safe_line(self._trouble, 2000), "error", 2, "✗ ")
        elif self._report is None:
            yield Block(f"{state.capitalize()} Nothing is stored yet.", "muted")
        else:
            yield from report_page(self._report, keymap.key("sources.run"), width)
            if state.startswith("importing"):
                yield Block(GOES_ON.format(key=keymap.key("import.stop")), "muted")

    async def _look(self) -> None:
        try:
            self._report = await self.opened.chunks.preview(self._source)
            self._state = LOOKED
        except BrightrunError as error:
            self._trouble, self._state = own_words(str(error), self.bright.keymap), "refused"
        self.draw()

    def _missing(self, need: str, command: Command) -> str:
        if need == "looked":
            if self._state == DONE:
                return "This is imported; esc goes back to the list."
            if self._report is None or not self._report.chunks:
                return "Nothing here can come in: see why above." if self._state != READING else "Still being read."
            if self._state != LOOKED:
                return "The import is running."
        return super()._missing(need, command)

    def do_sources_run(self) -> None:
        """Bring it in."""
        self._state = RUNNING
        self.bring(f"Import of {safe_line(source_label(self._source), 60)}", self._run)

    async def _run(self, tell: Tell) -> None:
        try:
            self._report = await self.opened.chunks.run(self._source, on_progress=tell)
        except BrightrunError as error:
            self._trouble, self._state = own_words(str(error), self.bright.keymap), "refused"
            self.bright.main.warn(str(error), severe=True)
        else:
            self._state = DONE
            self.bright.database_watch.look()
            if self.app.screen is not self:
                self.bright.main.say(f"{self._report.sentence()}.")

    def stopped(self, came: Sequence[int]) -> None:
        """All is as it was seen."""
        self._state = DONE if came else LOOKED
        self.draw()
