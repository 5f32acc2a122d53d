"""Choices from a list: what all dialogs with one share, and a menu that marks the present choice.

The dialogs of the screens are made of these; nothing here knows what is chosen from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.screens.dialogs import Answer, Dialog, line


class ListDialog(Dialog[Answer]):
    """A question whose answer is picked from a list, in which `j` and `k` move as in the table."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False), Binding("k", "move(-1)", show=False),
    ]  # fmt: skip

    @property
    def options(self) -> OptionList:
        """The list."""
        return self.query_one(OptionList)

    def action_move(self, step: int) -> None:
        """Move as in the table."""
        for options in self.query(OptionList):
            options.action_cursor_down() if step > 0 else options.action_cursor_up()


class Menu(ListDialog[str | None]):
    """Gives back the name of a choice; it starts at the present one."""

    GRACE = 0.0  # nothing is lost by a choice
    SIZE: ClassVar[str] = "-small"

    def __init__(self, title: str, choices: Mapping[str, str], present: str) -> None:
        super().__init__()
        self._title, self._choices, self._present = title, dict(choices), present

    def compose(self) -> ComposeResult:
        """The choices, the present one marked."""
        with Vertical(classes=f"dialog {self.SIZE}"):
            yield line(self._title, "bold")
            yield OptionList(*(Option(self._label(name), id=name) for name in self._choices), compact=True)
            yield line("enter chooses · esc leaves it", "$foreground 60%")

    def _label(self, name: str) -> Content:
        return marked(self._choices[name], name == self._present)

    def on_mount(self) -> None:
        """Start at the present one."""
        super().on_mount()
        if self._present in self._choices:
            self.options.highlighted = list(self._choices).index(self._present)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """This one."""
        self.dismiss(str(event.option.id))


def marked(text: str, is_present: bool) -> Content:
    """A choice, told from the others by a sign where it is the present one."""
    return Content.styled(f"▸ {text}", "bold $text-accent") if is_present else Content(f"  {text}")
