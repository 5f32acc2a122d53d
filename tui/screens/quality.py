"""The quality dashboard: how good the dataset is, what to do about it, and the rows behind every figure.

It reads through `QualityService` and changes nothing by itself: approving and flagging many rows are the same questions
as in the main list.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from core.errors import StaleRowError
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.bulk import BulkCommands
from tui.screens.counted import CountedScreen
from tui.widgets.document_view import DocumentView
from tui.widgets.wrapped_view import WrappedView

if TYPE_CHECKING:
    from core.quality.alike import Alike
    from core.quality.dashboard import Dashboard, Issue, Side
    from core.templates.versions import TemplateVersion
    from tui.app import BrightrunApp

SECTIONS = ("standing", "targets", "issues", "templates", "alike")
PAGE_WIDTH = 170
OTHER_SIDE: dict[str, Side] = {"live": "practice", "practice": "live"}


class QualityScreen(BulkCommands, CountedScreen):
    """Figures of the whole dataset."""

    WHERE: ClassVar[str] = "quality"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.page = DocumentView(id="lines")
        self._board: Dashboard | None = None
        self._side: Side | None = None
        self._templates: list[TemplateVersion] = []
        self._alike: dict[str, list[Alike]] = {}
        self._section = 0

    @property
    def lines(self) -> WrappedView:
        """The page."""
        return self.page

    @property
    def side(self) -> Side:
        """What is shown: real results, or those of practice."""
        return self._side or (self._board.usual_side if self._board is not None else "live")

    @property
    def picked(self) -> Any:
        """The issue, template or finding under the cursor."""
        return self.page.picked

    async def count(self) -> None:
        """The figures first, then what takes longer: what conversations say alike."""
        side = self._side
        self._board = await self.opened.dashboard(large=self.bright.is_large)
        self._templates = await self.opened.templates.versions()
        self.draw()
        side = side or self._board.usual_side
        self._alike[side] = await self.opened.alike(side, large=self.bright.is_large)
        self.draw()

    def draw(self) -> None:
        """The page as far as it is counted."""
        if self._board is None:
            from tui.widgets.reading_text import Block

            self.page.show(lambda _: iter([Block("Counting…", "muted")]), key="counting")
            self.header.show(spread([(" Quality", "bold $text-primary")], [], self.app.size.width))
            self.draw_footer()
            return
        from tui.pages.dashboard import Shown, dashboard_page

        key = self.bright.keymap.key
        keys = {
            "side": key("quality.side"),
            "open": key("quality.open_rows"),
            "templates": key("templates.open"),
            "generate": key("generate.all"),
        }
        shown = Shown(self._board, self.side, self._templates, self._alike.get(self.side), keys)
        self.page.show(partial(dashboard_page, shown), key=self.side, max_width=PAGE_WIDTH)
        self._draw_header(self._board)
        self.draw_footer()

    def _draw_header(self, board: Dashboard) -> None:
        figures = board.sides[self.side]
        left: list[Part] = [(" Quality", "bold $text-primary")]
        left += [("  ~practice", "$text-warning") if self.side == "practice" else ("  live", "$text-success")]
        left += [(f"  {counted(figures.rows, 'row')} with a text", "")]
        if figures.score is not None:
            left += [(f" · mean {figures.score:.1f}", "")]
        right: list[Part] = []
        if board.seed_score is not None:
            right = [(f"★ {counted(board.seeds, 'seed')}, mean {board.seed_score:.1f} ", "$foreground 60%")]
        self.header.show(spread(left, right, self.app.size.width))

    async def action_run(self, command_id: str) -> None:
        """After every key another line may be picked, for which other keys make sense."""
        await super().action_run(command_id)
        if self.app.screen is self:
            self.draw_footer()

    def label_of(self, command: Command) -> str:
        """Enter opens what is picked."""
        if command.id == "quality.open_rows" and hasattr(self.picked, "template_id"):
            return "Its rows"
        return super().label_of(command)

    def _missing(self, need: str, command: Command) -> str:
        if need == "counted":
            return "" if self._board is not None else "It is still being counted."
        if need == "picked":
            return "" if self.page.sees_picked else "Nothing that can be opened is on the screen: tab goes there."
        return super()._missing(need, command)

    # Commands

    def do_view_next_pane(self) -> None:
        """The next section."""
        self._go_to_section(1)

    def do_view_previous_pane(self) -> None:
        """The section before."""
        self._go_to_section(-1)

    def _go_to_section(self, step: int) -> None:
        for _ in SECTIONS:
            self._section = (self._section + step) % len(SECTIONS)
            if self.page.go_to(SECTIONS[self._section]):
                break

    def do_quality_side(self) -> None:
        """Real results, or those of practice."""
        self._side = OTHER_SIDE[self.side]
        self.draw()
        self.recount()

    def do_quality_open_rows(self) -> None:
        """Show the rows of what is picked in the main list."""
        self.flow(self._open_rows(self.picked), asks=True)

    async def _open_rows(self, picked: Any) -> None:
        from core.query import Criteria, parse

        if hasattr(picked, "template_id"):
            criteria = parse(f"template:{picked.template_id}@{picked.version}")
        elif getattr(picked, "query", ""):
            criteria = parse(picked.query)
        else:
            ids = await self._ids_of(picked)
            if not ids:
                self.warn("No row has that any more.")
                return
            criteria = Criteria(ids=tuple(ids))
        await self.show_rows(criteria, safe_line(str(getattr(picked, "what", "")) or picked.label, 80))

    async def _ids_of(self, picked: Issue | Alike) -> list[str]:
        from core.quality.alike import Alike

        if isinstance(picked, Alike):
            return list(picked.ids)
        return await self.opened.quality.rows_of(picked, self.side)

    async def show_rows(self, criteria: Any, what: str) -> None:
        """Filter the main list to some rows and go there."""
        main = self.back_to_list()
        await main.apply(criteria)
        clear = self.bright.keymap.key("filter.clear")
        main.say(f"{what}: {counted(len(main.ids), 'row')} · {clear} shows all again")

    def do_quality_approve_good(self) -> None:
        """Approve everything to review that scores well and has no flag."""
        self.do_review_bulk_good()

    def do_quality_flag_low(self) -> None:
        """Flag everything that scores badly."""
        self.do_review_flag_low()

    def do_quality_report(self) -> None:
        """Write the report as CSV."""
        self.flow(self._report(), asks=True)

    async def _report(self) -> None:
        from tui.screens.write_file import WriteFileDialog

        written = await self.app.push_screen_wait(
            WriteFileDialog(
                "Write the quality report as CSV",
                "A line for every conversation: score, its parts, failed gates, warnings.",
                "brightrun-quality.csv",
                self.opened.quality.write_report,
            )
        )
        if written is not None:
            self.say((f"The report is in {written}.", f"The report is in …/{written.name}."))

    async def do_review_undo(self) -> None:
        """Take the last act back."""
        await self._travel(back=True)

    async def do_review_redo(self) -> None:
        """Do it again."""
        await self._travel(back=False)

    async def _travel(self, *, back: bool) -> None:
        review = self.opened.review
        try:
            done = await (review.undo() if back else review.redo())
        except StaleRowError as error:
            self.warn(str(error))
            return
        self.bright.database_watch.look()
        if done is not None:
            self.say(f"{'↶' if back else '↷'} {done.text}")
