"""Proposed rows, looked at before they are added: each can be left out or changed first.

The coverage screen opens it. Nothing is in the plan until the ticked rows are added here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from core.browse import Row
from core.status import words
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.screens.bars import Part, spread
from tui.screens.jobs import ListScreen
from tui.screens.planning import PlanCommands
from tui.widgets.cells import cut, fit
from tui.widgets.progress_items import Entry, ItemList
from tui.widgets.tones import Line

if TYPE_CHECKING:
    from tui.app import BrightrunApp

WIDE = 120


class ProposalsScreen(PlanCommands, ListScreen):
    """A list of rows with a tick each; under it what the one under the cursor says."""

    WHERE: ClassVar[str] = "proposals"

    def __init__(self, app: BrightrunApp, rows: Sequence[dict[str, str]]) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")
        self.rows = [dict(row) for row in rows]
        self.ticked = set(range(len(self.rows)))

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def row(self) -> Row | None:
        """None of these is a row yet."""
        return None

    def _missing(self, need: str, command: Command) -> str:
        if need == "ticked":
            key = self.bright.keymap.key("proposals.tick")
            return "" if self.ticked else f"No row is ticked: {key} ticks one."
        return super()._missing(need, command)

    def draw(self) -> None:
        """Every proposal on a line, and the texts of one."""
        width = max(20, self.app.size.width - 3)
        entries = [Entry(self._heading(width)), *(Entry(self._line(i, width), i) for i in range(len(self.rows)))]
        self.list.show(entries, pinned=1)
        self.list.show(entries, pinned=1, foot=self._foot(width))
        left: list[Part] = [
            (" Rows to add", "bold $text-primary"),
            (f"  {len(self.ticked)} of {len(self.rows)}", "bold"),
        ]
        left += [(" · nothing is planned yet", "$foreground 60%")]
        self.header.show(spread(left, [], self.app.size.width))
        self.draw_footer()

    def _sizes(self, width: int) -> list[tuple[str, str, int]]:
        found = [("tier", "tier", 10), ("persona", "persona", 10), ("topic", "topic", 0)]
        found += [("ends", "start → end", 30 if width >= WIDE else 0)] if width >= WIDE else []
        if width >= WIDE:
            found += [("intent", "intent", 19), ("outcome", "outcome", 12), ("content_category", "category", 12)]
        found += [("tone", "tone", 12)]
        found += [("turns", "turns", 5)]
        topic = width - 4 - sum(size for _, _, size in found) - len(found)
        return [(name, head, size if name != "topic" else max(10, topic)) for name, head, size in found]

    def _heading(self, width: int) -> Line:
        heads = " ".join(fit(head, size) for _, head, size in self._sizes(width))
        return ((f"    {heads}", "muted"),)

    def _line(self, index: int, width: int) -> Line:
        row, is_ticked = self.rows[index], index in self.ticked
        shown = {**row, "ends": f"{words(row['starting_emotion'])} → {words(row['ending_emotion'])}"}
        cells = " ".join(
            fit(safe_line(value if name == "topic" else words(value), 200), size)
            for name, _, size in self._sizes(width)
            for value in [shown[name]]
        )
        return (("[x] ", "success") if is_ticked else ("[ ] ", "muted")), (cells, "text" if is_ticked else "muted")

    def _foot(self, width: int) -> list[Line]:
        index = self.list.current
        if index is None:
            return []
        row = self.rows[index]
        ends = f"{words(row['starting_emotion'])} {row['starting_intensity']} → "
        ends += f"{words(row['ending_emotion'])} {row['ending_intensity']}"
        facts = [ends, row["intent"], row["outcome"], row["content_category"], row["topic_cluster"], row["role_pair"]]
        basis = row["scenario"] or row["edge_case"] or row["arc"]
        lines: list[Line] = [(("─" * width, "faint"),)]
        lines.append((("built on  ", "muted"), (safe_line(words(basis), 80), "accent")))
        told = safe_line(" · ".join(words(fact) for fact in facts if fact), 300)
        lines.append((("is        ", "muted"), (cut(told, max(10, width - 10)), "text")))
        for label, column in (
            ("story", "topic_description"),
            ("session", "session_context"),
            ("hoped for", "expected_outcome"),
        ):
            text = Content(safe_line(row[column], 600)).wrap(max(10, width - 10)) if row[column] else []
            most = 3 if column == "topic_description" else 2
            for number, part in enumerate(text[:most]):
                more = " …" if number == most - 1 and len(text) > most else ""
                lines.append(((fit("" if number else label, 10), "muted"), (part.plain.rstrip() + more, "text")))
        return lines

    def on_item_list_moved(self) -> None:
        """The texts belong to the row under the cursor."""
        self.draw()

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_proposals_edit()

    def do_proposals_tick(self) -> None:
        """Add this row, or leave it out; then the next one."""
        if self.list.current is not None:
            self.ticked ^= {self.list.current}
            self.draw()
            self.list.action_cursor_down()

    def do_proposals_all(self) -> None:
        """All, or none where all are ticked."""
        every = set(range(len(self.rows)))
        self.ticked = set() if self.ticked == every else every
        self.draw()

    def do_proposals_edit(self) -> None:
        """Change the row before it is added."""
        if self.list.current is not None:
            self.flow(self._edit_proposal(self.list.current), asks=True)

    async def _edit_proposal(self, index: int) -> None:
        from tui.screens.plan_form import PlanForm

        service = self.opened.plan_rows

        async def keep(typed: dict[str, str]) -> None:
            await service.check(typed)
            self.rows[index] = typed

        choices = await service.choices()
        form = PlanForm("A row to add", self.rows[index], choices.values, keep, "Keep it")
        if await self.app.push_screen_wait(form):
            self.draw()

    async def store(self, chosen: Sequence[int]) -> list[str]:
        """Add the rows at these places; gives their ids."""
        return await self.opened.plan_rows.add([self.rows[index] for index in chosen])

    def do_proposals_add(self) -> None:
        """Add the ticked rows, after a question."""
        self.flow(self._add(), asks=True)

    async def _add(self) -> None:
        from tui.screens.dialogs import ConfirmDialog

        chosen = [self.rows[index] for index in sorted(self.ticked)]
        tiers = [words(row["tier"]) for row in chosen]
        facts = [f"{tiers.count(tier)} of tier {tier}" for tier in dict.fromkeys(tiers)]
        title = f"Add {counted(len(chosen), 'row')} to the plan?"
        question = ConfirmDialog(title, [*facts, "Nothing is generated and nothing is spent by that."], yes="Add them")
        if not await self.app.push_screen_wait(question):
            return
        added = await self.store(sorted(self.ticked))
        self.dismiss()
        await self.bright.main.planned(added)
