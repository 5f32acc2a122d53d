"""All jobs, newest first, with how they stand or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from core.browse import Job, local_time
from core.text.terminal import safe_line
from tui.figures import counted, dollars

if TYPE_CHECKING:
    from tui.app import BrightrunApp

_GLYPHS = {"queued": "…", "running": "▸", "paused": "‖", "completed": "●", "failed": "!", "cancelled": "✗"}

_COLUMNS = (
    ("job", 4),
    ("state", 12),
    ("done", 12),
    ("failed", 6),
    ("spent", 8),
    ("cap", 8),
    ("what", 10),
    ("start", 6),
)


class JobsScreen(ModalScreen[None]):
    """A table of jobs and the sum of the one under the cursor."""

    CSS_PATH: ClassVar[Any] = "../styles/dialogs.tcss"  # parsed when it is first shown, not before the first frame

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,J", "dismiss", "Close", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__()
        self._bright = app
        self._jobs = app.progress.jobs
        self._key = app.keymap.key("generate.selected")

    def compose(self) -> ComposeResult:
        """Table and the facts of one job."""
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "Jobs"
            if self._jobs:
                yield DataTable(cursor_type="row", id="jobs")
                yield Static("", id="job", classes="gap", markup=False)
            else:
                yield Static(Content(f"No job yet. {self._key} orders the marked or filtered rows."))
            yield Static(Content.styled("esc closes", "$foreground 60%"), classes="gap")

    def on_mount(self) -> None:
        """Fill the table."""
        if self._jobs:
            table = self.query_one("#jobs", DataTable)
            for name, width in _COLUMNS:
                table.add_column(name, key=name, width=width)
            self._fill()

    def database_changed(self) -> None:
        """Jobs went on; the cursor stays where it is."""
        if self._jobs and self._bright.progress.jobs != self._jobs:
            self._jobs = self._bright.progress.jobs
            self._fill()

    def _fill(self) -> None:
        table: DataTable[Content] = self.query_one("#jobs", DataTable)
        cursor = table.cursor_row
        table.clear()
        for job in self._jobs:
            spent = f"{'~' if job.provider == 'simulated' else ''}{dollars(job.actual_microusd)}"
            cap = dollars(job.cap_microusd) if job.cap_microusd is not None else "–"
            cells = (
                str(job.id),
                f"{_GLYPHS.get(job.status, '?')} {job.status}",
                f"{job.done:,} of {job.total:,}",
                str(job.failed or "–"),
                spent,
                cap,
                job.type,
                local_time(job.started_at or job.created_at),
            )
            table.add_row(*(Content(safe_line(cell)) for cell in cells), key=str(job.id))
        table.move_cursor(row=cursor)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what the row under the cursor came to."""
        self.query_one("#job", Static).update(_summary(self._jobs[event.cursor_row]))

    def action_move(self, step: int) -> None:
        """Move as in the main table."""
        if self._jobs:
            table = self.query_one("#jobs", DataTable)
            table.action_cursor_down() if step > 0 else table.action_cursor_up()


def _summary(job: Job) -> Content:
    finished = job.done + job.failed
    rate = (
        f"{100 * job.done / finished:.0f} % of {counted(finished, 'row')} succeeded" if finished else "nothing finished"
    )
    lines = [
        f"Job {job.id}, ordered by {safe_line(job.created_by, 30)} ({job.provider}): "
        f"{rate}; {job.cancelled:,} cancelled.",
        f"Estimated {dollars(job.estimated_microusd)}, spent {dollars(job.actual_microusd)} "
        f"in {counted(job.calls, 'call')}, {job.input_tokens:,} tokens in and {job.output_tokens:,} out.",
    ]
    if job.reason:
        lines.append(safe_line(job.reason, 300))
    return Content("\n".join(lines))
