"""What came in so far, the newest first; here files are brought in, and an import is taken back after a question.

The main screen opens it. It works through `ImportService` and stores nothing itself.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.text.terminal import safe_line
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.bringing import BringingScreen, Tell
from tui.screens.counted import CountedScreen
from tui.screens.jobs import ListScreen
from tui.widgets.document_view import DocumentView
from tui.widgets.progress_items import Entry, ItemList

if TYPE_CHECKING:
    from core.importing.report import ImportEntry
    from tui.app import BrightrunApp

PAGE_WIDTH = 110


class ImportsScreen(BringingScreen, CountedScreen):
    """The list of imports; what is under the cursor is told below it."""

    WHERE: ClassVar[str] = "imports"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")
        self._found: tuple[ImportEntry, ...] | None = None
        self._newest: int | None = None

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def entry(self) -> ImportEntry | None:
        """What is under the cursor."""
        return next((one for one in self._found or () if one.import_id == self.list.current), None)

    def on_screen_resume(self) -> None:
        """Files may have come in on the screen before."""
        self.draw()
        self.recount()

    async def count(self) -> None:
        """Read the list; the cursor goes to what this person brought in since it was read last."""
        self._found = found = await self.opened.imports.list()
        before, self._newest = self._newest, found[0].import_id if found else 0
        self.draw()
        if before is not None and self._newest > before and found[0].by == self.opened.actor:
            self.list.pick(self._newest)

    def draw(self) -> None:
        """The list, and under it what there is to say of the one under the cursor."""
        width = max(20, self.app.size.width - 3)
        found = self._found
        if found is None:
            self.list.show([Entry((("Reading the imports…", "muted"),))])
        elif not found:
            key = self.bright.keymap.key("import.new")
            self.list.show([Entry(((f"Nothing was imported yet: {key} brings a file or folder in.", "muted"),))])
        else:
            from tui.pages.importing import import_foot, import_list

            lines = import_list(found, width)
            self.list.show(lines, pinned=1)
            if self.entry is not None:
                self.list.show(lines, pinned=1, foot=import_foot(self.entry, width))
        left: list[Part] = [(" Imports", "bold $text-primary"), (f"  {len(found or ()):,}", "bold")]
        now = self.bringing
        right: list[Part] = [(f"{safe_line(now.text, 200)} ", "$text-accent")] if now is not None else []
        self.header.show(spread(left, right, self.app.size.width))
        self.draw_footer()

    def on_item_list_moved(self) -> None:
        """Other facts, other keys."""
        self.draw()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_import_view()

    def _missing(self, need: str, command: Command) -> str:
        one = self.entry
        if need == "one_import":
            return "" if one is not None else "Nothing was imported yet."
        if need == "still_in" and one is not None:
            return f"Import {one.import_id} was taken back already." if one.undone_at else ""
        return super()._missing(need, command)

    def do_import_new(self) -> None:
        """Choose files, and look at them."""
        self.flow(self._bring_in(), asks=True)

    async def _bring_in(self) -> None:
        from tui.screens.importing_dialogs import PathDialog
        from tui.screens.importing_files import ImportFilesScreen

        path = await self.app.push_screen_wait(PathDialog(str(self.bright.browser.view_state.get("import_path") or "")))
        if path is not None:
            self.bright.browser.remember(import_path=str(path))
            self.app.push_screen(ImportFilesScreen(self.bright, path))

    def do_import_view(self) -> None:
        """All of one import."""
        if self.entry is not None:
            self.app.push_screen(ImportPage(self.bright, self.entry))

    def do_import_undo(self) -> None:
        """Take it back, after a question."""
        if self.entry is not None:
            self.flow(self._undo(self.entry), asks=True)

    async def _undo(self, one: ImportEntry) -> None:
        from tui.pages.importing import taken_back
        from tui.screens.dialogs import ConfirmDialog

        question = ConfirmDialog(
            f"Take import {one.import_id} back?", taken_back(one), yes="Take back", destructive=True
        )
        if not await self.app.push_screen_wait(question):
            return
        # It goes on when the screen is left: an undo is one transaction, whole or not at all.
        self.bring(f"Taking import {one.import_id} back", partial(self._take_back, one.import_id), is_undo=True)

    async def _take_back(self, import_id: int, tell: Tell) -> None:
        undone = await self.opened.imports.undo(import_id, on_progress=tell)
        self.bright.database_watch.look()
        self.app.notify(f"{undone.sentence()}.", timeout=8, markup=False)
        if self.is_attached:
            await self.count()


class ImportPage(ListScreen):
    """One former import."""

    WHERE: ClassVar[str] = "template"

    def __init__(self, app: BrightrunApp, entry: ImportEntry) -> None:
        super().__init__(app)
        self._entry = entry
        self.view = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.view

    def draw(self) -> None:
        """Header and page."""
        from tui.pages.importing import entry_page

        self.view.show(partial(entry_page, self._entry), key="page", max_width=PAGE_WIDTH)
        title = f" Import {self._entry.import_id}"
        left: list[Part] = [(title, "bold $text-primary"), (f"  {safe_line(self._entry.file, 200)}", "")]
        self.header.show(spread(left, [], self.app.size.width))
        self.draw_footer()
