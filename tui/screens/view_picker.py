"""The picker of views under a name: open one, keep the present one, remove one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core.text.terminal import safe_line
from core.views import View
from tui.screens.dialogs import field, line
from tui.screens.menus import ListDialog

QUIET = "$foreground 60%"
Picked = tuple[str, str]  # what to do ("open", "delete", "save"), and with which name


class ViewPicker(ListDialog[Picked | None]):
    """Gives back what to do with which view."""

    GRACE = 0.0  # a view takes nothing away, and deleting one asks
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", show=False),
        Binding("d", "delete", show=False),
        Binding("V", "cancel", show=False),
    ]

    def __init__(self, views: Sequence[View], present: str) -> None:
        super().__init__()
        self._views, self._present = list(views), present

    def compose(self) -> ComposeResult:
        """The views, and the line a new name is typed into."""
        with Vertical(classes="dialog"):
            yield line("Views", "bold")
            if not self._views:
                yield line("No view is saved yet: s keeps the filter, order and columns as they are now.", "", "gap")
            yield OptionList(*(Option(self._words(view), id=view.name) for view in self._views), compact=True)
            yield field("", placeholder="name of the view", classes="field gap")
            keys = "enter opens · s saves the present one · d deletes" if self._views else "s saves · esc leaves it"
            yield Static(Content.styled(keys, QUIET), id="keys", classes="gap")

    def _words(self, view: View) -> Content:
        is_present = view.line == self._present
        return Content.assemble(
            ("✓ " if is_present else "  ", "$text-success"),
            (safe_line(view.name, 40), "bold"),
            (f"  {safe_line(view.line, 90) or 'all rows'}", "$foreground 60%"),
        )

    def on_mount(self) -> None:
        """The line for a name comes when it is asked for."""
        super().on_mount()
        self.query_one(Input).display = False
        options = self.options
        options.display = bool(self._views)
        if self._views:
            options.highlighted = 0

    @property
    def _picked(self) -> str:
        here = self.options.highlighted
        return self._views[here].name if here is not None and self._views else ""

    def action_save(self) -> None:
        """Ask for a name; that of the view that is open stands there already."""
        name = self.query_one(Input)
        name.display = True
        name.value = next((view.name for view in self._views if view.line == self._present), "")
        name.focus()
        self.query_one("#keys", Static).update(Content.styled("enter saves it under this name · esc leaves it", QUIET))

    def action_delete(self) -> None:
        """Remove the view."""
        if self._picked:
            self.dismiss(("delete", self._picked))

    @on(OptionList.OptionSelected)
    def opened(self) -> None:
        """Open the view."""
        self.dismiss(("open", self._picked))

    @on(Input.Submitted)
    def named(self, event: Input.Submitted) -> None:
        """Keep the present view under this name."""
        if event.value.strip():
            self.dismiss(("save", event.value))
