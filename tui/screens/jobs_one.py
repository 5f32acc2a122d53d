"""One job: how far it is, what is written, what failed, what is done and what waits; and all calls of one row.

Everything that can be done to a row of a job is done here: open its calls, try it again, drop it, write it earlier.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.browse import FailedItem, FinishedItem, Job, JobView, RunningItem, WaitingItem
from core.text.terminal import safe_line
from tui.keymap import Command
from tui.own_words import job_view_of
from tui.screens.bars import Part, spread, worker_parts
from tui.screens.finding import FindCommands
from tui.screens.jobs import JobCommands, ListScreen, job_title
from tui.widgets.document_view import DocumentView
from tui.widgets.progress_items import Entry, ItemList
from tui.widgets.progress_job import calls_page, job_page

if TYPE_CHECKING:
    from tui.app import BrightrunApp

JobItem = RunningItem | WaitingItem | FinishedItem | FailedItem
PROSE_WIDTH = 120


class JobScreen(JobCommands):
    """One job with its rows."""

    WHERE: ClassVar[str] = "job"

    def __init__(self, app: BrightrunApp, job_id: int) -> None:
        super().__init__(app)
        self._job_id = job_id
        self.list = ItemList(id="lines")
        self.view: JobView | None = None

    @property
    def lines(self) -> ItemList:
        """The rows."""
        return self.list

    @property
    def job(self) -> Job | None:
        """The job."""
        return self.view.job if self.view is not None else None

    @property
    def item(self) -> JobItem | None:
        """The row under the cursor."""
        view, key = self.view, self.list.current
        if view is None or key is None:
            return None
        items: tuple[JobItem, ...] = (*view.running, *view.errors, *view.finished, *view.waiting)
        return next((item for item in items if item.item_id == key), None)

    def draw(self) -> None:
        """The job as the database has it."""
        self.view = job_view_of(self.bright, self._job_id)
        width = max(20, self.app.size.width - 3)
        if self.view is None:
            self.list.show([Entry(((f"Job {self._job_id} is gone.", "muted"),))])
            self.draw_footer()
            return
        entries, pinned = job_page(self.view, self.bright.progress, datetime.now(UTC), width)
        self.list.show(entries, pinned=min(pinned, max(0, self.list.size.height - 3)))
        job = self.view.job
        left: list[Part] = job_title(job)
        left += [(f"  ordered by {safe_line(job.created_by, 30)}", "$foreground 60%")]
        right: list[Part] = [("~simulated", "$text-warning") if job.is_simulated else ("live", "$text-success")]
        self.header.show(spread(left, [*right, ("  ", ""), *worker_parts(self.bright.progress)], self.app.size.width))
        self.draw_footer()

    def on_item_list_moved(self) -> None:
        """Other keys."""
        self.draw_footer()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_job_calls()

    def label_of(self, command: Command) -> str:
        """On a failed row `d` only dismisses the error."""
        if command.id == "job.drop" and isinstance(self.item, FailedItem):
            return "Dismiss"
        return super().label_of(command)

    def _missing(self, need: str, command: Command) -> str:
        item = self.item
        if need == "item":
            return "" if item is not None else "No row is under the cursor."
        name = f"#{item.number}" if item is not None else ""
        if need == "failed_item":
            return "" if isinstance(item, FailedItem) else "Only a failed row is tried again."
        if need == "waiting_item":
            why = f"{name or 'It'} does not wait: only waiting rows are moved."
            return "" if isinstance(item, WaitingItem) else why
        if need == "droppable":
            if isinstance(item, FinishedItem):
                return f"{name} is written already."
            return "" if item is not None else "No row is under the cursor."
        return super()._missing(need, command)

    # What is done to a row

    def do_job_calls(self) -> None:
        """All calls of the row."""
        if self.item is not None:
            error = self.item.error if isinstance(self.item, FailedItem) else ""
            self.app.push_screen(CallsScreen(self.bright, self.item, error))

    def do_job_row(self) -> None:
        """Go to the row in the main list."""
        item = self.item
        if item is None:
            return
        while self.app.screen is not self.bright.main:
            self.app.pop_screen()
        self.bright.main.open_conversation(item.conversation_id)

    def do_job_retry_row(self) -> None:
        """Generate the failed row again."""
        if isinstance(self.item, FailedItem):
            self.flow(self.retry(self._job_id, only=self.item), asks=True)

    def do_job_drop(self) -> None:
        """Take the row out of the job, after a question; of a failed one, dismiss the error."""
        item = self.item
        if isinstance(item, FailedItem):
            self.flow(self.dismiss_error(item.item_id), stays=True)
        elif isinstance(item, RunningItem | WaitingItem):
            self.flow(self._drop(item), asks=True)

    async def _drop(self, item: RunningItem | WaitingItem) -> None:
        from tui.screens.dialogs import ConfirmDialog

        lines = [f"{safe_line(item.persona_name, 60)} · {safe_line(item.topic, 200)}", ""]
        if isinstance(item, RunningItem):
            lines.append("It is being written: the call is broken off, and what has come of it is billed.")
            lines.append("An answer that is there already is paid for, so it is kept.")
        else:
            lines.append("It goes back to the plan; nothing was spent for it in this job.")
        title = f"Drop #{item.number} from job {self._job_id}?"
        if not await self.app.push_screen_wait(ConfirmDialog(title, lines, yes="Drop", destructive=True)):
            return
        how = await self.opened.generation.drop_item(self._job_id, item.conversation_id)
        self.bright.database_watch.look()
        words = {"running": "is being broken off", "paid": "is paid for already: it is finished"}
        self.say(f"#{item.number} {words.get(how, 'is out of the job')}.")

    async def _move(self, to: str) -> None:
        item = self.item
        if isinstance(item, WaitingItem):
            await self.opened.generation.move_item(self._job_id, item.conversation_id, to=to)  # type: ignore[arg-type]
            self.bright.database_watch.look()
            self.list.pick(item.item_id)

    async def do_job_earlier(self) -> None:
        """One place earlier."""
        await self._move("up")

    async def do_job_later(self) -> None:
        """One place later."""
        await self._move("down")

    async def do_job_next(self) -> None:
        """Before all other waiting rows."""
        await self._move("first")


class CallsScreen(FindCommands, ListScreen):
    """Every call made for one row of a job: what was sent and answered, without keys."""

    WHERE: ClassVar[str] = "calls"

    def __init__(self, app: BrightrunApp, item: JobItem, error: str) -> None:
        super().__init__(app)
        self._item, self._error = item, error
        self.page = DocumentView(id="lines")

    @property
    def lines(self) -> DocumentView:
        """The page."""
        return self.page

    def leave(self) -> None:
        """Back to the job."""
        self.dismiss()

    def draw(self) -> None:
        """All calls so far."""
        item = self._item
        calls = self.bright.browser.calls(item.item_id)
        self.page.show(partial(calls_page, calls, self._error), key=item.item_id, max_width=PROSE_WIDTH)
        left: list[Part] = [(f" #{item.number}", "bold"), (f"  {item.conversation_id}", "")]
        left += [(f"  {safe_line(item.topic, 80)}", "$foreground 60%")]
        count = f"{len(calls)} call{'' if len(calls) == 1 else 's'} "
        self.header.show(spread(left, [(count, "$foreground 60%")], self.app.size.width))
        self.draw_footer()
