"""A form of one-line fields: what the dialogs that ask for several things at once share.

Enter goes on to the next field and never stores; ctrl+s or the last button does, and what is wrong stays said.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from core.text.terminal import safe_line
from tui.screens.dialogs import Answer, Dialog, buttons, line

REASON_SIZE = 300
LONGEST = 4_000  # a longer text is edited outside: one line is no place for it


class FormDialog(Dialog[Answer]):
    """Give `action_store`, and a `Static` with the id `problem` for what `refuse` says."""

    GRACE = 0.0  # nothing is stored by a single key, and a fast typist goes on at once
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "store", show=False, priority=True)]

    @staticmethod
    def answers(keys: str, *labels: tuple[str, str, str]) -> Horizontal:
        """The last line: what the keys do, and the buttons."""
        return Horizontal(line(keys, "$foreground 60%", "label"), buttons(*labels), classes="row answers")

    @property
    def field(self) -> Input | None:
        """The field with the cursor."""
        return self.app.focused if isinstance(self.app.focused, Input) else None

    def refuse(self, reason: str, box: Input | None = None) -> None:
        """Say what is wrong, and go there; an empty reason takes back what was said."""
        self.query_one("#problem", Static).update(Content.styled(safe_line(reason, REASON_SIZE), "$text-error"))
        if box is not None:
            box.focus()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter goes on to the next field."""
        self.app.action_focus_next()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """A button is an answer; pressed twice it is one."""
        if self.is_active:
            await self.answer(str(event.button.id))

    async def answer(self, name: str) -> None:
        """What a button does: `yes` stores, others leave all as it was."""
        if name == "yes":
            await self.action_store()
        else:
            self.dismiss(None)

    async def action_store(self) -> None:
        """Give back or store what was typed, or refuse it."""
        raise NotImplementedError
