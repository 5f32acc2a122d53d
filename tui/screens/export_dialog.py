"""Export: format, which rows, where to; the real first records and warnings are shown before anything is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, RadioButton, RadioSet, Static

from core.errors import BrightrunError
from core.query import Criteria
from core.text.terminal import safe_line, safe_text
from tui.figures import counted
from tui.screens.dialogs import Dialog, buttons, field, line
from tui.widgets.tick_box import TickBox

if TYPE_CHECKING:
    from core.export.request import ExportRequest
    from tui.app import BrightrunApp

FORMATS: tuple[tuple[Literal["seed-json", "openai"], str], ...] = (
    ("seed-json", "seed JSON (with annotation)"),
    ("openai", "OpenAI chat JSONL"),
)
PREVIEW_AFTER_S = 0.3
RECORD_LIMIT = 4000


class ExportDialog(Dialog[Any]):
    """Gives back what was written, or None."""

    AUTO_FOCUS = "#format"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "write", "Write", show=False)]

    def __init__(self, app: BrightrunApp, criteria: Criteria, marks: tuple[str, ...]) -> None:
        super().__init__()
        self._bright, self._criteria, self._marks = app, criteria, marks
        self._timer: Timer | None = None
        self._writing = False
        self._scopes: list[tuple[str, str]] = [("approved", "all approved rows")]
        if not criteria.is_empty:
            self._scopes.append(("filter", "approved rows of the filter"))
        if marks:
            self._scopes.append(("marked", f"approved rows of the {len(marks):,} marked"))

    def compose(self) -> ComposeResult:
        """Choices on top, the first record under them, answers last."""
        with Vertical(classes="dialog -large"):
            yield line("Export for training", "bold")
            with Horizontal(classes="choices gap"):
                with RadioSet(id="format", compact=True):
                    for index, (_, words) in enumerate(FORMATS):
                        yield RadioButton(words, value=index == 0)
                with RadioSet(id="scope", compact=True):
                    for index, (_, words) in enumerate(self._scopes):
                        yield RadioButton(words, value=index == len(self._scopes) - 1)
            yield TickBox("include practice results (~simulated)", id="simulated", compact=True)
            with Horizontal(classes="row"):
                yield line("Folder  ", classes="label")
                yield field(str(Path.cwd() / "export"), id="folder")
            yield Static("", id="count", classes="gap", markup=False)
            with VerticalScroll(classes="facts records"):
                yield Static("", id="records", markup=False)
            yield buttons(("no", "Cancel", "default"), ("write", "Write", "primary"))

    def on_mount(self) -> None:
        """Look at once what would be written."""
        super().on_mount()
        self._look_soon()

    @on(RadioSet.Changed)
    @on(TickBox.Changed)
    @on(Input.Changed)
    def _look_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PREVIEW_AFTER_S, self._look)

    def _request(self) -> ExportRequest:
        from core.export.request import ExportRequest

        scope = self._scopes[max(0, self.query_one("#scope", RadioSet).pressed_index)][0]
        criteria = {
            "approved": Criteria(),
            "filter": self._criteria,
            "marked": replace(Criteria(), ids=self._marks),
        }[scope]
        return ExportRequest(
            format=FORMATS[max(0, self.query_one("#format", RadioSet).pressed_index)][0],
            criteria=criteria,
            folder=Path(self.query_one("#folder", Input).value).expanduser(),
            include_simulated=self.query_one("#simulated", TickBox).value,
            approved_only=True,
        )

    def _look(self) -> None:
        self.run_worker(self._preview(), group="preview", exclusive=True, exit_on_error=False)

    async def _preview(self) -> None:
        services = self._bright.services
        if services is None:
            return
        try:
            found = await services.export.preview(self._request())
        except BrightrunError as error:
            self._tell(Content.styled(safe_line(str(error), 400), "$text-error"), Content(""))
            return
        parts: list[Any] = [(counted(found.count, "conversation"), "bold"), f", {found.conversation_turns:,} turns"]
        if found.names:
            more = f" and {len(found.names) - 1:,} more" if len(found.names) > 1 else ""
            parts.append((f"  → {safe_line(found.names[0], 80)}{more}", "$foreground 60%"))
        parts += [(f"\n⚠ {safe_line(warning, 300)}", "$text-warning") for warning in found.warnings]
        if not found.count:
            parts.append(("\nNothing to write: approve rows first (a), or include practice results.", "$text-warning"))
        records = "\n\n".join(safe_text(record[:RECORD_LIMIT]) for record in found.records)
        self._tell(Content.assemble(*parts), Content.styled(records, "$foreground 60%"))

    def _tell(self, count: Content, records: Content) -> None:
        self.query_one("#count", Static).update(count)
        self.query_one("#records", Static).update(records)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Write, or not."""
        if event.button.id == "write":
            self.action_write()
        else:
            self.dismiss(None)

    def action_write(self) -> None:
        """Write the export."""
        if not self._writing:
            self._writing = True
            self.run_worker(self._write(), group="write", exit_on_error=False)

    async def _write(self) -> None:
        services = self._bright.services
        if services is None:
            return
        try:
            result = await services.export.write(self._request(), self._progress)
        except BrightrunError as error:
            self._writing = False
            self._tell(Content.styled(safe_line(str(error), 400), "$text-error"), Content(""))
            return
        self.dismiss(result)

    def _progress(self, done: int, total: int) -> None:
        if done == total or done % 100 == 0:
            self.query_one("#count", Static).update(Content(f"Writing {done:,} of {total:,}…"))
