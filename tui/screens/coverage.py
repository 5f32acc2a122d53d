"""Coverage: the plan by any two dimensions against its target shares, and the way from a gap to the rows that fill it.

`C` opens it. It reads figures, never rows; what a cell counts is shown by filtering the main list to it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from core.browse import Row
from core.planning.coverage import Coverage, Value
from core.planning.targets import COVERED, Gap
from core.query import Criteria
from core.status import words
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.jobs import ListScreen
from tui.screens.planning import PlanCommands
from tui.widgets.cells import width_of
from tui.widgets.matrix_view import FIGURES, MatrixView
from tui.widgets.tones import Line, Span

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.app import BrightrunApp

READ_EVERY_S = 1.0  # while rows are written the figures are counted at most this often
GAP_LINES = 4
_SHOWN = {"all": "planned/written/approved", "planned": "planned", "generated": "written", "approved": "approved"}


class CoverageScreen(PlanCommands, ListScreen):
    """A matrix, its gaps, and what to do about them."""

    WHERE: ClassVar[str] = "coverage"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.matrix = MatrixView(id="lines")
        kept = app.browser.view_state.get("coverage") or {}
        rows, columns = kept.get("rows"), kept.get("columns")
        self.rows_by = rows if rows in COVERED else "tier"
        self.columns_by = columns if columns in COVERED and columns != self.rows_by else "persona"
        self.figures = str(kept["figures"]) if kept.get("figures") in FIGURES else "all"
        self.found: Coverage | None = None
        self._read_at = 0.0
        self._timer: Timer | None = None

    @property
    def lines(self) -> MatrixView:
        """The matrix."""
        return self.matrix

    @property
    def row(self) -> Row | None:
        """No row of the plan is on this screen."""
        return None

    def on_mount(self) -> None:
        """Count."""
        super().on_mount()
        self.flow(self.read())

    def database_changed(self) -> None:
        """Others wrote: count again, but not with every row that is written."""
        if self._timer is None:
            wait = max(0.05, self._read_at + READ_EVERY_S - time.monotonic())
            self._timer = self.set_timer(wait, self._due)

    def _due(self) -> None:
        self._timer = None
        self.flow(self.read())

    def on_screen_resume(self) -> None:
        """Rows may have been added meanwhile."""
        super().on_screen_resume()
        if self.found is not None:
            self.flow(self.read())

    async def read(self) -> None:
        """Count, and draw what was counted."""
        if self.bright.services is None:
            return
        self._read_at = time.monotonic()
        self.found = await self.opened.coverage.matrix(self.rows_by, self.columns_by)
        if self.is_attached:
            self.draw()

    def _missing(self, need: str, command: Command) -> str:
        if need == "cell":
            return "" if self.matrix.current is not None else "The plan has no row yet."
        if need == "gap":
            found = self.found
            target = self.bright.keymap.key("coverage.target")
            fill = self.bright.keymap.key("coverage.fill_cell")
            done = f"Every target share is met: {target} changes the shares, {fill} plans rows for one cell."
            return "" if found is not None and found.missing else done
        return super()._missing(need, command)

    # Drawing

    def draw(self) -> None:
        """The matrix with its gaps."""
        found, width = self.found, max(20, self.app.size.width - 3)
        left: list[Part] = [(" Coverage", "bold $text-primary"), (f"  {self.rows_by} × {self.columns_by}", "bold")]
        right: list[Part] = []
        if found is not None:
            self.matrix.show(found, self.figures, self.matrix.foot)  # the foot is about the cell of the new matrix
            self.matrix.show(found, self.figures, self._foot(found, width))
            whole = found.whole
            left += [(f" · {counted(whole.planned, 'row')}", "$foreground 60%")]
            left += [(f" · {whole.generated} written · {whole.approved} approved", "$foreground 60%")]
            right = [
                (f"▾ {found.missing} missing ", "bold $text-warning") if found.missing else ("✓ ", "$text-success")
            ]
        else:
            left += [("  counting…", "$foreground 60%")]
        self.header.show(spread(left, right, self.app.size.width))
        self.draw_footer()

    def _foot(self, found: Coverage, width: int) -> list[Line]:
        lines: list[Line] = [(("─" * width, "faint"),), self._cell_line(found)]
        if found.gaps:
            lines += _flowed("short  ", [self._gap(found, gap) for gap in found.gaps], "warning", width)
        else:
            lines.append((("✓ every target share is met", "success"),))
        if found.unused:
            names = [f"{gap.dimension} {safe_line(found.label(gap), 60)}" for gap in found.unused]
            lines += _flowed("unused ", names, "muted", width)
        key = self.bright.keymap.key("coverage.figures")
        legend = f"{_SHOWN[self.figures]} ({key} changes) · hand-written examples are not counted"
        return [*lines, ((legend, "muted"),)]

    def _gap(self, found: Coverage, gap: Gap) -> str:
        return f"{gap.dimension} {safe_line(found.label(gap), 60)} ▾{gap.missing} ({gap.have} of {gap.want})"

    def _cell_line(self, found: Coverage) -> Line:
        at = self.matrix.current
        if at is None:
            return ((f"The plan has no row yet: {self.bright.keymap.key('plan.new')} plans one.", "muted"),)
        row, column = at
        count = found.cell(row.key, column.key)
        name = f"{safe_line(row.label, 60)} · {safe_line(column.label, 60)}: "
        figures = f"{count.planned} planned, {count.generated} written, {count.approved} approved"
        return (name, "strong"), (figures if count.planned else "no row has both", "text")

    def on_matrix_view_moved(self) -> None:
        """What is said below belongs to the cell under the cursor."""
        self.draw()

    def on_matrix_view_opened(self) -> None:
        """A double click opens, as enter does."""
        self.flow(self.do_coverage_show(), stays=True)

    # Commands

    def do_move_left(self) -> None:
        """The cell to the left."""
        self.matrix.move(columns=-1)

    def do_move_right(self) -> None:
        """The cell to the right."""
        self.matrix.move(columns=1)

    async def do_coverage_show(self) -> None:
        """Filter the main list to the cell."""
        at = self.matrix.current
        if at is None or self.found is None:
            return
        criteria = self._criteria(*at)
        if not self.found.cell(at[0].key, at[1].key).planned:
            fill = self.bright.keymap.key("coverage.fill_cell")
            self.warn(f"No row has both: {fill} plans some.")
            return
        self.dismiss()
        await self.bright.main.apply(criteria)

    def _criteria(self, row: Value, column: Value) -> Criteria:
        values = tuple(sorted(((self.rows_by, (row.key,)), (self.columns_by, (column.key,)))))
        tiered = "tier" in (self.rows_by, self.columns_by)
        return Criteria(values=values, excluded=() if tiered else (("tier", ("seed",)),))

    def do_coverage_rows(self) -> None:
        """Choose what the rows are."""
        self.flow(self._choose("rows"), asks=True)

    def do_coverage_columns(self) -> None:
        """Choose what the columns are."""
        self.flow(self._choose("columns"), asks=True)

    async def do_coverage_swap(self) -> None:
        """Rows become columns."""
        await self._turn(self.columns_by, self.rows_by)

    def do_coverage_figures(self) -> None:
        """All three figures, or one of them."""
        self.figures = FIGURES[(FIGURES.index(self.figures) + 1) % len(FIGURES)]
        self._remember()
        self.draw()

    async def _choose(self, which: str) -> None:
        from tui.screens.coverage_dialogs import DimensionMenu

        present, other = (self.rows_by, self.columns_by) if which == "rows" else (self.columns_by, self.rows_by)
        chosen = await self.app.push_screen_wait(DimensionMenu(f"What are the {which}?", present))
        if chosen is None or chosen == present:
            return
        kept = present if chosen == other else other  # the other way round
        await self._turn(chosen, kept) if which == "rows" else await self._turn(kept, chosen)

    async def _turn(self, rows: str, columns: str) -> None:
        self.rows_by, self.columns_by = rows, columns
        self._remember()
        await self.read()

    def _remember(self) -> None:
        shown = {"rows": self.rows_by, "columns": self.columns_by, "figures": self.figures}
        self.bright.browser.remember(coverage=shown)

    def do_coverage_target(self) -> None:
        """Change the target shares of the rows' dimension, or of another."""
        self.flow(self._target(), asks=True)

    async def _target(self) -> None:
        from tui.screens.coverage_dialogs import DimensionMenu, TargetsDialog

        dimension = await self.app.push_screen_wait(DimensionMenu("Target shares of which dimension?", self.rows_by))
        if dimension is None:
            return
        service = self.opened.coverage
        known = await service.known(dimension)
        dialog = TargetsDialog(await service.target(dimension), known, service.set_target)
        if await self.app.push_screen_wait(dialog):
            await self.read()
            self.say(f"The target shares of {words(dimension)} are changed.")

    def do_coverage_fill(self) -> None:
        """Propose the rows that the shares lack."""
        self.flow(self._propose(None, {}), asks=True)

    def do_coverage_fill_cell(self) -> None:
        """Propose rows for the cell under the cursor."""
        at = self.matrix.current
        if at is not None:
            self.flow(self._fill_cell(*at), asks=True)

    async def _fill_cell(self, row: Value, column: Value) -> None:
        from tui.screens.coverage_dialogs import NumberDialog

        name = f"{safe_line(row.label, 40)} and {safe_line(column.label, 40)}"
        number = await self.app.push_screen_wait(NumberDialog(f"How many rows with {name}?", max(1, row.missing)))
        if number:
            await self._propose(number, {self.rows_by: row.key, self.columns_by: column.key})

    async def _propose(self, number: int | None, fixed: dict[str, str]) -> None:
        from tui.screens.plan_proposals import ProposalsScreen

        rows = await self.opened.plan_rows.propose(number, fixed)
        self.app.push_screen(ProposalsScreen(self.bright, rows))


def _flowed(label: str, parts: list[str], tone: str, width: int) -> list[Line]:
    """Parts in as many lines as allowed; what does not fit is counted."""
    lines: list[Line] = []
    now: list[Span] = [(label, tone)]
    used = width_of(label)
    for number, part in enumerate(parts):
        text = f"{part} · " if number < len(parts) - 1 else part
        if used + width_of(text) > width and used > len(label):
            if len(lines) == GAP_LINES - 1 or (tone == "muted" and lines):
                now.append((f"and {len(parts) - number} more", tone))
                return [*lines, tuple(now)]
            lines.append(tuple(now))
            now, used = [(" " * len(label), tone)], len(label)
        now.append((text, tone))
        used += width_of(text)
    return [*lines, tuple(now)]
