"""The order of the list: one of the sort orders, up or down."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from core.query import SORTS
from tui.screens.dialogs import line
from tui.screens.menus import ListDialog

_WORDS = {
    "review": "to review first: flagged, then worst score",
    "number": "number (plan order)",
    "start": "starting emotion",
    "end": "ending emotion",
    "category": "content category",
    "role": "role pair",
    "cluster": "topic cluster",
    "method": "made by",
    "duration": "time it took",
}
DOWN_FIRST = frozenset({"score", "rubric", "cost", "duration", "updated", "turns"})


class SortMenu(ListDialog[tuple[str, bool] | None]):
    """Gives back the order and whether it goes down. Choosing the present one turns it round."""

    GRACE = 0.0  # nothing is lost by an order
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "cancel", show=False)]

    def __init__(self, sort: str, descending: bool) -> None:
        super().__init__()
        self._sort, self._descending = sort, descending
        self._names = ["number", "review", *(name for name in SORTS if name != "number")]

    def compose(self) -> ComposeResult:
        """The orders, the present one marked."""
        with Vertical(classes="dialog -small"):
            yield line("Sort by", "bold")
            yield OptionList(*(Option(self._words(name), id=name) for name in self._names), compact=True)
            yield line("enter sorts, again turns it round · esc leaves it", "$foreground 60%")

    def _words(self, name: str) -> Content:
        words = _WORDS.get(name, name)
        if name != self._sort:
            return Content(f"  {words}")
        return Content.styled(f"{'↓' if self._descending else '↑'} {words}", "bold $text-accent")

    def on_mount(self) -> None:
        """Start at the present order."""
        super().on_mount()
        if self._sort in self._names:
            self.options.highlighted = self._names.index(self._sort)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """An order was chosen."""
        name = str(event.option.id)
        same = name == self._sort
        descending = not self._descending if same else name in DOWN_FIRST
        self.dismiss((name, descending and name != "review"))
