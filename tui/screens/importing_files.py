"""Files before they come in: the report of a dry run, what can be chosen for them, the import itself, and its summary.

The list of imports opens it with a path. What a person has seen is what comes in: a file that changed is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
from tui.own_words import own_words
from tui.pages.importing import Choices, Keys, Shown, Stage, report_page
from tui.screens.bringing import ReportScreen, Tell
from tui.screens.importing import PAGE_WIDTH
from tui.steps import Steps

if TYPE_CHECKING:
    from core.importing.repair import Repair
    from tui.app import BrightrunApp

_STATES = {"looking": "reading…", "looked": "nothing is stored yet", "running": "importing…", "done": "imported"}


class ImportFilesScreen(ReportScreen):
    """What some files would bring; `import.run` brings it in."""

    WHERE: ClassVar[str] = "import"

    def __init__(self, app: BrightrunApp, path: Path) -> None:
        super().__init__(app)
        self.paths = [path]
        self.chosen = Order()
        self.report: ImportReport | None = None
        self.refusal: Refusal | None = None
        self.repairs: list[Repair] = []  # proposals that were not accepted
        self.columns: dict[str, str | None] = {}  # of the tables: heading -> what it is read as by itself
        self.stage: Stage = "looking"
        self._read = (0, 0)  # files, while they are looked at

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
        keys = Keys(key("import.run"), key("import.repair"), key("import.stop"))
        progress = self.bringing.progress if self.stage == "running" and self.bringing is not None else self._read
        shown = Shown(self.stage, choices, keys, self.report, self.refusal, len(self.repairs), progress)
        self.view.show(partial(report_page, shown), key=self.stage, max_width=PAGE_WIDTH)
        self.draw_header(safe_line(self._what, 200), _STATES[self.stage], done=self.stage == "done")
        self.draw_footer()

    @property
    def _what(self) -> str:
        if len(self.paths) > 1:
            return counted(len(self.paths), "path")
        return self.paths[0].name or str(self.paths[0])

    def _tell(self, done: int, total: int) -> None:
        self._read = done, total
        if self.is_attached:
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
        self.stage, self._read = "looking", (0, 0)
        self.draw()
        self.run_worker(Steps(self._guarded, Steps(self._look)), group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        order, paths = self.chosen, list(self.paths)
        report, refusal = None, None
        try:
            report = await self.opened.imports.preview(paths, order=order, on_progress=self._tell)
        except BrightrunError as error:
            refusal = self._refusal(error)
        if report is not None:
            report = self._in_own_words(report)
        broken = refusal is not None or bool(report and report.failures)
        columns, repairs = await asyncio.to_thread(self._proposals, paths, order.format, broken=broken)
        self.repairs = [one for one in repairs if one.path not in order.repairs]
        self.report, self.refusal, self.columns, self.stage = report, refusal, columns, "looked"
        self.draw()

    def _refusal(self, error: BrightrunError) -> Refusal:
        """Why the only path is refused, in the words of the app."""
        return Refusal(str(self.paths[0]), error.message, own_words(error.hint, self.bright.keymap))

    def _in_own_words(self, report: ImportReport) -> ImportReport:
        keymap = self.bright.keymap
        return replace(report, failures=tuple(replace(r, hint=own_words(r.hint, keymap)) for r in report.failures))

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
        self.flow(self._add(), asks=True)

    async def _add(self) -> None:
        from tui.screens.importing_dialogs import PathDialog

        path = await self.app.push_screen_wait(PathDialog(str(self.paths[-1].parent)))
        if path is not None and path not in self.paths:
            self.paths.append(path)
            self.do_import_look()

    def do_import_format(self) -> None:
        """What the files are."""
        self.flow(self._format(), asks=True)

    async def _format(self) -> None:
        from tui.screens.importing_dialogs import FormatMenu

        chosen = await self.app.push_screen_wait(FormatMenu(self.chosen.format))
        if chosen is not None and chosen != self.chosen.format:
            self._choose(format=chosen, columns={})

    def do_import_columns(self) -> None:
        """What the headings of a table mean."""
        self.flow(self._columns(), asks=True)

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
        self.flow(self._repair(), asks=True)

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
        self.flow(self._run(), asks=True)

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
        self.stage = "running"
        self.bring(f"Import of {safe_line(self._what, 60)}", partial(self._import, report))

    async def _import(self, looked: ImportReport, tell: Tell) -> None:
        paths = [Path(file.path) for file in looked.files]
        order = replace(self.chosen, seen={Path(file.path): file.sha256 for file in looked.files})
        try:
            done = self._in_own_words(await self.opened.imports.run(paths, order=order, on_progress=tell))
        except BrightrunError as error:
            self.report, self.stage, self.refusal = None, "looked", self._refusal(error)
            self.warn(error.message, severe=True)
        else:
            self.report = replace(done, failures=(*looked.failures, *done.failures))
            self.stage = "done"
            self.bright.database_watch.look()
            if self.app.screen is not self:
                self.bright.main.say(f"{done.sentence()}.")

    def stopped(self, came: Sequence[int]) -> None:
        """Nothing came in: all is as it was seen; else what is left is looked at anew."""
        self.stage = "looked"
        self.draw()
        if came:
            self.do_import_look()
