"""The columns of the table: which, in which order, and which one the list is sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.screens.dialogs import line
from tui.screens.menus import ListDialog
from tui.screens.sort_menu import DOWN_FIRST
from tui.widgets.columns import COLUMNS, MEANINGS
from tui.widgets.glyphs import MARK


@dataclass(frozen=True)
class Chosen:
    """What was chosen; without columns the room decides."""

    columns: tuple[str, ...]
    sort: str
    descending: bool


class ColumnsDialog(ListDialog[Chosen | None]):
    """Gives back columns and order; escape leaves both as they were."""

    GRACE = 0.0  # nothing is lost by a column
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", show=False),
        Binding("J,plus,shift+down", "shift(1)", show=False),
        Binding("K,minus,shift+up", "shift(-1)", show=False),
        Binding("s,o", "sort", show=False),
        Binding("d", "usual", show=False),
        Binding("c", "cancel", show=False),
    ]

    def __init__(self, wanted: Sequence[str], shown: Sequence[str], sort: str, descending: bool) -> None:
        super().__init__()
        self._ticked = [name for name in wanted if name in COLUMNS] or list(shown)  # a newer version may know others
        self._is_usual = not wanted
        self._sort, self._descending = sort, descending
        # Those that show first, as they stand; the others as they are listed.
        self._names = [*self._ticked, *(name for name in COLUMNS if name not in self._ticked)]

    def compose(self) -> ComposeResult:
        """All columns, those that show ticked."""
        with Vertical(classes="dialog"):
            yield line("Columns", "bold")
            yield OptionList(*(Option(self._words(name), id=name) for name in self._names), compact=True)
            yield line("space shows · J K move · s sorts, again turns round", "$foreground 60%")
            yield line("d the usual, as many as fit · enter keeps · esc leaves", "$foreground 60%")

    def _words(self, name: str) -> Content:
        is_ticked = name in self._ticked
        sort = ("↓" if self._descending else "↑") if name == self._sort else " "
        return Content.assemble(
            (f"{MARK if is_ticked else ' '} ", "$text-success"),
            (f"{sort} ", "bold $text-accent"),
            (f"{COLUMNS[name].title:<12}", "" if is_ticked else "$foreground 60%"),
            (MEANINGS.get(name, ""), "$foreground 60%"),
        )

    @property
    def _here(self) -> int:
        return self.options.highlighted or 0

    def _redraw(self) -> None:
        here = self._here
        self.options.set_options(Option(self._words(name), id=name) for name in self._names)
        self.options.highlighted = here

    def action_switch(self) -> None:
        """Show or hide the column; one always stays."""
        name = self._names[self._here]
        if name not in self._ticked:
            self._ticked.append(name)
        elif len(self._ticked) > 1:
            self._ticked.remove(name)
        self._is_usual = False
        self._redraw()

    def action_shift(self, step: int) -> None:
        """Move the column."""
        here, there = self._here, self._here + step
        if not 0 <= there < len(self._names):
            return
        self._names[here], self._names[there] = self._names[there], self._names[here]
        self.options.highlighted = there
        self._is_usual = False
        self._redraw()

    def action_sort(self) -> None:
        """Sort by the column; by the present one the other way round."""
        name = self._names[self._here]
        self._descending = not self._descending if name == self._sort else name in DOWN_FIRST
        self._sort = name
        self._redraw()

    def action_usual(self) -> None:
        """The usual columns, as many as there is room for."""
        self.dismiss(Chosen((), self._sort, self._descending))

    @on(OptionList.OptionSelected)
    def kept(self) -> None:
        """Enter keeps what is ticked."""
        columns = tuple(name for name in self._names if name in self._ticked)
        self.dismiss(Chosen(() if self._is_usual else columns, self._sort, self._descending))
