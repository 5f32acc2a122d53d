"""Files before they come in: the report of a dry run, what can be chosen for them, the import itself, and its summary.

The list of imports opens it with a path. What a person has seen is what comes in: a file that changed is refused.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from core.errors import BrightrunError, ImportFileError
from core.importing.proposals import columns_of_tables, repairs_of
from core.importing.report import ImportReport, Refusal
from core.importing.service import Order
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.pages.importing import Choices, Keys, Shown, Stage, report_page
from tui.screens.bars import Part, spread
from tui.screens.importing import DRAWN_EVERY_S, PAGE_WIDTH
from tui.screens.jobs import ListScreen
from tui.widgets.document_view import DocumentView

if TYPE_CHECKING:
    from core.importing.repair import Repair
    from tui.app import BrightrunApp

_STATES = {"looking": "reading…", "looked": "nothing is stored yet", "running": "importing…", "done": "imported"}


class ImportFilesScreen(ListScreen):
    """What some files would bring; `import.run` brings it in."""

    WHERE: ClassVar[str] = "import"

    def __init__(self, app: BrightrunApp, path: Path) -> None:
        super().__init__(app)
        self.view = DocumentView(id="lines")
        self.paths = [path]
        self.chosen = Order()
        self.report: ImportReport | None = None
        self.refusal: Refusal | None = None
        self.repairs: list[Repair] = []  # proposals that were not accepted
        self.columns: dict[str, str | None] = {}  # of the tables: heading -> what it is read as by itself
        self.stage: Stage = "looking"
        self._progress = (0, 0)
        self._drawn_at = 0.0

    @property
    def lines(self) -> DocumentView:
        """The report."""
        return self.view

    def on_mount(self) -> None:
        """Look at once."""
        super().on_mount()
        self.do_import_look()

    # Drawing

    def draw(self) -> None:
        """Header, report, keys."""
        key = self.bright.keymap.key
        order = self.chosen
        titles = {title.casefold(): title for title in self.columns}
        choices = Choices(
            tuple(str(path) for path in self.paths),
            order.format,
            order.replace,
            tuple(f"{path.name} ({counted(len(one.changes), 'change')})" for path, one in order.repairs.items()),
            tuple(f"{titles.get(title, title)} → {column or 'ignored'}" for title, column in order.columns.items()),
        )
        keys = Keys(key("import.run"), key("import.repair"), key("import.columns"), key("import.replace"))
        shown = Shown(self.stage, choices, keys, self.report, self.refusal, len(self.repairs), self._progress)
        self.view.show(partial(report_page, shown), key=self.stage, max_width=PAGE_WIDTH)
        name = self.paths[0].name or str(self.paths[0]) if len(self.paths) == 1 else counted(len(self.paths), "path")
        left: list[Part] = [(" Import", "bold $text-primary"), (f"  {safe_line(name, 200)}", "")]
        right: list[Part] = [(f"{_STATES[self.stage]} ", "$text-success" if self.stage == "done" else "$text-accent")]
        self.header.show(spread(left, right, self.app.size.width))
        self.draw_footer()

    def _tell(self, done: int, total: int) -> None:
        self._progress = (done, total)
        now = time.monotonic()
        if self.is_attached and now - self._drawn_at > DRAWN_EVERY_S:
            self._drawn_at = now
            self.draw()

    def label_of(self, command: Command) -> str:
        """What replacing does now."""
        if command.id == "import.replace" and self.chosen.replace:
            return "Refuse"
        return super().label_of(command)

    def _missing(self, need: str, command: Command) -> str:
        if need in ("before", "looked"):
            if self.stage == "running":
                return "The import is running."
            if self.stage == "done":
                return "This is imported; leave with esc and bring other files in."
        if need == "looked":
            if self.stage == "looking":
                return "The files are still being read."
            return "" if self.report is not None and self.report.files else "Nothing here can come in: see why above."
        if need == "mendable":
            return "" if self.repairs else "No file here has broken JSON that can be mended."
        if need == "tables":
            return "" if self.columns else "No file here is a table."
        return super()._missing(need, command)

    # Looking

    def do_import_look(self) -> None:
        """Read the files, and say what they would bring."""
        self.stage, self._progress = "looking", (0, 0)
        self.draw()
        self.run_worker(self._guarded(self._look()), group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        order, paths = self.chosen, list(self.paths)
        report, refusal = None, None
        try:
            report = await self.opened.imports.preview(paths, order=order, on_progress=self._tell)
        except BrightrunError as error:
            refusal = Refusal(str(paths[0]), error.message, error.hint)
        broken = refusal is not None or bool(report and report.failures)
        columns, repairs = await asyncio.to_thread(self._proposals, paths, order.format, broken=broken)
        self.repairs = [one for one in repairs if one.path not in order.repairs]
        self.report, self.refusal, self.columns, self.stage = report, refusal, columns, "looked"
        self.draw()

    @staticmethod
    def _proposals(paths: list[Path], format_: str, *, broken: bool) -> tuple[dict[str, str | None], list[Repair]]:
        try:
            return columns_of_tables(paths, format_), repairs_of(paths, format_) if broken else []
        except ImportFileError:  # a folder that cannot be looked into: the report says so
            return {}, []

    def _choose(self, **changes: object) -> None:
        self.chosen = replace(self.chosen, **changes)  # type: ignore[arg-type]
        self.do_import_look()

    # Choosing

    def do_import_replace(self) -> None:
        """Rows that have a text are replaced, or refused."""
        self._choose(replace=not self.chosen.replace)

    def do_import_add(self) -> None:
        """Another file or folder."""
        self.flow(self._add())

    async def _add(self) -> None:
        from tui.screens.importing_dialogs import PathDialog

        path = await self.app.push_screen_wait(PathDialog(str(self.paths[-1].parent)))
        if path is not None and path not in self.paths:
            self.paths.append(path)
            self.do_import_look()

    def do_import_format(self) -> None:
        """What the files are."""
        self.flow(self._format())

    async def _format(self) -> None:
        from tui.screens.importing_dialogs import FormatMenu

        chosen = await self.app.push_screen_wait(FormatMenu(self.chosen.format))
        if chosen is not None and chosen != self.chosen.format:
            self._choose(format=chosen, columns={})

    def do_import_columns(self) -> None:
        """What the headings of a table mean."""
        self.flow(self._columns())

    async def _columns(self) -> None:
        from tui.screens.importing_dialogs import ColumnsForm

        by_itself = self.columns
        now = {title: self.chosen.columns.get(title.casefold(), column) for title, column in by_itself.items()}
        chosen = await self.app.push_screen_wait(ColumnsForm(now))
        if chosen is not None:
            changed = {title.casefold(): column for title, column in chosen.items() if column != by_itself[title]}
            self._choose(columns=changed)

    def do_import_repair(self) -> None:
        """See the repairs one by one."""
        self.flow(self._repair())

    async def _repair(self) -> None:
        from tui.screens.importing_dialogs import RepairDialog

        accepted = dict(self.chosen.repairs)
        for repair in list(self.repairs):
            answer = await self.app.push_screen_wait(RepairDialog(repair))
            if answer is None:
                break
            if answer:
                accepted[repair.path] = repair
        if accepted != self.chosen.repairs:
            self._choose(repairs=accepted)

    # Importing

    def do_import_run(self) -> None:
        """Bring it in; replacing is asked for once more."""
        self.flow(self._run())

    async def _run(self) -> None:
        from tui.screens.dialogs import ConfirmDialog

        report = self.report
        if report is None:
            return
        replaced = [name for file in report.files for name in file.replaced]
        if replaced and self.chosen.replace:
            lines = [", ".join(replaced[:20]) + (" …" if len(replaced) > 20 else ""),
                     "The old text is kept in History; taking the import back brings it back."]  # fmt: skip
            question = ConfirmDialog(
                f"Replace the text of {counted(len(replaced), 'row')}?", lines, yes="Replace", destructive=True
            )
            if not await self.app.push_screen_wait(question):
                return
        self.stage, self._progress = "running", (0, 0)
        self.draw()
        # On the main screen: leaving this one does not end it.
        self.bright.main.run_worker(self._import(report), group="import", exit_on_error=False)

    async def _import(self, looked: ImportReport) -> None:
        paths = [Path(file.path) for file in looked.files]
        order = replace(self.chosen, seen={Path(file.path): file.sha256 for file in looked.files})
        try:
            done = await self.opened.imports.run(paths, order=order, on_progress=self._tell)
        except BrightrunError as error:
            self.report, self.stage = None, "looked"
            self.refusal = Refusal(str(paths[0]), error.message, error.hint)
            self.warn(error.message, severe=True)
        else:
            self.report = replace(done, failures=(*looked.failures, *done.failures))
            self.stage = "done"
            self.bright.look()
            if self.app.screen is not self:
                self.bright.main.say(f"{done.sentence()}.")
        if self.is_attached:
            self.draw()
