"""All jobs, open ones first, with how they stand or ended; `enter` opens one. The base of the job screens is here, too:
their bars, how one moves in them, and what is done to the job they are about.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult

from core.browse import Job, Row
from tui.keymap import Command
from tui.screens.bars import Bar, Part, spread, worker_parts
from tui.screens.generating import GenerateCommands
from tui.screens.outside import OutsideCommands
from tui.widgets.line_view import LineView
from tui.widgets.progress_items import Entry, ItemList
from tui.widgets.progress_job import job_foot, job_list, job_sign

if TYPE_CHECKING:
    from tui.app import BrightrunApp


class ListScreen(GenerateCommands, OutsideCommands):
    """A header, lines one moves in, a footer with the keys. Draws nothing unless the database changed."""

    CSS_PATH: ClassVar[Any] = "../styles/screens.tcss"  # parsed when it is first shown, not before the first frame
    AUTO_FOCUS: ClassVar[str | None] = "#lines"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.header = Bar(id="header")

    @property
    def lines(self) -> LineView:
        """What moving moves."""
        raise NotImplementedError

    @property
    def row(self) -> Row | None:
        """No row of the plan is on this screen."""
        return None

    def compose(self) -> ComposeResult:
        """Header, lines, keys."""
        yield self.header
        yield self.lines
        yield self.footer

    def on_mount(self) -> None:
        """Fill it."""
        self.draw()

    def on_resize(self) -> None:
        """Another width, other columns."""
        self.draw()

    def on_screen_resume(self) -> None:
        """What changed while a question was asked."""
        self.draw()

    def database_changed(self) -> None:
        """Others wrote."""
        self.draw()

    def draw(self) -> None:
        """Draw all there is."""
        raise NotImplementedError

    # Moving

    def do_move_down(self) -> None:
        """One down."""
        self.lines.action_cursor_down()

    def do_move_up(self) -> None:
        """One up."""
        self.lines.action_cursor_up()

    def do_move_top(self) -> None:
        """First."""
        self.lines.action_scroll_top()

    def do_move_bottom(self) -> None:
        """Last."""
        self.lines.action_scroll_bottom()

    def do_move_half_down(self) -> None:
        """Half a page down."""
        self.lines.action_scroll_page(0.5)

    def do_move_half_up(self) -> None:
        """Half a page up."""
        self.lines.action_scroll_page(-0.5)

    def do_move_page_down(self) -> None:
        """A page down."""
        self.lines.action_scroll_page(1)

    def do_move_page_up(self) -> None:
        """A page up."""
        self.lines.action_scroll_page(-1)

    def do_app_back(self) -> None:
        """Back to where this was opened."""
        self.dismiss()


class JobCommands(ListScreen):
    """What can be done to the job that the screen is about."""

    def _missing(self, need: str, command: Command) -> str:
        job = self.job
        if need == "one_job":
            key = self.bright.keymap.key("generate.all")
            return "" if job is not None else f"There is no job yet: {key} in the main list orders one."
        if need == "job" and job is not None and not job.is_open:
            return f"Job {job.id} {job.standing} already."
        if need == "paused":
            return "" if job is not None and job.status == "paused" else "The job is not paused."
        if need == "failed":
            return "" if job is not None and job.failed else "No row of this job has failed."
        if need == "ended":
            return "" if job is not None and not job.is_open else "The job is not over yet."
        return super()._missing(need, command)

    def do_job_retry_all(self) -> None:
        """Order all failed rows of this job again."""
        if self.job is not None:
            self.flow(self.retry(self.job.id), asks=True)

    def do_job_summary(self) -> None:
        """What the job came to."""
        if self.job is not None:
            self.flow(self.show_summary(self.job.id), asks=True)

    def do_job_log(self) -> None:
        """Write the log of the job to a file."""
        if self.job is not None:
            self.flow(self._write_log(self.job.id), asks=True)

    async def _write_log(self, job_id: int) -> None:
        from core.engine.job_log import write_log
        from tui.screens.write_file import WriteFileDialog

        write = partial(write_log, self.opened.database, job_id)
        written = await self.app.push_screen_wait(
            WriteFileDialog(
                f"Write every call of job {job_id} to a file",
                "What was sent and answered, tokens, cost, errors. API keys are never in it.",
                f"brightrun-job-{job_id}.log",
                write,
            )
        )
        if written is not None:
            self.say((f"The log of job {job_id} is in {written}.", f"The log of job {job_id} is in …/{written.name}."))


class JobsScreen(JobCommands):
    """The list of jobs, and under it what the one under the cursor came to."""

    WHERE: ClassVar[str] = "jobs"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return next((job for job in self.bright.progress.jobs if job.id == self.list.current), None)

    def draw(self) -> None:
        """The list with the sum of the one under the cursor."""
        jobs, width = self.bright.progress.jobs, max(20, self.app.size.width - 3)
        if jobs:
            entries = job_list(jobs, width)
            self.list.show(entries, pinned=1)
            self.list.show(entries, pinned=1, foot=job_foot(self.job, width))
        else:
            key = self.bright.keymap.key
            row, everything = key("generate.row"), key("generate.all")
            text = f"No job yet. {row} in the main list orders a row, {everything} all that remain."
            self.list.show([Entry(((text, "muted"),))])
        number = sum(job.is_open for job in jobs)
        left: list[Part] = [(" Jobs", "bold $text-primary"), (f"  {len(jobs):,}", "bold")]
        left += [(f" · {number:,} open", "$text-accent")] if number else []
        self.header.show(spread(left, worker_parts(self.bright.progress), self.app.size.width))
        self.draw_footer()

    def on_item_list_moved(self) -> None:
        """The sum and the keys belong to the job under the cursor."""
        self.draw()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_job_open()

    def do_job_open(self) -> None:
        """One job with its rows."""
        from tui.screens.jobs_one import JobScreen

        if self.job is not None:
            self.app.push_screen(JobScreen(self.bright, self.job.id))

    async def do_job_first(self) -> None:
        """This job goes before the others."""
        if self.job is not None:
            await self.opened.generation.prioritise(self.job.id)
            self.bright.database_watch.look()
            self.say(f"Job {self.job.id} goes before the others.")


def job_title(job: Job) -> list[Part]:
    """A job in a header: its number and state."""
    state, tone = job_sign(job)
    colours = {"accent": "$text-accent", "warning": "$text-warning", "success": "$text-success", "error": "$text-error"}
    return [(f" Job {job.id}", "bold $text-primary"), ("  ", ""), (state, f"bold {colours.get(tone, '')}".strip())]
